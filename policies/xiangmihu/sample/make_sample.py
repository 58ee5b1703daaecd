#!/usr/bin/env python3
"""Makes the constructed sample data of 香蜜湖街道, next to this file.

    python3 policies/xiangmihu/sample/make_sample.py            write the CSV files
    python3 policies/xiangmihu/sample/make_sample.py --check    compare only

Nothing in it is real.  What is planted stands in PLANTED_CASES, PLANTED_REPORTS and ASSESSED;
check_planted() settles what was made with tests/oracle/xiangmihu.py and fails, before anything is
written, if one planted fact no longer holds.  说明.md describes the same for readers.
Standard library only; the same bytes on every machine.
"""

import csv
import datetime
import io
import sys
import tempfile
from collections import Counter
from fractions import Fraction
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(HERE.parents[2] / "tests" / "oracle"))
import xiangmihu as oracle  # noqa: E402

SEED = 20140601
QUARTERS = ["2024Q1", "2024Q2", "2024Q3", "2024Q4"]
QUARTER = "2024Q3"
CASES_A_YEAR = 456
FIRMS = ["xmh-%02d" % n for n in range(1, 29)]
SITES = ["xq-%02d" % n for n in range(1, 12)]
KINDS = ["实有人口", "实有法人", "实有部件", "实有事件"]
JUDGES = ["居委会", "街道", "社区工作站", "居民一", "居民二", "律师", "社区民警"]

# 编号 → ability, willingness, fee of a quarter; all others report information or do not take part.
CONTRACTED = {
    "xmh-01": ("92.0", "整体承接", "180000.00"),
    "xmh-02": ("85.0", "整体承接", "60000.00"),
    "xmh-03": ("84.9", "整体承接", "52000.00"),
    "xmh-04": ("88.5", "专项承接", "45000.50"),
    "xmh-05": ("60.0", "专项承接", "38000.00"),
    "xmh-06": ("71.2", "专项承接", "33333.33"),
    "xmh-07": ("90.0", "专项承接", "41000.00"),
    "xmh-08": ("66.6", "专项承接", "29999.99"),
    "xmh-09": ("59.9", "专项承接", ""),
    "xmh-10": ("79.0", "专项承接", "36000.00"),
}

# The third quarter: 编号 → (judges and their marks), samples, samples that were right.  居委会 sits first.
ASSESSED = {
    "xmh-01": (["95", "93", "96", "94", "92", "97", "90"], 20, 19),
    "xmh-02": (["83.3", "83.3", "83.4", "100", "60"], 8, 8),          # 49.998 + 40 → 90.00
    "xmh-03": (["83.3", "83.3", "83.3", "100", "60"], 8, 8),          # 49.98 + 40 = 89.98
    "xmh-04": (["96", "95", "97", "94", "98"], 15, 12),               # 80%: not under the floor
    "xmh-05": (["98", "97", "99", "96", "95"], 14, 11),               # 11/14 < 80%: one grade down
    "xmh-06": (["50", "45", "55", "48", "52"], 9, 8),                 # 89/90 without end
    "xmh-07": (["90", "91", "92", "93", "94"], 7, 7),                 # too few samples
    "xmh-08": (["31", "30", "33", "32", "34"], 10, 8),                # fails
    "xmh-10": (["88", "90", "86", "84"], 10, 10),                     # too few judges
}

