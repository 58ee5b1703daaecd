#!/usr/bin/env python3
"""Settlements over HTTP: asked for, worked on, recorded, read in each form; corrected; and the past fed from them. Expected numbers by hand.

HENG names the command (default: build/bin/heng).
"""

import csv
import io
import json
import signal
import sys
import unittest
from pathlib import Path
from urllib.parse import quote

sys.path.insert(0, str(Path(__file__).resolve().parent))
from service import ROOT, Service, attempts, run_heng  # noqa: E402

POLICY = """政策 demo.points "积分"
  版本 "1"
  施行 2024-01-01 起   自定 "样例"

对象 项目 {
  名称 : 文本
}
填报 每季 {
  新增 : 分, 0 至 100, 1 位小数
}
公式 余额 每季 = (上期(余额) 缺按 0 分) + 新增   自定
结果 每季 余额
"""
STORE = "store: sqlite:heng.db\n"
SETTLEMENTS = "/v1/districts/demo/settlements"


def facts(period, **points):
    """What is added to each project's balance; before the first quarter there is none, which has to be said."""
    first = {"历史.每季.csv": "编号,期间,余额\n" + "".join(f"{one},2023Q4,\n" for one in points)} if period == "2024Q1" else {}
    return {**first, "项目.csv": "编号,名称\n" + "".join(f"{one},样例<{one}>\n" for one in points),
            "每季.csv": "编号,期间,新增\n" + "".join(f"{one},{period},{value}\n" for one, value in points.items())}


