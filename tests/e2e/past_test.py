#!/usr/bin/env python3
"""The past over HTTP: a settlement fed by the store gives what the same facts with a history written by hand give. Three quarters of 天桥 after one
another (上期, results of another policy), with items that are new, that left, and a correction, against the independent oracle; 连续 and 近 against
numbers by hand.

HENG names the command (default: build/bin/heng).
"""

import csv
import io
import json
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from urllib.parse import quote

sys.path.insert(0, str(Path(__file__).resolve().parent))
from service import ROOT, Service, attempts  # noqa: E402

STORE = "store: sqlite:heng.db\n"
SAMPLE = ROOT / "policies/tianqiao/sample/services"
IMPORT = "引用.tianqiao.assessment.每季.csv"
TABLES = ("企业", "小区", "组员", "体验", "备选项目", "全体")


def rows(text):
    return list(csv.DictReader(io.StringIO(text)))


def written(body):
    out = io.StringIO()
    table = csv.DictWriter(out, list(body[0]))
    table.writeheader()
    table.writerows(body)
    return out.getvalue()


class Past(unittest.TestCase):
    def serve(self, district, text, **files):
        self.service = Service(extra=STORE, start=False, limit=1 << 22)
        for name, source in files.items():
            (self.service.folder / (name + ".heng")).write_text(source, encoding="utf-8")
        (self.service.folder / f"districts/{district}.yaml").write_text(text, encoding="utf-8")
        self.district = f"/v1/districts/{district}"
        self.service.start()
        self.addCleanup(lambda: self.assertEqual(self.service.stop(), 0, self.service.said))

    def json(self, method, path, body=None, status=200):
        data = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        got, _, answer = self.service.ask(method, self.district + path, data, {"Content-Type": "application/json"})
        self.assertEqual(got, status, answer.decode())
        return json.loads(answer)

    def settle(self, period, files, state="settled", **more):
        order = {"period": period, **({} if files is None else {"files": files}), **more}
        path = "/settlements/" + self.json("POST", "/settlements", order, 202)["id"]
        for _ in attempts():
            done = self.json("GET", path)
            if done["state"] in ("settled", "refused"):
                self.assertEqual(done["state"], state, done)
                return done
        self.fail(done)

    def result(self, done, table=""):
        name = f"结果{'.' if table else ''}{table}.csv"
        status, _, text = self.service.ask("GET", f"{self.district}/settlements/{done['id']}?file={quote(name)}")
        self.assertEqual(status, 200, text.decode())
        return rows(text.decode("utf-8-sig"))


