"""Each district of policies/heng.yaml settles its sample as its independent oracle does, in every cell.

    HENG=build/bin/heng python3 tests/e2e/oracle_test.py
"""

import csv
import io
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
HENG = os.environ.get("HENG", str(ROOT / "build/bin/heng"))

XIANGMIHU = {"": "--of 企业", "小区": "--of 小区", "代办员": "--of 代办员", "全体": "--of 全体"}
QINZAO = "policies/qinzao/sample"


def tianqiao(policy, period, *tables):
    """The first table is that of the policy's first subject."""
    command = "tianqiao_%s.py policies/tianqiao/sample/%s %s" % (policy, policy, period)
    return ("tianqiao", ["--policy", policy], period, command, {name if i else "": name for i, name in enumerate(tables)})


# District, options of settle, period, the oracle's command; then its arguments for each file that is written ("" is out.csv).
CASES = [
    ("shiliuzhuang", [], "2024Q3", "shiliuzhuang.py policies/shiliuzhuang/sample 2024Q3 --red 5", {"": "", "每月": "--monthly"}),
    (
        "guancheng", [], "2024", "guancheng.py policies/guancheng/sample 2024",
        {
            name: "%s 大院线=2000 多户线=100 补贴标准=0.25 工时折价=12.5 返还比例=20" % (name or "楼院")
            for name in ("", "每季", "住户", "物业公司", "街道办", "全体")
        },
    ),
    *(("xiangmihu", [], "2024Q%d" % q, "xiangmihu.py policies/xiangmihu/sample 2024Q%d" % q, XIANGMIHU) for q in (1, 2, 3, 4)),
    (
        "qinzao", ["--policy", "lists"], "2024H1", "qinzao_lists.py %s/lists 2024H1" % QINZAO,
        {"": "--of 企业", "小区": "--of 小区", "社区": "--of 社区", "全体": "--of 全体"},
    ),
    (
        "qinzao", ["--policy", "selection"], "2024Q3", "qinzao_selection.py %s/selection 2024Q3" % QINZAO,
        {"": "--of 企业", "小区": "--of 小区", "报名": "--of 报名"},
    ),
    *(tianqiao("assessment", period, "小区", "企业", "社区", "全体") for period in ("2024Q2", "2024Q3")),  # two versions
    *(tianqiao("branches", period, "企业", "业委会", "全体") for period in ("2024", "2025")),
    tianqiao("grid", "2024Q3", "网格员", "企业", "社区"),
    tianqiao("services", "2024Q3", "企业", "小区", "组员", "体验", "备选项目", "全体"),
]

# Invented regimes of other fields (tests/data/regimes): the policy's period, and its tables ("" is that of the first subject).
REGIMES = {
    "elevators": ("2024Q3", {"": "项目", "单位": "单位"}),
    "board": ("2024-02", {"": "村"}),
    "reward": ("2024Q2", {"": "村", "全体": "全体"}),
    "care": ("2024Q2", {"": "机构", "全体": "全体"}),
}


def table(data):
    return list(csv.DictReader(io.StringIO(data)))


def settle(test, district, options, period, folder):
    """Writes out.csv, and out.{kind}.csv for the other tables, into the folder."""
    done = subprocess.run(
        [HENG, "settle", "--config", str(ROOT / "policies/heng.yaml"), "--district", district, "--period", period, "--quiet",
         *options, "-o", folder + "/out.csv"],
        capture_output=True, text=True)
    test.assertEqual(done.returncode, 0, done.stderr[-2000:])


class Oracle(unittest.TestCase):
    def test_every_district_agrees_in_every_cell(self):
        for district, options, period, command, files in CASES:
            with self.subTest(district=district, period=period), tempfile.TemporaryDirectory() as folder:
                settle(self, district, options, period, folder)
                for name, arguments in files.items():
                    self.compare(folder, name, command + " " + arguments)

    def test_every_regime_agrees_in_every_cell(self):
        for regime, (period, files) in REGIMES.items():
            with self.subTest(regime=regime), tempfile.TemporaryDirectory() as folder:
                home = ROOT / "tests/data/regimes" / regime
                policy = str(home / (regime + ".heng"))
                for command in (["check", "--strict", policy], ["test", policy], ["fmt", "--check", policy],
                                ["settle", policy, "--period", period, "--data", str(home / "sample"), "-o", folder + "/out.csv"]):
                    done = subprocess.run([HENG, *command], capture_output=True, text=True)
                    self.assertEqual(done.returncode, 0, (command, done.stdout[-1000:] + done.stderr[-2000:]))
                for name, arguments in files.items():
                    self.compare(folder, name, "regimes.py %s %s" % (regime, arguments))

    def compare(self, folder, name, command):
        """The table that was written, and what the oracle's command says."""
        oracle = subprocess.run([sys.executable, *(str(ROOT / "tests/oracle") + "/" + command).split()],
                                capture_output=True, text=True, cwd=ROOT)
        self.assertEqual(oracle.returncode, 0, oracle.stderr[-2000:])
        wanted = table(oracle.stdout)
        path = pathlib.Path(folder) / ("out.%s.csv" % name if name else "out.csv")
        found = table(path.read_text(encoding="utf-8-sig"))
        self.assertGreater(len(wanted), 0)
        self.assertEqual(len(found), len(wanted), name)
        self.assertEqual([{k: row[k] for k in wanted[0]} for row in found], wanted)

    def test_examples_reach_every_case_row_and_branch(self):
        districts = sorted({str(ROOT / "policies" / case[0]) for case in CASES})
        done = subprocess.run([HENG, "--lang", "zh", "test", "--coverage", *districts], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout[-2000:] + done.stderr)
        self.assertEqual(len(districts), 5)
        self.assertGreaterEqual(done.stdout.count("用到："), 10)
        self.assertNotIn("没有算例用到", done.stdout)

    def test_a_new_version_changes_the_weights_alone(self):
        """Company 1 has the same facts in both quarters: 83.5 under the first version of the assessment, 84.75 under the second."""
        scores = []
        for period in ("2024Q2", "2024Q3"):
            with tempfile.TemporaryDirectory() as folder:
                settle(self, "tianqiao", ["--policy", "assessment"], period, folder)
                companies = table(pathlib.Path(folder, "out.企业.csv").read_text(encoding="utf-8-sig"))
                scores += [row["企业考核"] for row in companies if row["编号"] == "tq-01"]
        self.assertEqual(scores, ["83.50", "84.75"])

    def test_samples_are_what_their_scripts_make(self):
        for script in sorted((ROOT / "policies").glob("*/sample/make_sample.py")):
            done = subprocess.run([sys.executable, str(script), "--check"], capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stderr)


if __name__ == "__main__":
    unittest.main()
