"""The bad-input table: each mistake gets its own clear error in Chinese and in English, with its place, exit status 1, and nothing written.

Run with HENG=path of the binary. Each case changes the 石榴庄 policy or its sample data in one place and says what must be reported."""
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
HENG = os.environ.get("HENG", str(ROOT / "build/bin/heng"))
POLICY = ROOT / "policies/shiliuzhuang/plates.heng"
SAMPLE = ROOT / "policies/shiliuzhuang/sample"
BIND = ["--set", "红牌检查频次=5 次/月"]


def line_of(text, needle):
    return text[: text.index(needle)].count("\n") + 1


def column_of(text, needle):
    at = text.index(needle)
    return at - (text.rfind("\n", 0, at) + 1) + 1


# name, text replaced, by what, code, the text at whose place the error stands in the changed policy, words that both messages hold
POLICY_CASES = [
    ("weights add up to 101%", "创卫        5%", "创卫        6%", "H4001", "月度成绩 [monthly_score]", ["101%", "100%"]),
    ("分 + 元", "响应率 × 20 分 + 解决率", "响应率 × 20 元 + 解决率", "H3001", "响应率 × 20 元 +", ["分", "元"]),
    ("a monthly value used per quarter", "= 平均(月度成绩) 四舍五入", "= 月度成绩 四舍五入", "H3003", "月度成绩 四舍五入", ["月度成绩"]),
    ("an unknown name", "当 季度成绩 ≥ 绿牌线", "当 季度成积 ≥ 绿牌线", "H2002", "季度成积", ["季度成积"]),
    ("a grade with a gap", "  黄牌  当 季度成绩 ≥ 黄牌线\n  红牌  其余\n", "  黄牌  当 季度成绩 ≥ 黄牌线\n", "H4003", "挂牌 [plate]", ["59.99 分"]),
    ("a row of a 对照表 twice", "  蓝牌 → “规范类”", "  绿牌 → “规范类”", "H4006", "绿牌 → “规范类”", ["绿牌"]),
    ("a keyword run together", "绿牌  当 季度成绩 ≥ 绿牌线", "绿牌  当季度成绩 ≥ 绿牌线", "H1010", "当季度成绩", ["当", "季度成绩"]),
    ("a full-width unclosed bracket", "= 平均(月度成绩) 四舍五入到 0.01 分   自定 \"按季", "= 平均\uff08月度成绩 四舍五入到 0.01 分   自定 \"按季", "H1006", "\uff08月度成绩", ["\uff08"]),
]

# name, file, line number (from 1, the header is 1), text replaced in that line, by what, code, column (or None), words in both messages
CSV_CASES = [
    ("an unknown column", "每月.csv", 1, "业主评价", "业主评分", "unknown-column", "业主评分", []),
    ("101 分", "每月.csv", 2, None, ("业主评价", "101"), "out-of-range", "业主评价", ["101"]),
    ("more resolved than complaints", "每月.csv", 2, None, ("解决件数", "99999"), "check-failed", None, []),
    ("three decimals where two are declared", "每月.csv", 2, None, ("业主评价", "91.505"), "too-many-places", "业主评价", ["91.505"]),
]