class Quarters(Past):
    """天桥: 准入 and 入选 read what was settled the quarter before, 在库状态 what tianqiao.assessment settled."""

    def setUp(self):
        text = (ROOT / "policies/districts/tianqiao.yaml").read_text(encoding="utf-8").replace("../tianqiao", str(ROOT / "policies/tianqiao"))
        self.serve("tianqiao", text)
        self.grades = []
        for period in ("2024Q2", "2024Q3"):
            self.grades += self.result(self.settle(period, None, policy="assessment"), "企业")

    def facts(self):
        return {file.name: file.read_text(encoding="utf-8-sig") for file in SAMPLE.glob("*.csv") if not file.name.startswith(("历史", "引用"))}

    def agrees(self, done, facts, history):
        """Every table is the oracle's, which reads the same facts with a history and the grades written by hand."""
        with tempfile.TemporaryDirectory() as folder:
            for name, text in {**facts, **history, IMPORT: written(self.grades)}.items():
                (Path(folder) / name).write_text(text, encoding="utf-8")
            for table in TABLES:
                command = [sys.executable, str(ROOT / "tests/oracle/tianqiao_services.py"), folder, done["period"], table]
                wanted = rows(subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout)
                found = self.result(done, "" if table == "企业" else table)
                self.assertEqual([{k: row[k] for k in wanted[0]} for row in found], wanted, (done["period"], table))
                self.assertTrue(wanted)

    def history(self, done, facts):
        """By hand: what was settled, and an empty line for what was not there."""
        out = {}
        for table, column in (("体验", "准入"), ("备选项目", "入选")):
            settled = {row["编号"]: row[column] for row in self.result(done, table)}
            out[f"历史.{table}.每季.csv"] = written([{"编号": row["编号"], "期间": done["period"], column: settled.get(row["编号"], "")}
                                                     for row in rows(facts[table + ".csv"])])
        return out

    def test_quarters_after_one_another(self):
        facts = self.facts()
        given = {file.name: file.read_text(encoding="utf-8-sig") for file in SAMPLE.glob("历史*.csv")}
        third = self.settle("2024Q3", {**facts, **given}, policy="services")
        self.agrees(third, facts, given)
        self.assertIn(IMPORT.replace(".csv", ".结算.csv"), [one["name"] for one in third["inputs"]])

        # A trial and an item that are new, a trial and an item that left.
        later = dict(facts)
        later["体验.csv"] = "".join(line for line in facts["体验.csv"].splitlines(True) if "ty-12" not in line) + "ty-13,lx-5,tq-07,13,2024-10-05\n"
        later["备选项目.csv"] = "".join(line for line in facts["备选项目.csv"].splitlines(True) if "lx-6-x2" not in line) + "lx-4-x4,lx-4,其他,4\n"
        for name, left in (("考评.csv", "ty-12"), ("选票.csv", "lx-6-x2")):
            later[name] = "".join(line for line in facts[name].splitlines(True) if left not in line)
        fourth = self.settle("2024Q4", later, policy="services")
        self.agrees(fourth, later, self.history(third, later))

        # A correction: nobody voted for the first item. The past is the correction's.
        corrected = {**facts, "选票.csv": "".join(line for line in facts["选票.csv"].splitlines(True) if "lx-1-x1" not in line)}
        again = self.settle("2024Q3", {**corrected, **given}, policy="services", supersedes=third["id"])
        self.agrees(again, corrected, given)
        anew = self.settle("2024Q4", later, policy="services", supersedes=fourth["id"])
        self.agrees(anew, later, self.history(again, later))
        self.assertNotEqual(self.result(anew, "备选项目"), self.result(fourth, "备选项目"))

        # The next one; what left comes back, and had no result while it was away.
        self.agrees(self.settle("2025Q1", facts, policy="services"), facts, self.history(anew, facts))

    def test_what_another_policy_settled_must_not_be_contradicted(self):
        given = {file.name: file.read_text(encoding="utf-8-sig") for file in SAMPLE.glob("历史*.csv")}
        order = {"period": "2024Q3", "policy": "services", "files": {**self.facts(), **given, IMPORT: "编号,期间,企业等次\ntq-01,2024Q2,不合格\n"}}
        differs = self.json("POST", "/settlements", order, 409)
        self.assertEqual([(one["file"], one["line"], one["column"], one["value"]) for one in differs["errors"]], [(IMPORT, 2, "企业等次", "不合格")])
        subject = {"id": "tq-01", "kind": "企业", "imports": {"tianqiao.assessment": {"2024Q2": {"企业等次": "不合格"}}}}
        differs = self.json("POST", "/evaluate", {"period": "2024Q3", "policy": "services", "subjects": [subject]}, 409)
        self.assertEqual(differs["errors"][0]["at"], "/subjects/0/imports/tianqiao.assessment/2024Q2/企业等次")
        # Nothing for what was settled differs as well, said or not.
        for nothing, at in (({"企业等次": None}, "/企业等次"), ({}, "")):
            subject["imports"]["tianqiao.assessment"]["2024Q2"] = nothing
            differs = self.json("POST", "/evaluate", {"period": "2024Q3", "policy": "services", "subjects": [subject]}, 409)
            self.assertEqual([one["at"] for one in differs["errors"]], ["/subjects/0/imports/tianqiao.assessment/2024Q2" + at])
        # So does what is left out as a whole; not if it is imagined, and not of somebody who was not assessed.
        order = {"period": "2024Q3", "policy": "services", "subjects": [subject]}
        for left_out in ({}, {"imports": {}}, {"imports": {"tianqiao.assessment": {}}}, {"imports": {"tianqiao.assessment": {"2024Q1": {}}}}):
            order["subjects"] = [{"id": "tq-01", "kind": "企业", **left_out}]
            differs = self.json("POST", "/evaluate", order, 409)
            self.assertEqual([one["at"] for one in differs["errors"]], ["/subjects/0/imports/tianqiao.assessment/2024Q2/企业等次"])
        self.json("POST", "/evaluate", {**order, "what_if": True}, 200)
        self.json("POST", "/evaluate", {**order, "subjects": [{"id": "tq-99", "kind": "企业"}]}, 200)
        settled = differs["errors"][0]["message"]["en"].rsplit(" ", 1)[-1]
        said = {"tianqiao.assessment": {"2024Q2": {"企业等次": settled}}}
        self.json("POST", "/evaluate", {**order, "subjects": [{"id": "tq-01", "kind": "企业", "imports": said}]}, 200)