# 小区, accepted, closed, matter, agent, outcome: each misses one condition, or just meets it.
PLANTED_CASES = [
    ("xq-01", "2024-07-15", "2024-07-20", "s01", "dy-02", "已送达"),   # the day of the test: counts
    ("xq-01", "2024-07-14", "2024-07-20", "s01", "dy-02", "已送达"),   # the day before: does not
    ("xq-02", "2024-08-01", "2024-08-06", "s02", "dy-04", "已送达"),   # 79.5 marks
    ("xq-03", "2024-08-01", "2024-08-06", "s03", "dy-06", "已送达"),   # never tested
    ("xq-04", "2024-08-01", "2024-08-06", "s01", "dy-08", "已送达"),   # no promise of secrecy
    ("xq-05", "2024-08-01", "2024-08-06", "s01", "dy-10", "已送达"),   # tested before trained
    ("xq-06", "2024-08-01", "2024-08-06", "s01", "dy-01", "已送达"),   # another firm's agent
    ("xq-07", "2024-08-01", "2024-08-06", "s12", "dy-13", "已送达"),   # to be done in person
    ("xq-07", "2024-08-01", "2024-08-06", "s13", "dy-13", "已送达"),   # not simple
    ("xq-08", "2024-08-01", "2024-08-06", "s04", "dy-15", "退件"),     # sent back
    ("xq-09", "2024-06-28", "2024-07-01", "s05", "dy-17", "已送达"),   # accepted in June, closed in July
    ("xq-09", "2024-09-28", "2024-10-02", "s05", "dy-17", "已送达"),   # closed after the quarter
    ("xq-12", "2024-08-31", "2024-09-02", "s06", "dy-19", "已送达"),   # the day before the site opened
    ("xq-12", "2024-09-01", "2024-09-03", "s06", "dy-19", "已送达"),   # the day it opened
    ("xq-13", "2024-08-01", "2024-08-06", "s06", "dy-20", "已送达"),   # 799 households
    ("xq-14", "2024-08-01", "2024-08-06", "s06", "dy-20", "已送达"),   # no counter
    ("xq-15", "2024-08-01", "2024-08-06", "s06", "dy-20", "已送达"),   # no site
]

# 企业, reported, number, kind, key, verified, true, known.
PLANTED_REPORTS = [
    ("xmh-11", "2024-07-05", 5001, "出租屋", "k-001", "2024-07-10", "是", ""),            # same day, smaller number
    ("xmh-12", "2024-07-05", 5002, "出租屋", "k-001", "2024-07-10", "是", ""),            # second
    ("xmh-13", "2024-07-06", 5003, "人口变动", "k-002", "2024-07-08", "否", ""),          # first, but false
    ("xmh-14", "2024-07-09", 5004, "人口变动", "k-002", "2024-07-16", "是", ""),          # so this is the first
    ("xmh-15", "2024-07-10", 5005, "其他", "k-003", "2024-07-12", "是", "2024-07-10"),    # known on that day
    ("xmh-16", "2024-07-10", 5006, "其他", "k-004", "2024-07-12", "是", "2024-07-11"),    # known a day later
    ("xmh-04", "2024-07-11", 5007, "出租屋", "k-005", "2024-07-13", "是", ""),            # special purchase: not paid
    ("xmh-11", "2024-07-12", 5008, "出租屋", "k-005", "2024-07-13", "是", ""),            # and no longer new
    ("xmh-17", "2024-06-30", 4999, "出租屋", "k-006", "2024-07-02", "是", ""),            # last quarter
    ("xmh-11", "2024-07-13", 5009, "出租屋", "k-006", "2024-07-15", "是", ""),            # no longer new
    ("xmh-09", "2024-09-30", 5010, "人口变动", "k-007", "2024-10-08", "是", ""),          # weak firm: paid; late by a day
    ("xmh-28", "2024-08-08", 5011, "出租屋", "k-008", "2024-08-09", "是", ""),            # takes no part
    # A larger number on an earlier day comes first.
    ("xmh-18", "2024-08-02", 5013, "人口变动", "k-009", "2024-08-05", "是", ""),
    ("xmh-19", "2024-08-03", 5012, "人口变动", "k-009", "2024-08-05", "是", ""),
]
# The election of the third quarter: a tie of two members, one who lacks a mark, one who is no member.
CANDIDATES = {
    "xmh-01": ["92.0", "90.0", "88.0", "94.0"],
    "xmh-04": ["94.0", "88.0", "90.0", "92.0"],
    "xmh-07": ["91.0", "90.0", "88.0", "94.0"],
    "xmh-12": ["99.0", "99.0", "99.0", ""],
    "xmh-20": ["80.5", "82.5", "79.0", "85.5"],
    "xmh-27": ["99.0", "98.0", "97.0", "96.0"],
}
CAPPED_FIRM, CAPPED_SITE = "xmh-20", "xq-10"


