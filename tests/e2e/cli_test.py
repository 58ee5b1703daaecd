"""The command end to end on the 石榴庄 sample: settlement against the independent oracle in every cell, and the same outputs by every way in."""
import csv
import io
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest
from random import Random
from threading import Thread

ROOT = pathlib.Path(__file__).resolve().parents[2]
HENG = os.environ.get("HENG", str(ROOT / "build/bin/heng"))
POLICY = ROOT / "policies/shiliuzhuang"
SAMPLE = POLICY / "sample"
BIND = ["--set", "红牌检查频次=5 次/月"]
RANKS = {"组内名次", "总名次"}


def heng(*arguments, **keys):
    return subprocess.run([HENG, *arguments], capture_output=True, text=True, timeout=120, **keys)


def script(path, *arguments):
    return subprocess.run([sys.executable, str(ROOT / path), *arguments], capture_output=True, text=True, check=True, timeout=120).stdout


def request(*arguments):
    return script("tests/e2e/make_request.py", str(SAMPLE), "2024Q3", *arguments)


class Sample(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.out = pathlib.Path(cls.folder.name)
        cls.settled = heng("settle", str(POLICY), "--period", "2024Q3", "--data", str(SAMPLE), *BIND,
                           *[word for name in ("out.csv", "out.json", "out.ndjson") for word in ("-o", str(cls.out / name))])

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def table(self, name):
        with open(self.out / name, encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))

    def outputs(self):
        return {s["id"]: s for s in json.loads((self.out / "out.json").read_text(encoding="utf-8"))["results"]}

    def test_settles(self):
        self.assertEqual(self.settled.returncode, 0, self.settled.stderr)
        self.assertIn("23 个项目", self.settled.stdout)
        self.assertIn("250000.00 元", self.settled.stdout)
        self.assertEqual(len([line for line in self.settled.stdout.split("\n") if line.startswith("slz-")]), 23)

    def test_every_cell_is_the_oracles(self):
        for mode, name in (([], "out.csv"), (["--monthly"], "out.每月.csv")):
            oracle = list(csv.DictReader(io.StringIO(script("tests/oracle/shiliuzhuang.py", str(SAMPLE), "2024Q3", "--red", "5", *mode))))
            ours = self.table(name)
            self.assertEqual(len(ours), len(oracle))
            for theirs, mine in zip(oracle, ours):
                for column, value in theirs.items():
                    self.assertEqual(mine[column], value, (theirs["编号"], column))

    def test_csv_is_for_spreadsheets(self):
        raw = (self.out / "out.csv").read_bytes()
        self.assertTrue(raw.startswith(b"\xef\xbb\xbf"))
        self.assertEqual(raw.count(b"\n"), raw.count(b"\r\n"))

    def test_request_gives_the_settlements_outputs(self):
        answer = heng("eval", str(POLICY), "--input", "-", *BIND, input=request())
        self.assertEqual(answer.returncode, 0, answer.stderr)
        for subject in json.loads(answer.stdout)["results"]:
            theirs = self.outputs()[subject["id"]]
            self.assertEqual(json.dumps(subject, ensure_ascii=False), json.dumps(theirs, ensure_ascii=False))

    def test_one_project_alone(self):
        answer = heng("eval", str(POLICY), "--input", "-", *BIND, input=request("--subject", "slz-07", "--no-roster"))
        self.assertEqual(answer.returncode, 0, answer.stderr)
        alone = json.loads(answer.stdout)["results"][0]
        whole = self.outputs()["slz-07"]
        for name, output in alone["outputs"].items():
            if name in RANKS:
                self.assertEqual(output["error"]["code"], "needs-roster")
                self.assertIn(name, output["error"]["message"]["zh"])
            else:
                self.assertEqual(output, whole["outputs"][name], name)
        self.assertEqual(alone["periods"], whole["periods"])

    def test_open_parameter_spoils_one_output_only(self):
        answer = heng("eval", str(POLICY), "--input", "-", input=request("--subject", "slz-07", "--no-roster"))
        self.assertEqual(answer.returncode, 0, answer.stderr)
        body = json.loads(answer.stdout)
        self.assertEqual(body["results"][0]["outputs"]["下季检查频次"]["error"]["code"], "open-parameter")
        self.assertEqual(body["results"][0]["outputs"]["挂牌"], {"value": "蓝牌"})
        self.assertEqual(body["open_parameters"][0]["name"], "红牌检查频次")

    def test_stream(self):
        lines = request("--ndjson")
        done = heng("run", str(POLICY), "--period", "2024Q3", *BIND, input=lines)
        self.assertEqual(done.returncode, 0, done.stderr)
        answers = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual([a["id"] for a in answers], list(self.outputs()))
        for answer in answers:
            whole = self.outputs()[answer["id"]]
            for name, output in answer["outputs"].items():
                if name not in RANKS:
                    self.assertEqual(output, whole["outputs"][name])
        broken = heng("run", str(POLICY), "--period", "2024Q3", *BIND, input="{oops\n" + lines.splitlines()[0] + "\n")
        self.assertEqual(broken.returncode, 1)
        self.assertEqual(len(broken.stdout.splitlines()), 2)

    # 1 ÷ 3 is 33.33%, and 0.33 where the step is no percentage.
    def test_a_ratio_rounded_to_percent_is_a_percentage(self):
        policy = ('政策 t.p "比率"\n  版本 "1"\n  施行 2024-01-01 起 自定 "样例"\n\n对象 项目 {\n  名称 : 文本\n}\n'
                  '填报 每月 {\n  满意 : 整数 件, 0 至 100\n  全部 : 整数 件, 1 至 100\n}\n'
                  '公式 甲 每月 = 满意 ÷ 全部 四舍五入到 0.01% 自定\n公式 乙 每月 = 满意 ÷ 全部 四舍五入到 0.01 自定\n结果 每月 甲、乙\n')
        asked = {"period": "2024-01", "subjects": [{"id": "a", "attributes": {"名称": "x"}, "inputs": {"2024-01": {"满意": 1, "全部": 3}}}]}
        (self.out / "ratio.heng").write_text(policy, encoding="utf-8")
        done = heng("eval", str(self.out / "ratio.heng"), "--input", "-", input=json.dumps(asked))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(json.loads(done.stdout)["results"][0]["outputs"], {"甲": {"value": "33.33", "unit": "%"}, "乙": {"value": "0.33"}})

    # Longer than a block, one behind the other.
    def test_stream_of_long_lines(self):
        good = request("--ndjson").encode().splitlines()
        plain = subprocess.run([HENG, "run", str(POLICY), "--period", "2024Q3", *BIND], input=b"\n".join(good), capture_output=True, timeout=120)
        with tempfile.TemporaryFile() as file:
            for line in good:
                file.write(line + b" " * 600000 + b"\n")
            file.seek(0)
            long = subprocess.run([HENG, "run", str(POLICY), "--period", "2024Q3", *BIND], stdin=file, capture_output=True, timeout=120)
        self.assertEqual((long.returncode, long.stdout), (plain.returncode, plain.stdout), long.stderr[-300:])

    # Many blocks, cut where the input happens to pause; among good lines blank, broken and very long ones.
    def test_stream_in_any_pieces(self):
        good = request("--ndjson").encode().splitlines()
        odd = [b"", b"\xef\xbb\xbf" + good[0], good[1] + b"\r", good[2][: len(good[2]) // 2], good[3] + good[4], b"\x00", b"\xff\xfe",
               b"[" * 5000, good[0][:-1] + b',"id":"' + b"x" * 600000 + b'"}', good[1] + b" " * 300000]
        random = Random(20240701)
        lines = [random.choice(odd) if random.random() < 0.01 else random.choice(good) for _ in range(4000)]
        whole = b"\n".join(lines)
        command = [HENG, "run", str(POLICY), "--period", "2024Q3", *BIND]
        at_once = subprocess.run(command, input=whole, capture_output=True, timeout=120)
        self.assertEqual(at_once.returncode, 1)
        answered = at_once.stdout.splitlines()
        asked = [(number, line) for number, line in enumerate(lines, 1) if line.strip(b" \t\r")]
        self.assertEqual(len(answered), len(asked))
        for (number, line), answer in zip(asked, answered):
            told = json.loads(answer)
            if line in good:
                self.assertEqual(told["id"], json.loads(line)["id"])
            elif "error" in told:
                self.assertEqual(told["line"], number)
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as run:
            def feed():
                at = 0
                while at < len(whole):
                    size = random.choice([1, 100, 4096, 65536, 262144, 300000])
                    run.stdin.write(whole[at : at + size])
                    run.stdin.flush()
                    at += size
                run.stdin.close()
            told = []
            threads = [Thread(target=feed), Thread(target=lambda: told.append(run.stderr.read()))]
            for thread in threads:
                thread.start()
            self.assertEqual(run.stdout.read(), at_once.stdout)
            for thread in threads:
                thread.join()
        self.assertEqual(told[0], at_once.stderr)

    def test_explanations(self):
        def explain(subject, language, *more):
            done = heng("--lang", language, "explain", str(POLICY), "--period", "2024Q3", "--data", str(SAMPLE), *BIND, "--subject", subject, *more)
            self.assertEqual(done.returncode, 0, done.stderr)
            return done.stdout

        blue = explain("slz-07", "zh", "--output", "挂牌")
        for words in ("蓝牌", "季度成绩 89.99 分", "绿牌线 90 分", "差 0.01 分"):
            self.assertIn(words, blue)
        english = explain("slz-07", "en", "--output", "挂牌")
        for words in ("reaches 蓝牌线 80 分", "short by 0.01 分"):
            self.assertIn(words, english)
        self.assertIn("定为 红牌", explain("slz-13", "zh"))
        self.assertIn("合理缺项，不计", explain("slz-17", "zh"))
        self.assertIn("封顶", explain("slz-11", "zh"))
        self.assertIn("依据《石榴庄街道", explain("slz-07", "zh", "--output", "季度奖励"))
        nested = json.loads(heng("explain", str(POLICY), "--period", "2024Q3", "--data", str(SAMPLE), *BIND, "--subject", "slz-07", "--json").stdout)
        plate = next(e for e in nested["explanation"] if e["output"] == "挂牌")
        self.assertEqual(set(plate), {"output", "text", "rule", "numbers", "because"})
        award = next(e for e in nested["explanation"] if e["output"] == "季度奖励")
        self.assertIn("依据", award["source"])

    def test_explained_answer_has_the_same_outputs(self):
        text = request("--subject", "slz-07", "--no-roster")
        plain = json.loads(heng("eval", str(POLICY), "--input", "-", *BIND, input=text).stdout)["results"][0]
        explained = json.loads(heng("eval", str(POLICY), "--input", "-", "--explain", *BIND, input=text).stdout)["results"][0]
        self.assertTrue(explained.pop("explanation"))
        self.assertEqual(plain, explained)

    def test_period_of_the_command(self):
        body = json.loads(request("--subject", "slz-07", "--no-roster"))
        del body["period"]
        self.assertEqual(heng("eval", str(POLICY), *BIND, input=json.dumps(body)).returncode, 2)
        self.assertEqual(heng("eval", str(POLICY), "--period", "2024Q3", *BIND, input=json.dumps(body)).returncode, 0)
        body["period"] = "2024Q4"
        self.assertEqual(heng("eval", str(POLICY), "--period", "2024Q3", *BIND, input=json.dumps(body)).returncode, 2)

    def test_a_districts_yaml_binds(self):
        done = heng("settle", "--config", str(ROOT / "policies/heng.yaml"), "--district", "shiliuzhuang", "--period", "2024Q3",
                    "--data", str(SAMPLE), "-o", str(self.out / "by_district.csv"))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual((self.out / "by_district.csv").read_bytes(), (self.out / "out.csv").read_bytes())

    def test_data_that_is_neither_a_folder_nor_a_workbook(self):
        old = self.out / "old.xls"
        old.write_bytes(b"\xd0\xcf\x11\xe0")
        for data, zh, en in ((old, "旧的 .xls 请另存为 .xlsx", "save an old .xls as .xlsx"), (self.out / "none", "没有数据目录或工作簿", "there is no folder of facts or workbook")):
            for language, said in (("zh", zh), ("en", en)):
                run = heng("settle", str(POLICY), "--period", "2024Q3", "--data", str(data), "--lang", language, *BIND)
                self.assertEqual(run.returncode, 3)
                self.assertIn("folder-unreadable", run.stderr)
                self.assertIn(said, run.stderr)

    def test_accept_valid_leaves_out_and_says_so(self):
        with tempfile.TemporaryDirectory() as folder:
            data = pathlib.Path(folder) / "data"
            data.mkdir()
            for path in SAMPLE.glob("*.csv"):
                text = path.read_text(encoding="utf-8")
                (data / path.name).write_text(text.replace("slz-02,2024-08,", "slz-02,2024-13,") if path.name == "每月.csv" else text, encoding="utf-8")
            out = pathlib.Path(folder) / "out.csv"
            done = heng("settle", str(POLICY), "--period", "2024Q3", "--data", str(data), *BIND, "--accept-valid", "-o", str(out))
            self.assertEqual(done.returncode, 1)
            self.assertIn("bad-period", done.stderr)
            rows = list(csv.DictReader(io.StringIO(out.read_text(encoding="utf-8-sig")))) if out.exists() else []
            self.assertEqual(len(rows), 22)
            self.assertNotIn("slz-02", [row["编号"] for row in rows])

    def test_pictures_schema_version(self):
        graph = json.loads(heng("graph", str(POLICY), "--format", "json").stdout)
        forms = {node["form"] for node in graph["nodes"]}
        self.assertTrue(forms <= {"literal", "field", "name", "pull", "op", "case", "none", "has", "else", "fold", "rank", "past", "fail"}, forms)
        self.assertTrue(heng("graph", str(POLICY), "--format", "dot").stdout.startswith("digraph"))
        self.assertTrue(heng("graph", str(POLICY), "--format", "mermaid").stdout.startswith("flowchart"))
        self.assertIn("2020-12", json.loads(heng("schema", str(POLICY)).stdout)["$schema"])
        self.assertRegex(heng("version").stdout, r"^heng \d+\.\d+\.\d+\n$")

    def test_check_formats(self):
        self.assertIsInstance(json.loads(heng("check", "--format", "json", str(POLICY)).stdout), list)
        self.assertEqual(json.loads(heng("check", "--format", "sarif", str(POLICY)).stdout)["version"], "2.1.0")
        self.assertEqual(heng("check", "--strict", str(ROOT / "policies")).returncode, 0)

    def test_check_of_configurations(self):
        self.assertEqual(heng("check", "--strict", str(ROOT / "policies/heng.yaml")).returncode, 0)
        self.assertEqual(heng("check", str(ROOT / "policies/none.yaml")).returncode, 3)
        with tempfile.TemporaryDirectory() as folder:
            district = pathlib.Path(folder) / "tianqiao.yaml"
            text = (ROOT / "policies/districts/tianqiao.yaml").read_text(encoding="utf-8")
            text = text.replace("../", str(ROOT / "policies") + "/").replace("处置期限: 7 天", "处置期限: 700 天")
            district.write_text(text.replace("首年补助: 按月", "首年补助: 按季"), encoding="utf-8")
            done = heng("--lang", "zh", "check", str(district))
            self.assertEqual(done.returncode, 1)
            self.assertIn("out-of-range: 参数“处置期限”：“700 天”超出范围，应为 0 至 90 天", done.stderr)
            self.assertIn("unknown-value: 参数“首年补助”：没有“按季”这个取值，是不是“按月”？", done.stderr)
            found = json.loads(heng("check", "--format", "json", str(district)).stdout)
            self.assertEqual([one["code"] for one in found if one["severity"] == "error"], ["out-of-range", "unknown-value"])
            self.assertEqual(text[:text.index("700 天")].count("\n") + 1, found[0]["line"])
            results = json.loads(heng("check", "--format", "sarif", str(district)).stdout)["runs"][0]["results"]
            self.assertEqual([one["ruleId"] for one in results if one["level"] == "error"], ["out-of-range", "unknown-value"])
            self.assertEqual(next(one for one in results if one["level"] == "error")["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], str(district))

    def test_needs_of_other_regimes(self):
        needs = ROOT / "tests/data/needs"
        self.assertEqual(heng("check", "--strict", str(needs)).returncode, 0)
        done = heng("test", str(needs))
        self.assertEqual(done.returncode, 0, done.stdout[-2000:] + done.stderr)
        named = set(re.findall(r"\]\((\w+\.heng)\)", (needs / "README.md").read_text(encoding="utf-8")))
        self.assertEqual(named | {"versions_2025.heng"}, {path.name for path in needs.glob("*.heng")} | {"versions_2025.heng"})

    def test_policies_are_in_canonical_layout(self):
        done = heng("fmt", "--check", str(ROOT / "policies"))
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_examples_and_junit(self):
        report = self.out / "junit.xml"
        done = heng("test", str(POLICY), "--junit", str(report))
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn('failures="0"', report.read_text(encoding="utf-8"))
        with tempfile.TemporaryDirectory() as folder:
            wrong = pathlib.Path(folder) / "wrong.heng"
            text = (POLICY / "plates.heng").read_text(encoding="utf-8")
            wrong.write_text(text.replace("季度成绩 = 90 分, 挂牌 = 绿牌", "季度成绩 = 89 分, 挂牌 = 绿牌"), encoding="utf-8")
            failed = heng("--lang", "en", "test", str(wrong))
            self.assertEqual(failed.returncode, 1)
            self.assertIn("should be 89 分, but is 90 分", failed.stdout)

    def test_a_missing_past_names_the_file_of_its_subjects(self):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            (folder / "p.heng").write_text("""政策 t.companies
  版本 "1"
  施行 2024-01-01 起 自定
对象 项目 { 所属企业 : 企业 }
对象 企业 { 名称 : 文本 }
填报 企业 每季 { 得分 : 分, 0 至 100 }
公式 企业.进步 每季 = 得分 - (上期(成绩) 缺按 0 分) 自定
公式 企业.成绩 每季 = 得分
结果 每季 成绩, 进步
""", encoding="utf-8")
            for file, text in {"项目": "编号,所属企业\na,e1\n", "企业": "编号,名称\ne1,一\n", "企业.每季": "编号,期间,得分\ne1,2024Q2,80\n"}.items():
                (folder / f"{file}.csv").write_text(text, encoding="utf-8")
            settle = ("--lang", "zh", "settle", str(folder / "p.heng"), "--period", "2024Q2", "--data", name)
            self.assertIn("请在 历史.企业.每季.csv 里写上这个对象的一行", heng(*settle).stderr)
            (folder / "历史.企业.每季.csv").write_text("编号,期间,成绩\ne1,2024Q1,70\n", encoding="utf-8")
            self.assertEqual(heng(*settle).returncode, 0)

    def test_deductions_without_a_condition_are_explained(self):
        with tempfile.TemporaryDirectory() as name:
            policy = pathlib.Path(name) / "p.heng"
            policy.write_text("""政策 t.deductions
  版本 "1"
  施行 2024-01-01 起 自定
对象 项目 { 名称 : 文本 }
填报 每月 { 件数 : 整数 件, 0 至 10 ; 环境 : 分, 0 至 100 }
公式 每件扣 每月 = 1 分/件 × 件数 自定
评分 总分 每月 满分 100 分 扣完为止 自定 {
  环境 100%
  扣分 {
    名 : 每件扣
    式 : 2 分/件 × 件数
    数 : 1 分
    条 : 2 分 当 件数 超过 1 件
  }
}
结果 每月 总分
""", encoding="utf-8")
            request = '{"period":"2024-07","subjects":[{"id":"p","attributes":{"名称":"一"},"inputs":{"2024-07":{"件数":4,"环境":80}}}]}'
            answer = heng("eval", str(policy), "--input", "-", "--explain", input=request)
            self.assertEqual(answer.returncode, 0, answer.stderr)
            lines = [part["text"]["zh"] for part in json.loads(answer.stdout)["results"][0]["explanation"][0]["because"]]
            # 80 − 4 − 8 − 1 − 2
            for line in ("扣 4 分：名", "扣 8 分：式", "扣 1 分：数"):
                self.assertIn(line, lines)
            self.assertTrue(any(line.startswith("扣 2 分：条（件数 4 件 超过 1 件") for line in lines), lines)

    def test_sample_is_what_its_script_makes(self):
        script("policies/shiliuzhuang/sample/make_sample.py", "--check")


if __name__ == "__main__":
    unittest.main()