class Settlements(unittest.TestCase):
    def setUp(self):
        self.service = Service(extra=STORE, start=False)
        folder = self.service.folder
        (folder / "demo.heng").write_text(POLICY, encoding="utf-8")
        (folder / "data").mkdir()
        for name, text in facts("2024Q1", a="1.5", b="20").items():
            (folder / "data" / name).write_text(text, encoding="utf-8")
        (folder / "districts/demo.yaml").write_text("name: 示例\npolicy: ../demo.heng\ndata: ../data\n", encoding="utf-8")
        self.service.start()
        self.addCleanup(self.stop)

    def stop(self):
        self.assertEqual(self.service.stop(), 0, self.service.said)

    def ask(self, method, path, body=None, headers=None):
        data = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        return self.service.ask(method, path, data, {"Content-Type": "application/json", **(headers or {})})

    def json(self, method, path, body=None, status=200, headers=None):
        got, _, answer = self.ask(method, path, body, headers)
        self.assertEqual(got, status, answer.decode())
        return json.loads(answer)

    def refused(self, body, status, code, headers=None):
        answer = self.json("POST", SETTLEMENTS, body, status, headers)
        self.assertEqual(answer["code"], code, answer)
        return answer

    def finish(self, location):
        for _ in attempts():
            answer = self.json("GET", location)
            if answer["state"] in ("settled", "refused"):
                return answer
        self.fail(answer)

    def settle(self, body, state="settled", headers=None):
        status, got, answer = self.ask("POST", SETTLEMENTS, body, headers)
        self.assertEqual(status, 202, answer.decode())
        self.assertEqual(got["Location"], f"{SETTLEMENTS}/{json.loads(answer)['id']}")
        done = self.finish(got["Location"])
        self.assertEqual(done["state"], state, done)
        return done

    def balances(self, settlement):
        return {one["id"]: one["outputs"]["余额"]["value"] for one in settlement["result"]["results"]}

    def test_a_settlement_in_every_form(self):
        # The district's folder.
        done = self.settle({"period": "2024Q1"})
        self.assertEqual(self.balances(done), {"a": "1.5", "b": "20"})
        self.assertEqual((done["policy"]["id"], done["policy"]["version"], done["author"]), ("demo.points", "1", "local"))
        self.assertEqual([one["name"] for one in done["inputs"]], ["历史.每季.csv", "每季.csv", "项目.csv"])
        path = f"{SETTLEMENTS}/{done['id']}"
        status, headers, text = self.ask("GET", path, headers={"Accept": "text/csv"})
        self.assertEqual((status, headers["Content-Type"]), (200, "text/csv; charset=utf-8"))
        self.assertEqual(list(csv.reader(io.StringIO(text.decode("utf-8-sig")))), [["编号", "期间", "余额"], ["a", "2024Q1", "1.5"], ["b", "2024Q1", "20"]])
        self.assertEqual(self.ask("GET", f"{path}?file={quote('结果.csv')}")[2], text)
        lines = self.ask("GET", path, headers={"Accept": "application/x-ndjson"})[2].decode().splitlines()
        self.assertEqual([json.loads(line)["id"] for line in lines], ["a", "b"])
        status, headers, page = self.ask("GET", path, headers={"Accept": "text/html,application/xhtml+xml;q=0.9"})
        self.assertEqual((status, headers["Content-Type"]), (200, "text/html; charset=utf-8"))
        self.assertIn("样例&lt;a&gt;", page.decode())
        self.assertNotIn("<a>", page.decode())
        self.assertEqual(self.ask("GET", path, headers={"Accept": "image/png"})[0], 406)
        self.assertEqual(self.ask("GET", f"{path}?file=x.csv")[0], 404)
        listed = self.json("GET", SETTLEMENTS)["settlements"]
        self.assertEqual([(one["id"], one["state"], one["period"]) for one in listed], [(done["id"], "settled", "2024Q1")])
        self.json("GET", f"{SETTLEMENTS}/nothing", status=404)
        # The command settles the same.
        out = self.service.folder / "out.csv"
        run = run_heng("settle", "--config", str(self.service.folder / "heng.yaml"), "--district", "demo", "--period", "2024Q1", "-o", str(out))
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertEqual(out.read_bytes(), text)

    def test_the_past_is_fed(self):
        self.settle({"period": "2024Q1"})
        second = self.settle({"period": "2024Q2", "files": facts("2024Q2", a="3", b="4.5")})
        self.assertEqual(self.balances(second), {"a": "4.5", "b": "24.5"})
        self.assertIn("历史.每季.结算.csv", [one["name"] for one in second["inputs"]])
        third = facts("2024Q3", a="1", b="1")
        past = "编号,期间,余额\na,2024Q2,{}\nb,2024Q2,24.5\n"
        differs = self.refused({"period": "2024Q3", "files": {**third, "历史.每季.csv": past.format("5")}}, 409, "history-differs")
        self.assertEqual([(one["file"], one["line"], one["column"], one["value"]) for one in differs["errors"]],
                         [("历史.每季.csv", 2, "余额", "5")])
        # The same number otherwise written is the same.
        done = self.settle({"period": "2024Q3", "files": {**third, "历史.每季.csv": past.format("4.50")}})
        self.assertEqual(self.balances(done), {"a": "5.5", "b": "25.5"})

    def test_evaluation_must_not_contradict_the_past(self):
        self.settle({"period": "2024Q1"})
        def request(balance):
            return {"period": "2024Q2", "subjects": [{"id": "a", "attributes": {"名称": "甲"}, "inputs": {"2024Q2": {"新增": 1}},
                                                      "history": {"2024Q1": {"余额": balance}}}]}
        path = "/v1/districts/demo/evaluate"
        answer = self.json("POST", path, request("1.50"))
        self.assertEqual(answer["results"][0]["outputs"]["余额"]["value"], "2.5")
        differs = self.json("POST", path, request(2), 409)
        self.assertEqual((differs["code"], differs["errors"][0]["at"]), ("history-differs", "/subjects/0/history/2024Q1/余额"))
        line = json.dumps(request("2")["subjects"][0], ensure_ascii=False).encode()
        status, _, answer = self.service.ask("POST", path + "?period=2024Q2", line, {"Content-Type": "application/x-ndjson"})
        self.assertEqual((status, json.loads(answer)["code"]), (409, "history-differs"))
        # That nothing was settled contradicts it as well.
        gone = {**request("2"), "subjects": [{**request("2")["subjects"][0], "history": {"2024Q1": None}}]}
        differs = self.json("POST", path, gone, 409)
        self.assertEqual([(one["code"], one["at"], one["column"]) for one in differs["errors"]],
                         [("history-differs", "/subjects/0/history/2024Q1", "余额")])
        line = json.dumps(gone["subjects"][0], ensure_ascii=False).encode()
        status, _, answer = self.service.ask("POST", path + "?period=2024Q2", line, {"Content-Type": "application/x-ndjson"})
        self.assertEqual((status, json.loads(answer)["code"]), (409, "history-differs"))
        self.json("POST", path, {**gone, "what_if": True})
        self.json("POST", path, {**gone, "subjects": [{**gone["subjects"][0], "history": None}]}, 400)
        # An id that only looks like another one is none.
        for name in (" a", "a ", "a\u0000", "a\u200b"):
            with self.subTest(name=name):
                like = {**gone, "subjects": [{**gone["subjects"][0], "id": name}]}
                self.assertEqual(self.json("POST", path, like, 400)["code"], "bad-id")
        # Left out, it is missing: 缺按 is for what was not there, and the store does not fill in an evaluation's past.
        for history in ({}, {"2024Q1": {}}):
            silent = {**gone, "subjects": [{**gone["subjects"][0], "history": history}]}
            error = self.json("POST", path, silent)["results"][0]["outputs"]["余额"]["error"]
            self.assertEqual(error["code"], "missing-past")
            self.assertIn('"history"', error["message"]["zh"])
            self.assertIn('"2024Q1": {"余额": …}', error["message"]["zh"])
            self.assertNotIn(".csv", error["message"]["zh"])
        # What is only imagined may have another past, and so may a project that was not settled.
        self.json("POST", path, {**request(2), "what_if": True, "version": "1"})
        other = request(2)
        other["subjects"][0]["id"] = "c"
        self.json("POST", path, other)

    def test_the_mistakes_of_an_evaluation_are_placed(self):
        path = "/v1/districts/demo/evaluate"
        good = {"id": "a", "attributes": {"名称": "甲"}, "inputs": {"2024Q1": {"新增": 1}}, "history": {"2023Q4": None}}
        line = json.dumps(good, ensure_ascii=False)
        lines = "application/x-ndjson"
        request = '{"period": "2024Q1", "subjects": [%s]}'
        for body, media, code, at, detail in (
                ("{}", "application/json", "missing-key", "/period", '缺少 "period"'),
                ("[]", "application/json", "wrong-type", "1:1", "应为对象 {…}"),
                (request % line.replace('"新增": 1', '"新增": 1e9999'), "application/json", "number-too-large", "/subjects/0/inputs/2024Q1/新增",
                 "数 1e9999 不能处理：最多 40 位数字，不写指数"),
                (request % line.replace('"新增": 1', '"新增": ' + "1" * 400), "application/json", "number-too-large", "/subjects/0/inputs/2024Q1/新增",
                 f"数 {'1' * 20}… 不能处理：最多 40 位数字，不写指数"),
                (request % line.replace('"a"', '"' + "长" * 86 + '"'), "application/json", "bad-id", "/subjects/0/id",
                 "编号太长：有 258 字节，最多 256 字节（一个汉字占 3 字节）"),
                (f"{line}\n {{x", lines, "bad-json", "2:3", "不是有效的 JSON：第 2 行第 3 列"),
                (f'{line}\n{{"id": "b", "id": "b"}}', lines, "duplicate-key", "/subjects/1/id", "键“id”出现了两次"),
                (f'{line}\n{{"id": " b"}}', lines, "bad-id", "/subjects/1/id", "编号前后不能有空格")):
            with self.subTest(body=body[:60]):
                status, _, answer = self.service.ask("POST", path + ("?period=2024Q1" if media == lines else ""), body.encode(), {"Content-Type": media})
                problem = json.loads(answer)
                self.assertEqual((status, problem["code"], [one["at"] for one in problem["errors"]], problem["detail"]), (400, code, [at], detail))
        key = {"Idempotency-Key": "/k1"}
        self.json("POST", path, json.loads(request % line), headers=key)
        conflict = self.json("POST", path, json.loads(request % line.replace('"新增": 1', '"新增": 2')), 422, key)
        self.assertEqual((conflict["code"], [one["at"] for one in conflict["errors"]]), ("idempotency-conflict", ["Idempotency-Key"]))

    def test_attributes_are_refused_as_in_a_file(self):
        def evaluate(attributes, strict=False):
            request = {"period": "2024Q1", "subjects": [{"id": "a", "attributes": attributes, "inputs": {"2024Q1": {"新增": 1}},
                                                         "history": {"2023Q4": None}}]}
            answer = self.json("POST", "/v1/districts/demo/evaluate" + ("?strict=true" if strict else ""), request, 422 if strict else 200)
            return [one["code"] for one in (answer if strict else answer["results"][0]).get("errors", [])]
        files = facts("2024Q1", a="1")
        for rows, code in (([("2024-01-02", "甲")], "missing-fact"), ([("2025-01-01", "甲")], "missing-fact"),
                           ([("2024-01-01", "甲"), ("2024-01-01", "乙")], "duplicate-row"), ([("", "甲"), ("", "乙")], "duplicate-row")):
            with self.subTest(rows=rows):
                attributes = [{"名称": name, **({"自": day} if day else {})} for day, name in rows]
                self.assertEqual((evaluate(attributes), evaluate(attributes, strict=True)), ([code], [code]))
                roster = "编号,自,名称\n" + "".join(f"a,{day},{name}\n" for day, name in rows)
                problem = self.settle({"period": "2024Q1", "files": {**files, "项目.csv": roster}}, "refused")["problem"]
                self.assertEqual([one["code"] for one in problem["errors"]], [code])
        self.assertEqual(evaluate([]), ["missing-fact"])
        self.assertEqual(evaluate([{"名称": "乙", "自": "2024-02-01"}, {"名称": "甲", "自": "2024-01-01"}]), [])

    def test_a_correction_names_what_it_supersedes(self):
        first = self.settle({"period": "2024Q1"})
        again = self.refused({"period": "2024Q1"}, 409, "already-settled")
        self.assertIn(first["id"], again["detail"])
        self.refused({"period": "2024Q2", "supersedes": first["id"], "files": facts("2024Q2", a="1")}, 409, "other-period")
        corrected = self.settle({"period": "2024Q1", "supersedes": first["id"], "files": facts("2024Q1", a="2.5", b="20")})
        self.assertEqual((corrected["supersedes"], self.balances(corrected)["a"]), (first["id"], "2.5"))
        self.assertEqual(self.json("GET", f"{SETTLEMENTS}/{first['id']}")["superseded_by"], corrected["id"])
        self.refused({"period": "2024Q1", "supersedes": first["id"]}, 409, "already-superseded")
        # The past is the correction's.
        later = self.settle({"period": "2024Q2", "files": facts("2024Q2", a="1", b="1")})
        self.assertEqual(self.balances(later), {"a": "3.5", "b": "21"})

    def test_an_idempotency_key_settles_once(self):
        key = {"Idempotency-Key": "2024Q1-1"}
        first = self.settle({"period": "2024Q1"}, headers=key)
        again = self.settle({"period": "2024Q1"}, headers=key)
        self.assertEqual(first["id"], again["id"])
        conflict = self.refused({"period": "2024Q2"}, 422, "idempotency-conflict", key)
        self.assertEqual([one["at"] for one in conflict["errors"]], ["Idempotency-Key"])
        self.assertEqual(len(self.json("GET", SETTLEMENTS)["settlements"]), 1)

    def test_what_is_refused(self):
        bad = facts("2024Q1", a="1.55")
        job = self.settle({"period": "2024Q1", "files": bad}, "refused")
        problem = job["problem"]
        self.assertEqual((problem["status"], problem["code"]), (422, "facts-refused"))
        self.assertEqual([(one["file"], one["line"], one["code"]) for one in problem["errors"]], [("每季.csv", 2, "too-many-places")])
        english = self.json("GET", f"{SETTLEMENTS}/{job['id']}", headers={"Accept-Language": "en"})["problem"]
        self.assertEqual((problem["detail"].isascii(), english["detail"].isascii()), (False, True))
        self.assertEqual(english["errors"], problem["errors"])
        status, _, answer = self.ask("GET", f"{SETTLEMENTS}/{job['id']}", headers={"Accept": "text/csv"})
        self.assertEqual((status, json.loads(answer)["code"]), (422, "facts-refused"))
        for body, status, code in (
                ({}, 400, "bad-request"), ({"period": "2024Q5"}, 400, "bad-period"), ({"period": "2024Q1", "x": 1}, 400, "bad-request"),
                ({"period": "2024-01"}, 422, "not-a-settlement-period"), ({"period": "2023Q4"}, 409, "not-in-force"),
                ({"period": "2024Q1", "policy": "x"}, 404, "unknown-policy"),
                ({"period": "2024Q1", "files": {"../x.csv": ""}}, 400, "bad-file-name"),
                ({"period": "2024Q1", "files": {"x.csv": 1}}, 400, "bad-request")):
            with self.subTest(body=body):
                self.refused(body, status, code)
        # Nothing of all that was recorded.
        self.assertEqual([one["state"] for one in self.json("GET", SETTLEMENTS)["settlements"]], ["refused"])

    def test_settlements_outlive_the_process(self):
        done = self.settle({"period": "2024Q1"})
        self.assertEqual(self.service.end(signal.SIGTERM), 0)
        self.service.start()
        self.assertEqual(self.json("GET", f"{SETTLEMENTS}/{done['id']}"), done)


if __name__ == "__main__":
    unittest.main(verbosity=1)