class Generator:
    """A 64-bit linear congruential generator (Knuth's MMIX); Python's own may change."""

    def __init__(self, seed):
        self.state = seed

    def between(self, low, high):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return low + (self.state >> 33) % (high - low + 1)

    def pick(self, items):
        return items[self.between(0, len(items) - 1)]


def date_in(generator, quarter, latest=80):
    return oracle.Span(quarter).first + datetime.timedelta(days=generator.between(0, latest))


def csv_text(header, table):
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(table)
    return out.getvalue()


def make_firms():
    table = []
    for n, firm in enumerate(FIRMS, 1):
        joined = "2014-06-%02d" % (n % 28 + 1) if n <= 24 else {25: "2024-09-30", 26: "2024-03-01"}.get(n, "")
        table.append([firm, "样例物业%02d" % n, joined, "是" if n in (1, 3) else "否", "是" if n == 1 else "否"])
    return table


def make_estates(generator):
    """Eleven sites and four estates that are none."""
    table = []
    for n in range(1, 12):
        households = {1: 800, 10: 2600}.get(n, 800 + generator.between(0, 1400))
        table.append(["xq-%02d" % n, "样例花园%02d" % n, FIRMS[10 + n], households, "是", "2023-%02d-01" % (n % 9 + 1)])
    table += [["xq-12", "样例花园12", "xmh-23", 1500, "是", "2024-09-01"],
              ["xq-13", "样例花园13", "xmh-24", 799, "是", "2024-01-01"],
              ["xq-14", "样例花园14", "xmh-24", 1300, "否", "2024-01-01"],
              ["xq-15", "样例花园15", "xmh-24", 1300, "是", ""]]
    return table


def make_agents(estates):
    """Two at each of the first nine sites, one for each of the others."""
    table, number = [], 0
    for estate in estates[:9]:
        for second in (False, True):
            number += 1
            table.append(["dy-%02d" % number, estate[2], "2023-03-15", "2023-03-20", "%d.0" % (82 + number % 15), "是"])
    table.append(["dy-19", "xmh-23", "2023-09-10", "2023-09-15", "80.0", "是"])
    table.append(["dy-20", "xmh-24", "2023-09-10", "2023-09-15", "91.5", "是"])
    table.append(["dy-21", estates[9][2], "2023-09-10", "2023-09-15", "88.0", "是"])
    table.append(["dy-22", estates[10][2], "2023-09-10", "2023-09-15", "93.0", "是"])
    special = {"dy-02": {2: "2024-07-01", 3: "2024-07-15"}, "dy-04": {4: "79.5"}, "dy-06": {3: "", 4: ""},
               "dy-08": {5: "否"}, "dy-10": {2: "2024-07-01", 3: "2024-06-20"}}
    for row in table:
        for column, value in special.get(row[0], {}).items():
            row[column] = value
    return table


def make_cases(generator, estates):
    """With those that are planted they are CASES_A_YEAR; the usual ones all count."""
    agents = {"xq-%02d" % n: "dy-%02d" % (2 * n - 1) for n in range(1, 10)}
    agents.update({"xq-10": "dy-21", "xq-11": "dy-22"})
    table = [[site, closed, accepted, item, agent, outcome]
             for site, accepted, closed, item, agent, outcome in PLANTED_CASES]
    while len(table) < CASES_A_YEAR:
        site = CAPPED_SITE if generator.between(1, 4) == 1 else generator.pick(SITES)
        accepted = date_in(generator, generator.pick(QUARTERS))
        closed = accepted + datetime.timedelta(days=generator.between(1, 9))
        table.append([site, closed, accepted, "s%02d" % generator.between(1, 11), agents[site], "已送达"])
    return sorted(table, key=lambda row: (str(row[1]), row[0], str(row[2]), row[3], row[4], row[5]))