class LeftOut(Past):
    """A policy so plain that its evaluations are answered at once, but for the points of another one."""

    POINTS = """政策 demo.points "积分"
  版本 "1"
  施行 2024-01-01 起   自定 "样例"

对象 项目 { 名称 : 文本 }
填报 每季 { 新增 : 分, 0 至 100, 1 位小数 }
公式 积分 每季 = 新增   自定
结果 每季 积分
"""
    AWARDS = """政策 demo.awards "奖励"
  版本 "1"
  施行 2024-01-01 起   自定 "样例"

引用 政策 demo.points 的 积分 每季 : 分, 0 至 100, 1 位小数
对象 项目 { 名称 : 文本 }
填报 每季 { 新得 : 分, 0 至 10, 1 位小数 }
公式 总积分 每季 = (积分 缺按 0 分) + 新得   自定
结果 每季 总积分
"""

    def setUp(self):
        self.serve("demo", "name: 示例\npolicy: ..\n", points=self.POINTS, awards=self.AWARDS)

    def evaluate(self, subject, status=200, **imports):
        one = {"id": subject, "attributes": {"名称": "样例"}, "inputs": {"2024Q2": {"新得": "1.5"}}, **imports}
        return self.json("POST", "/evaluate", {"period": "2024Q2", "policy": "awards", "subjects": [one]}, status)

    def test_once_its_plan_is_made(self):
        self.settle("2024Q1", {"项目.csv": "编号,名称\na,样例\n", "每季.csv": "编号,期间,新增\na,2024Q1,20.5\n"}, policy="points")
        # Who has no points says nothing of them; the second answer is by the plan.
        for _ in range(2):
            self.assertEqual(self.evaluate("b")["results"][0]["outputs"]["总积分"]["value"], "1.5")
        differs = self.evaluate("a", 409)
        self.assertEqual([(one["at"], one["code"]) for one in differs["errors"]],
                         [("/subjects/0/imports/demo.points/2024Q1/积分", "history-differs")])
        given = self.evaluate("a", imports={"demo.points": {"2024Q1": {"积分": "20.5"}}})
        self.assertEqual(given["results"][0]["outputs"]["总积分"]["value"], "22")