class BadInput(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.policy = self.folder / "plates.heng"
        self.data = self.folder / "data"
        shutil.copytree(SAMPLE, self.data)
        shutil.copy(POLICY, self.policy)
        self.out = self.folder / "out.csv"

    def tearDown(self):
        shutil.rmtree(self.folder)

    def heng(self, *arguments):
        return subprocess.run([HENG, *arguments], capture_output=True, text=True, timeout=120)

    def settle(self, language, *more, period="2024Q3"):
        return self.heng("--lang", language, "settle", str(self.policy), "--period", period, "--data", str(self.data), "-o", str(self.out), *more)

    def refused(self, result, words, status=1):
        self.assertEqual(result.returncode, status, result.stderr)
        self.assertFalse(self.out.exists(), "something was written")
        self.assertEqual(list(self.folder.glob("out*")), [])
        for word in words:
            self.assertIn(word, result.stderr)

    def both(self, words, *more, **keys):
        zh = self.settle("zh", *more, **keys)
        en = self.settle("en", *more, **keys)
        self.refused(zh, words)
        self.refused(en, words)
        self.assertNotEqual(zh.stderr, en.stderr)
        return zh.stderr

    def test_policy_table(self):
        original = POLICY.read_text(encoding="utf-8")
        for name, before, after, code, at, words in POLICY_CASES:
            with self.subTest(name):
                self.assertEqual(original.count(before), 1, before)
                changed = original.replace(before, after)
                self.policy.write_text(changed, encoding="utf-8")
                place = f"plates.heng:{line_of(changed, at)}:{column_of(changed, at)}:"
                self.both([code, place, *words], *BIND)
                self.assertEqual(self.heng("check", str(self.policy)).returncode, 1)

    def test_unknown_name_suggests_the_nearest(self):
        text = POLICY.read_text(encoding="utf-8").replace("当 季度成绩 ≥ 绿牌线", "当 季度成积 ≥ 绿牌线")
        self.policy.write_text(text, encoding="utf-8")
        self.assertIn("“季度成绩”", self.settle("zh", *BIND).stderr)
        self.assertIn("'季度成绩'", self.settle("en", *BIND).stderr)

    def test_both_rows_of_an_overlap_are_named_and_shown(self):
        text = POLICY.read_text(encoding="utf-8").replace("  蓝牌 → “规范类”", "  绿牌 → “规范类”")
        self.policy.write_text(text, encoding="utf-8")
        for language, rows in (("zh", ["第1行", "第2行"]), ("en", ["row 1", "row 2"])):
            message = self.settle(language, *BIND).stderr
            for words in [*rows, "“精品类”", "“规范类”"]:
                self.assertIn(words, message)

    def test_not_utf8(self):
        text = POLICY.read_text(encoding="utf-8")
        self.policy.write_bytes(text.encode("gb18030"))
        self.both(["H1001", "plates.heng:1:1"], *BIND)

    def test_deep_nesting(self):
        text = POLICY.read_text(encoding="utf-8")
        deep = "公式 深 每月 = " + "(" * 100000 + "响应率" + ")" * 100000 + "   自定\n"
        self.policy.write_text(text + deep, encoding="utf-8")
        self.both(["H1008", "200"], *BIND)

    def test_open_parameter(self):
        text = POLICY.read_text(encoding="utf-8")
        at = f"plates.heng:{line_of(text, '红牌检查频次')}:{column_of(text, '红牌检查频次')}:"
        self.both(["红牌检查频次", "open-parameter", "--set", at])

    def test_binding_out_of_range(self):
        self.refused(self.settle("zh", "--set", "红牌检查频次=31 次/月"), ["红牌检查频次"], status=2)
        self.refused(self.settle("zh", "--set", "绿牌线=80 分"), ["绿牌线"], status=2)

    def test_not_a_settlement_period(self):
        line = line_of(POLICY.read_text(encoding="utf-8"), "结果 每季")
        self.both(["not-a-settlement-period", "2024Q3", f"plates.heng:{line}:"], *BIND, period="2024-08")

    def test_before_the_policy(self):
        self.both(["not-in-force", "2024-07-01", "plates.heng:3:"], *BIND, period="2024Q2")

    def edit(self, file, change):
        path = self.data / file
        lines = path.read_text(encoding="utf-8").split("\n")
        change(lines)
        path.write_text("\n".join(lines), encoding="utf-8")

    def set_cell(self, file, line, column, value):
        def change(lines):
            index = lines[0].split(",").index(column)
            cells = lines[line - 1].split(",")
            cells[index] = value
            lines[line - 1] = ",".join(cells)

        self.edit(file, change)

    def test_csv_table(self):
        for name, file, line, before, after, code, column, words in CSV_CASES:
            with self.subTest(name):
                shutil.copy(SAMPLE / file, self.data / file)
                if before is None:
                    self.set_cell(file, line, *after)
                else:
                    self.edit(file, lambda lines: lines.__setitem__(line - 1, lines[line - 1].replace(before, after)))
                message = self.both([code, f"{file}:{line}", *words], *BIND)
                if column:
                    self.assertIn(column, message)

    def test_check_message_is_shown(self):
        self.set_cell("每月.csv", 2, "解决件数", "99999")
        self.both(["解决件数不能多于诉求件数"], *BIND)

    def test_missing_month(self):
        def drop(lines):
            lines[:] = [line for line in lines if not line.startswith("slz-02,2024-08")]

        self.edit("每月.csv", drop)
        self.assertIn("2024年8月", self.both(["missing-period", "slz-02"], *BIND))
        self.assertIn("2024-08", self.settle("en", *BIND).stderr)

    def test_duplicate_row(self):
        def double(lines):
            lines.insert(2, lines[1])

        self.edit("每月.csv", double)
        self.both(["duplicate-row", "每月.csv:3"], *BIND)

    def test_gb18030_data_settles_alike(self):
        plain = self.settle("zh", *BIND)
        self.assertEqual(plain.returncode, 0, plain.stderr)
        expected = self.out.read_bytes()
        for path in self.data.glob("*.csv"):
            path.write_bytes(path.read_text(encoding="utf-8").encode("gb18030"))
        self.assertEqual(self.settle("zh", *BIND).returncode, 0)
        self.assertEqual(self.out.read_bytes(), expected)

    def test_bad_bytes_in_data(self):
        (self.data / "每月.csv").write_bytes(b"\xff\xff\xff" + (SAMPLE / "每月.csv").read_bytes())
        self.both(["bad-encoding", "每月.csv"], *BIND)

    def test_wrong_usage(self):
        for arguments in (["settle"], ["settle", str(self.policy)], ["nonsense"], ["check"], ["fmt", "--keywords", "fr", str(self.policy)]):
            self.assertEqual(self.heng(*arguments).returncode, 2, arguments)
        self.assertEqual(self.heng("check", str(self.folder / "none.heng")).returncode, 3)


if __name__ == "__main__":
    unittest.main()