def make_quarters(generator):
    quarterly, judges, samples = [], [], []
    for quarter in QUARTERS:
        for n, firm in enumerate(FIRMS, 1):
            able, will, fee = CONTRACTED.get(firm, ("%d.%d" % (generator.between(40, 95), generator.between(0, 9)),
                                                    "不参与" if n in (27, 28) else "只提供信息", ""))
            marks = CANDIDATES.get(firm) if quarter == QUARTER else None
            quarterly.append([firm, quarter, able, will, fee] + (marks or [""] * 4))
            if firm not in ASSESSED:
                continue
            if quarter == QUARTER:
                marks, drawn, right = ASSESSED[firm]
            else:
                marks = [str(generator.between(75, 98)) for _ in range(5)]
                drawn = generator.between(8, 16)
                right = drawn - generator.between(0, 3)
            judges += [[firm, quarter, name, "否", mark] for name, mark in zip(JUDGES, marks)]
            if firm == "xmh-04":
                judges.append([firm, quarter, "物业公司代表", "是", "100"])
            for i in range(drawn):
                wrong = i >= right
                samples.append([firm, date_in(generator, quarter), KINDS[i % 4],
                                "否" if wrong and i % 2 else "是", "否" if wrong and i % 2 == 0 else "是"])
    return quarterly, judges, sorted(samples, key=lambda row: (str(row[1]), row[0], row[2], row[3], row[4]))


def make_reports(generator):
    table = [list(row) for row in PLANTED_REPORTS]
    number = 100
    for quarter in QUARTERS:
        firms = [FIRMS[n] for n in range(10, 26) for _ in range(2)]
        if quarter == QUARTER:
            firms += [CAPPED_FIRM] * 32
        for firm in firms:
            number += 1
            reported = date_in(generator, quarter)
            verified = reported + datetime.timedelta(days=generator.between(0, 8))
            true = "否" if generator.between(1, 6) == 1 and firm != CAPPED_FIRM else "是"
            known = str(reported - datetime.timedelta(days=generator.between(1, 30))) if number % 9 == 0 else ""
            table.append([firm, reported, number, ["出租屋", "人口变动", "其他"][number % 3], "x-%04d" % number, verified,
                          true, known])
    return sorted(table, key=lambda row: (str(row[1]), row[2]))


def make_files():
    """File name → text."""
    generator = Generator(SEED)
    estates = make_estates(generator)
    quarterly, judges, samples = make_quarters(generator)
    return {
        "企业.csv": csv_text(["编号", "名称", "入会日期", "试点社区", "已成立社会组织"], make_firms()),
        "小区.csv": csv_text(["编号", "名称", "管理企业", "户数", "有代办场所", "设点日期"], estates),
        "代办员.csv": csv_text(["编号", "所属企业", "培训日期", "考核日期", "考核成绩", "保密承诺"], make_agents(estates)),
        "代办件.csv": csv_text(["编号", "办结日期", "受理日期", "办理事项", "经办人", "办理结果"],
                            make_cases(generator, estates)),
        "每季.csv": csv_text(["编号", "期间", "管理服务能力", "承接意愿", "合同经费"] + oracle.CANDIDATE_MARKS,
                          quarterly),
        "评委打分.csv": csv_text(["编号", "期间", "评委", "应回避", "得分"], judges),
        "抽检.csv": csv_text(["编号", "抽检日期", "类别", "准确", "及时"], samples),
        "线索.csv": csv_text(["编号", "上报日期", "序号", "类别", "信息键", "核查日期", "属实", "社区已知日期"],
                           make_reports(generator)),
    }


def write_files(files, folder):
    for name, text in files.items():
        (Path(folder) / name).write_bytes(text.encode("utf-8"))