class Cards(Past):
    """The gallery's cards: 连续 3 期 of a monthly policy."""

    FIRST = "编号,期间,得黄牌\na,2023-11,\na,2023-12,\nb,2023-11,\nb,2023-12,\n"

    def setUp(self):
        self.serve("demo", "name: 示例\npolicy: ../cards.heng\nparameters: { 投诉较多: 10 件 }\n",
                   cards=(ROOT / "policies/gallery/cards.heng").read_text(encoding="utf-8"))

    def facts(self, period, yellow, others=""):
        """Everybody has ten complaints; who is yellow has something that was not put right."""
        return {"项目.csv": "编号,名称\n" + "".join(f"{one},{one}\n" for one in yellow + others),
                "每月.csv": "编号,期间,投诉件数\n" + "".join(f"{one},{period},10\n" for one in yellow + others),
                "问题.csv": "编号,期间,子项,处所,按期整改\n" + "".join(f"{one},{period},照明损坏,3号楼,否\n" for one in yellow)}

    def cards(self, done):
        return {row["编号"]: row["亮牌"] for row in self.result(done)}

    def test_a_streak_through_settlements(self):
        first = self.settle("2024-01", {**self.facts("2024-01", "ab"), "历史.每月.csv": self.FIRST})
        self.assertEqual(self.cards(first), {"a": "黄牌", "b": "黄牌"})
        # c is new, b has left. The months before the first settlement are those that it was told.
        self.assertEqual(self.cards(self.settle("2024-02", self.facts("2024-02", "ac"))), {"a": "黄牌", "c": "黄牌"})
        self.assertEqual(self.cards(self.settle("2024-03", self.facts("2024-03", "abc"))), {"a": "红牌", "b": "黄牌", "c": "黄牌"})
        fourth = self.settle("2024-04", self.facts("2024-04", "bc", "a"))
        self.assertEqual(self.cards(fourth), {"a": "无牌", "b": "黄牌", "c": "红牌"})
        self.assertCountEqual([one["name"] for one in fourth["inputs"]], ["历史.每月.结算.csv", "每月.csv", "问题.csv", "项目.csv"])

    def test_a_history_in_part_is_filled(self):
        self.settle("2024-01", {**self.facts("2024-01", "ab"), "历史.每月.csv": self.FIRST})
        # d was there before the first settlement, in another district; e is new.
        files = {**self.facts("2024-02", "abde"), "历史.每月.csv": "编号,期间,得黄牌\nd,2023-12,是\nd,2024-01,是\na,2024-01,是\n"}
        done = self.settle("2024-02", files)
        self.assertEqual(self.cards(done), {"a": "黄牌", "b": "黄牌", "d": "红牌", "e": "黄牌"})
        files["历史.每月.csv"] = "编号,期间,得黄牌\na,2024-01,否\n"
        differs = self.json("POST", "/settlements", {"period": "2024-02", "files": files, "supersedes": done["id"]}, 409)
        self.assertEqual((differs["code"], differs["errors"][0]["line"]), ("history-differs", 2))

    def test_the_past_is_that_of_its_turn(self):
        """Asked for at once, before the one before it is settled."""
        self.settle("2024-01", {**self.facts("2024-01", "ab"), "历史.每月.csv": self.FIRST})
        orders = [self.json("POST", "/settlements", {"period": month, "files": self.facts(month, "ab")}, 202) for month in ("2024-02", "2024-03")]
        for _ in attempts():
            done = self.json("GET", "/settlements/" + orders[1]["id"])
            if done["state"] in ("settled", "refused"):
                break
        self.assertEqual(self.cards(done), {"a": "红牌", "b": "红牌"})

    def test_what_was_left_out_has_to_be_said(self):
        """Its facts were refused, so nobody knows whether it would have been yellow."""
        facts = self.facts("2024-01", "ab")
        facts["每月.csv"] = facts["每月.csv"].replace("b,2024-01,10", "b,2024-01,x")
        self.settle("2024-01", {**facts, "历史.每月.csv": self.FIRST}, accept_valid=True)
        problem = self.settle("2024-02", self.facts("2024-02", "ab"), "refused")["problem"]
        self.assertEqual(problem["code"], "results-lacking")
        self.assertIn("2024-01", problem["errors"][0]["message"]["zh"])
        done = self.settle("2024-02", {**self.facts("2024-02", "ab"), "历史.每月.csv": "编号,期间,得黄牌\nb,2024-01,\n"})
        self.assertEqual(self.cards(done), {"a": "黄牌", "b": "黄牌"})


class Windows(Past):
    """近 over recorded results."""

    POLICY = """政策 demo.windows "窗口"
  版本 "1"
  施行 2024-01-01 起   自定 "样例"

对象 项目 {
  名称 : 文本
}
填报 每季 {
  数 : 整数 件, 0 至 100
}
公式 件数 每季 = 数   自定
公式 三季 每季 = 合计(件数 近 3 季)   自定
结果 每季 件数, 三季
"""

    def test_windows(self):
        self.serve("demo", "name: 示例\npolicy: ../windows.heng\n", windows=self.POLICY)

        def settle(period, **numbers):
            files = {"项目.csv": "编号,名称\n" + "".join(f"{one},x\n" for one in numbers),
                     "每季.csv": "编号,期间,数\n" + "".join(f"{one},{period},{n}\n" for one, n in numbers.items())}
            if period == "2024Q1":
                files["历史.每季.csv"] = "编号,期间,件数\na,2023Q3,\na,2023Q4,7\n"
            return {row["编号"]: row["三季"] for row in self.result(self.settle(period, files))}

        self.assertEqual(settle("2024Q1", a=1), {"a": "8"})
        self.assertEqual(settle("2024Q2", a=2, b=10), {"a": "10", "b": "10"})
        self.assertEqual(settle("2024Q3", a=3, b=20), {"a": "6", "b": "30"})
        self.assertEqual(settle("2024Q4", a=4, b=30), {"a": "9", "b": "60"})


if __name__ == "__main__":
    unittest.main(verbosity=1)