def check_planted(folder):
    """Every fact that 说明.md names; the summary line."""
    facts = oracle.Facts(folder, oracle.parser().parse_args([str(folder), QUARTER]))
    firms = {row["编号"]: row for row in oracle.settle(facts, QUARTER)}
    estates = {row["编号"]: row for row in oracle.settle(facts, QUARTER, "小区")}
    agents = {row["编号"]: row for row in oracle.settle(facts, QUARTER, "代办员")}
    whole = oracle.settle(facts, QUARTER, "全体")[0]
    span = oracle.Span(QUARTER)

    # The headline figures of the source.
    assert len(facts.firms) == 28 and whole["会员家数"] == 26
    assert whole["可代办事项数"] == 11
    assert sum(1 for case in facts.cases if case["办结日期"][:4] == "2024") == CASES_A_YEAR
    assert sum(1 for row in facts.estates if row["设点日期"][:4] == "2023") == 11 and whole["代办点数"] == 12

    # Ways of taking part.
    ways = Counter(row["方式"] for row in firms.values())
    assert ways == {"整体委托": 1, "专项委托": 8, "参与激励": 17, "未参与": 2}, ways
    assert firms["xmh-02"]["方式"] == firms["xmh-03"]["方式"] == "专项委托" and firms["xmh-09"]["方式"] == "参与激励"

    grades = {name: row["评估等次"] for name, row in firms.items() if row["评估等次"] != "不评"}
    assert grades == {"xmh-01": "优秀", "xmh-02": "优秀", "xmh-03": "良好", "xmh-04": "良好", "xmh-05": "合格",
                      "xmh-06": "合格", "xmh-07": "待评", "xmh-08": "不合格", "xmh-10": "待评"}, grades
    assert firms["xmh-02"]["评估得分"] == 90 and firms["xmh-03"]["评估得分"] == Fraction("89.98")
    assert firms["xmh-05"]["评估得分"] > 89, firms["xmh-05"]

    # Cases.
    counted = [oracle.earns_subsidy(facts, {"编号": site, "受理日期": accepted, "办结日期": closed, "办理事项": item,
                                            "经办人": agent, "办理结果": outcome})
               for site, accepted, closed, item, agent, outcome in PLANTED_CASES]
    assert [index for index, counts in enumerate(counted) if counts] == [0, 10, 11, 13], counted
    assert estates[CAPPED_SITE]["点补贴"].value == 200 and estates[CAPPED_SITE]["应补件数"] > 25
    assert not estates["xq-13"]["条件较成熟"] and not estates["xq-14"]["条件较成熟"]
    assert [name for name, row in agents.items() if not row["可上岗"]] == ["dy-04", "dy-06", "dy-08", "dy-10"]

    # Reports.
    keys = {row["信息键"]: firm for firm in firms for row in oracle.rewarded_reports(facts, firm, span)
            if row["信息键"].startswith("k-") and firms[firm]["方式"] == "参与激励"}
    assert keys == {"k-001": "xmh-11", "k-002": "xmh-14", "k-004": "xmh-16", "k-007": "xmh-09",
                    "k-009": "xmh-18"}, keys
    assert firms[CAPPED_FIRM]["线索激励"].value == 100
    assert Fraction(0) < whole["及时核查率"].value < 100

    assert [name for name, row in firms.items() if row["会长人选"]] == ["xmh-01", "xmh-04"]
    assert firms["xmh-07"]["推选名次"] == 3 and firms["xmh-20"]["推选名次"] == 4
    assert firms["xmh-12"]["推选名次"] is None and firms["xmh-27"]["推选名次"] is None
    return "%s: %d firms, %d estates, %d cases of the year, %d reports; paid %s" % (
        QUARTER, len(firms), len(estates), CASES_A_YEAR, len(facts.reports), oracle.cell(whole["应付总额"]))


def main():
    if sys.argv[1:] not in ([], ["--check"]):
        sys.exit("usage: make_sample.py [--check]")
    files = make_files()
    with tempfile.TemporaryDirectory() as folder:
        write_files(files, folder)
        summary = check_planted(folder)
    if sys.argv[1:] == ["--check"]:
        different = [name for name, text in files.items()
                     if not (HERE / name).is_file() or (HERE / name).read_bytes() != text.encode("utf-8")]
        if different:
            sys.exit("differ from what this script makes: " + " ".join(different))
    else:
        write_files(files, HERE)
    print(summary)


if __name__ == "__main__":
    if not __debug__:
        sys.exit("make_sample.py checks with assert: run it without -O")
    main()
