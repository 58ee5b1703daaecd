#!/usr/bin/env python3
"""Makes the constructed sample data of 天桥区, in the folders beside this file. Nothing in it is real.

    python3 policies/tianqiao/sample/make_sample.py            write the CSV files
    python3 policies/tianqiao/sample/make_sample.py --check    compare only

What is planted stands in the tables below (说明.md tells it in Chinese). The grades that services/ reads are those that
tests/oracle/tianqiao_assessment.py derives from assessment/. Standard library only; the same bytes on every machine.
"""

import csv
import datetime
import io
import random
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(HERE.parents[2] / "tests" / "oracle"))
import tianqiao_assessment as assessment  # noqa: E402

KINDS = ["成熟商品房小区", "拆迁安置房小区", "单位宿舍小区", "开放式小区"]
MONTHS = {"2024Q2": ["2024-04", "2024-05", "2024-06"], "2024Q3": ["2024-07", "2024-08", "2024-09"]}
FIRST = {"2024Q2": datetime.date(2024, 4, 1), "2024Q3": datetime.date(2024, 7, 1)}


def yes(truth):
    return "是" if truth else "否"


def firm(n):
    return "tq-%02d" % n


# ---- assessment: 20 companies, 30 estates, 8 communities, two quarters

# 小区 → occupied, returned, satisfied, complaining, emphasis, issues closed and not, marks of the stewards, in both quarters.
PLANTED = {
    1: (200, 40, 36, 3, "80.0", (3, 1), (80, 90)),      # 83.5 before, 84.75 after: the facts are the same
    2: (100, 100, 90, 1, "90.0", (9, 1), (90,)),        # all 90: just 优秀
    3: (100, 100, 90, 1, "90.0", (9, 1), (90,)),        # the same: a tie
    4: (100, 100, 60, 4, "60.0", (6, 4), (60,)),        # all 60: just 合格, and satisfaction just at 60%
    5: (100, 100, 59, 0, "100.0", (0, 0), (100,)),      # 59%: 合格 at most, whatever the score
    6: (100, 29, 0, 0, "100.0", (0, 0), ()),            # 29 papers do not count; nobody marked
    7: (800, 30, 30, 1, "95.5", (5, 0), (95, 94.5)),    # 1 ÷ 800 = 0.125%, up to 0.13%
    8: (100, 50, 10, 12, "20.0", (0, 6), (35, 40)),     # 不合格 in both quarters
    9: (3, 0, 0, 3, "0.0", (0, 0), ()),                 # all complain: the marks for complaints stop at 0
}
PARTY = {1: "90.0", 2: "90.0", 3: "90.0", 4: "60.0", 5: "100.0", 6: "100.0", 7: "99.9", 8: "30.0", 9: "0.0"}
DUTIES = {6: ([0, 0, 0], 0), 8: ([0, 1, 0], 0)}  # check-ins a month, items taken on; all others do theirs


def assessment_tables():
    rnd = random.Random(20240701)
    estates, facts, issues, marks = [], [], [], []
    firms = [[firm(n), "物业企业%02d" % n] for n in range(1, 21)]
    communities = [["sq-%d" % n, "社区%d" % n] for n in range(1, 9)]
    firm_months, firm_facts, community_months, community_facts, talks = [], [], [], [], []
    for n in range(1, 31):
        # 小区 10 to 30 are of companies 10 to 19; company 20 has none.
        own = n if n < 10 else 10 + n % 10
        estates.append(["xq-%02d" % n, "小区%02d" % n, KINDS[n % 4], firm(own), "sq-%d" % (1 + n % 8)])
    for quarter, months in MONTHS.items():
        for n in range(1, 31):
            estate = "xq-%02d" % n
            if n in PLANTED:
                occupied, returned, satisfied, complaining, emphasis, (closed, open_), given = PLANTED[n]
            else:
                occupied = rnd.randint(120, 1800)
                returned = rnd.randint(20, 120)
                satisfied = returned * rnd.randint(55, 99) // 100
                complaining = occupied * rnd.randint(0, 60) // 1000
                emphasis = "%.1f" % rnd.uniform(55, 99)
                closed, open_ = rnd.randint(2, 9), rnd.randint(0, 3)
                given = [round(rnd.uniform(60, 99), 1) for _ in range(rnd.randint(2, 5))]
            facts.append([estate, quarter, occupied, returned, satisfied, complaining, emphasis])
            for i in range(closed + open_):
                day = FIRST[quarter] + datetime.timedelta(days=(7 * i + n) % 91)
                taken = day + datetime.timedelta(days=i % 2)
                if i < closed:  # the first one is handled on the very last day
                    handled = day + datetime.timedelta(days=7 if i == 0 else 1 + i % 6)
                    row = [day, taken, handled, handled + datetime.timedelta(days=i % 3)]
                else:           # a day late, not answered, not handled, not taken
                    late = day + datetime.timedelta(days=8)
                    row = [[day, taken, late, late], [day, taken, taken, ""], [day, taken, "", ""], [day, "", "", ""]][(i - closed) % 4]
                issues.append([estate] + [str(x) for x in row])
            marks += [[estate, quarter, "组员%d" % (k + 1), m] for k, m in enumerate(given)]
        for n in range(1, 21):
            check_ins, taken_on = DUTIES.get(n, ([1 + n % 3] * 3, 1 + n % 2))
            firm_months += [[firm(n), month, c] for month, c in zip(months, check_ins)]
            firm_facts.append([firm(n), quarter, taken_on, PARTY.get(n) or "%.1f" % rnd.uniform(60, 99)])
        for n in range(1, 9):
            held = [True] * 3 if n % 3 else [True, False, n != 6]
            community_months += [["sq-%d" % n, month, yes(h)] for month, h in zip(months, held)]
            lists = [yes(n != 5), yes(n % 4 != 1), yes(n % 2 == 0)]
            community_facts.append(["sq-%d" % n, quarter, n % 3] + lists)
            matters = ["收缴标准", "服务内容", "维修基金使用", "其他"][: n % 4 + 1] + ["收缴标准"]
            talks += [["sq-%d" % n, quarter, matter] for matter in (matters if n != 8 else [])]
    return {
        "小区.csv": [["编号", "名称", "分类", "管理企业", "所在社区"]] + estates,
        "企业.csv": [["编号", "名称"]] + firms,
        "社区.csv": [["编号", "名称"]] + communities,
        "每季.csv": [["编号", "期间", "入住户数", "收回问卷", "满意问卷", "投诉户数", "重点工作"]] + facts,
        "物业问题.csv": [["编号", "采集日期", "受理日期", "处置日期", "反馈日期"]] + issues,
        "管家考评.csv": [["编号", "期间", "组员", "得分"]] + marks,
        "企业.每月.csv": [["编号", "期间", "报到次数"]] + firm_months,
        "企业.每季.csv": [["编号", "期间", "认领项目", "党组织评价"]] + firm_facts,
        "社区.每月.csv": [["编号", "期间", "召开月例会"]] + community_months,
        "社区.每季.csv": [["编号", "期间", "恳谈会", "服务清单", "权责清单", "考核评价清单"]] + community_facts,
        "共商.csv": [["编号", "期间", "事项"]] + talks,
    }


# ---- branches: 65 companies, 48 with a branch, 65 instructors, as the source counts them; 2024 and 2025

# company → founded, dissolved.
BRANCH_DATES = {
    1: ("2023-12-31", ""), 2: ("2024-01-01", ""), 3: ("2024-07-01", ""), 4: ("2024-07-02", ""), 5: ("2024-12-15", ""),
    6: ("2024-12-31", ""), 7: ("2024-02-29", ""), 8: ("2024-03-01", "2024-06-15"), 9: ("2020-05-01", "2024-06-30"),
    10: ("2020-05-01", "2024-07-01"), 11: ("2020-05-01", "2024-12-31"), 12: ("2020-05-01", "2025-01-01"), 13: ("2025-01-01", ""),
}


def branches_tables():
    rnd = random.Random(48)
    firms, trainings, committees = [], [], []
    with_branch = 0
    for n in range(1, 66):
        if n in BRANCH_DATES:
            founded, dissolved = BRANCH_DATES[n]
        else:
            # Of the others as many as make 48 at the end of 2024.
            founded = "%d-%02d-%02d" % (rnd.randint(2018, 2024), rnd.randint(1, 12), rnd.randint(1, 28)) if with_branch < 48 else ""
            dissolved = ""
        has = founded and founded <= "2024-12-31" and not (dissolved and dissolved <= "2024-12-31")
        with_branch += 1 if has else 0
        members = rnd.choice((3, 3, 4, 6, 9)) if has else (3, 2, 0, 1)[n % 4]
        firms.append([firm(n), "物业企业%02d" % n, members, yes(n % 3 == 0), yes(n % 2 == 0), founded, dissolved, 0 if n == 64 else 2 if n == 65 else 1])
        for year in ("2024", "2025"):
            trainings.append([firm(n), year, 0 if n % 11 == 0 else 1 + n % 2])
    for n, (seats, party) in enumerate(((5, 3), (7, 5), (8, 5), (32, 1), (9, 0), (11, 7), (3, 3), (7, 4)), 1):
        committees.append(["ywh-%d" % n, "小区%02d" % n, seats, party])
    assert with_branch == 48, with_branch
    return {
        "企业.csv": [["编号", "名称", "正式党员", "可以联合", "可以挂靠", "成立日期", "撤销日期", "指导员人数"]] + firms,
        "业委会.csv": [["编号", "小区", "委员人数", "党员委员人数"]] + committees,
        "每年.csv": [["编号", "期间", "书记培训"]] + trainings,
    }


# ---- grid: 40 workers of 20 companies in 8 communities

GRID = {1: ("是", "90.0", "合格", "90.0"), 2: ("是", "60.0", "合格", "60.0"), 3: ("是", "60.0", "合格", "59.9"),
        4: ("是", "100.0", "不合格", "100.0"), 19: ("否", "95.0", "合格", "95.0"), 39: ("否", "95.0", "不合格", "95.0")}


def grid_tables():
    rnd = random.Random(5651)
    workers, facts = [], []
    for n in range(1, 41):
        worker = "wg-%02d" % n
        workers.append([worker, firm((n - 1) % 20 + 1), "sq-%d" % (1 + n % 7)])  # nobody in sq-8
        made = ("是", "%.1f" % rnd.uniform(50, 99), "合格" if rnd.random() < 0.93 else "不合格", "%.1f" % rnd.uniform(50, 99))
        facts.append([worker, "2024Q3", *GRID.get(n, made)])
    return {
        "网格员.csv": [["编号", "所属企业", "所在社区"]] + workers,
        "企业.csv": [["编号", "名称"]] + [[firm(n), "物业企业%02d" % n] for n in range(1, 21)],
        "社区.csv": [["编号", "名称"]] + [["sq-%d" % n, "社区%d" % n] for n in range(1, 9)],
        "每季.csv": [["编号", "期间", "在岗", "考核", "考察", "评议"]] + facts,
    }


# ---- services: trials and ballots in six old estates, the third quarter of 2024

FIRMS = [  # applied, licensed, party; grades come from the assessment
    (1, "2023-05-01", "是", "是"), (2, "2024-09-30", "是", "是"), (3, "2024-10-01", "是", "是"), (4, "2023-05-01", "否", "是"),
    (5, "2023-05-01", "是", "否"), (6, "", "是", "是"), (7, "2023-05-01", "是", "是"), (8, "2023-05-01", "是", "是"),
    (10, "2023-05-01", "是", "是"), (21, "2024-03-01", "是", "是"),
]
OLD_ESTATES = [("lx-1", 40), ("lx-2", 30), ("lx-3", 24), ("lx-4", 20), ("lx-5", 50), ("lx-6", 12)]
# estate, company, day, marks: (steward, day, mark).  Stewards 1 to 4 are eligible, 5 is of another role, 6 lacks standing.
TRIALS = [
    ("lx-1", 1, "2024-07-10", [(1, "2024-07-10", "80.0"), (2, "2024-08-09", "80.0"), (3, "2024-08-01", "80.0")]),       # just 80
    ("lx-1", 7, "2024-07-05", [(1, "2024-07-20", "95.0"), (2, "2024-07-20", "96.5"), (3, "2024-08-04", "97.0")]),       # before it
    ("lx-2", 2, "2024-07-10", [(1, "2024-07-20", "80.0"), (2, "2024-07-20", "80.0"), (3, "2024-07-20", "79.9")]),       # 79.97
    ("lx-2", 10, "2024-07-15", [(1, "2024-08-01", "90.0"), (2, "2024-08-01", "90.0"), (5, "2024-08-01", "90.0"), (6, "2024-08-01", "90.0"),
                                (3, "2024-08-15", "90.0")]),                                                            # two count
    ("lx-3", 8, "2024-07-10", [(1, "2024-07-20", "99.0"), (2, "2024-07-20", "99.0"), (3, "2024-07-20", "99.0")]),       # suspended
    ("lx-3", 1, "2024-06-15", [(1, "2024-06-20", "80.0"), (2, "2024-07-01", "90.0"), (3, "2024-07-14", "85.5"), (4, "2024-07-15", "10.0")]),
    ("lx-4", 7, "2024-09-01", [(1, "2024-09-01", "88.0"), (2, "2024-09-30", "88.0"), (3, "2024-09-15", "88.1")]),       # ends with the quarter
    ("lx-4", 10, "2024-09-02", [(1, "2024-09-03", "88.0"), (2, "2024-10-01", "88.0")]),                                 # not over yet
    ("lx-5", 7, "2024-10-01", []),                                                                                      # not begun
    ("lx-5", 4, "2024-07-10", [(1, "2024-07-20", "99.0"), (2, "2024-07-20", "99.0"), (3, "2024-07-20", "99.0")]),       # not in the pool
    ("lx-6", 21, "2024-01-31", [(1, "2024-02-10", "85.0"), (2, "2024-02-20", "85.0"), (3, "2024-02-29", "99.0"), (4, "2024-02-28", "70.0"),
                                (4, "2024-02-27", "85.0")]),                                                            # to 29 February, not included
    ("lx-2", 21, "2024-07-20", [(1, "2024-07-25", "70.0"), (2, "2024-08-01", "65.5"), (3, "2024-08-19", "71.0")]),      # fails
]
ADMITTED_BEFORE = {6: "是", 11: "是"}  # trials begun before this quarter
SERVICES = ["维护停车秩序", "公共区域卫生保洁", "便民维修服务", "其他"]
# estate → for each service on the paper the flats that want it; and how many flats took part.
BALLOTS = {
    "lx-1": (20, [16, 18, 16, 10]),     # just half of 40 take part; 10 of 20 is no majority; 16 ties: first on the paper first
    "lx-2": (14, [14, 14]),             # 14 of 30: not half
    "lx-4": (20, [11, 10, 20]),
    "lx-6": (6, [3, 2]),                # half of 12; nothing has a majority
}
ELECTED_BEFORE = {"lx-3": ["是", "是", "否"], "lx-5": ["否", "是"], "lx-6": ["是", "是"]}


def services_tables(graded):
    stewards, trials, marks, items, ballots = [], [], [], [], []
    history_trials, history_items = [], []
    for estate, _ in OLD_ESTATES:
        for k in range(1, 7):
            role = ("党员", "楼长", "党员", "楼长", "其他", "党员")[k - 1]
            stewards.append(["%s-%d" % (estate, k), estate, role, yes(k != 6), "是", "是"])
    for n, (estate, company, started, given) in enumerate(TRIALS, 1):
        trial = "ty-%02d" % n
        trials.append([trial, estate, firm(company), n, started])
        marks += [[trial, day, "%s-%d" % (estate, k), mark] for k, day, mark in given]
        history_trials.append([trial, "2024Q2", ADMITTED_BEFORE.get(n, "")])
    for estate in sorted(set(BALLOTS) | set(ELECTED_BEFORE)):
        before = ELECTED_BEFORE.get(estate, [])
        voters, wanted = BALLOTS.get(estate, (0, [0] * len(before)))
        for k in range(max(len(wanted), len(before))):
            item = "%s-x%d" % (estate, k + 1)
            items.append([item, estate, SERVICES[k], k + 1])
            history_items.append([item, "2024Q2", before[k] if k < len(before) else ""])
            for flat in range(voters):
                ballots.append([item, "2024-08-%02d" % (1 + flat % 28), "%03d" % (101 + flat), yes(flat < wanted[k])])
    # A flat that handed in two papers counts once.
    ballots.append(["lx-1-x1", "2024-08-30", "101", "是"])
    return {
        "企业.csv": [["编号", "名称", "申请日期", "证照齐全", "有党组织"]]
        + [[firm(n), "物业企业%02d" % n, applied, licensed, party] for n, applied, licensed, party in FIRMS],
        "小区.csv": [["编号", "名称", "户数"]] + [[e, "老旧小区%s" % e[-1], flats] for e, flats in OLD_ESTATES],
        "组员.csv": [["编号", "所在小区", "身份", "有威信", "有群众基础", "有管理能力"]] + stewards,
        "体验.csv": [["编号", "体验小区", "体验企业", "序号", "开始日期"]] + trials,
        "备选项目.csv": [["编号", "点单小区", "内容", "次序"]] + items,
        "考评.csv": [["编号", "考评日期", "考评人", "得分"]] + marks,
        "选票.csv": [["编号", "投票日期", "户号", "选择"]] + ballots,
        "历史.体验.每季.csv": [["编号", "期间", "准入"]] + history_trials,
        "历史.备选项目.每季.csv": [["编号", "期间", "入选"]] + history_items,
        "引用.tianqiao.assessment.每季.csv": [["编号", "期间", "企业等次"]] + graded,
    }


def render(table):
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(table)
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8")


def graded_companies(tables):
    """The grades of both quarters, as the oracle derives them; only of companies that services/ knows."""
    known = {firm(n) for n, *_ in FIRMS}
    with tempfile.TemporaryDirectory() as folder:
        for name, table in tables.items():
            (Path(folder) / name).write_bytes(render(table))
        return [
            [row["编号"], quarter, row["企业等次"]]
            for quarter in MONTHS
            for row in assessment.settle(folder, quarter, 7, 30)["企业"]
            if row["编号"] in known
        ]


def make():
    assessed = assessment_tables()
    folders = {"assessment": assessed, "branches": branches_tables(), "grid": grid_tables(),
               "services": services_tables(graded_companies(assessed))}
    return {"%s/%s" % (folder, name): render(table) for folder, tables in folders.items() for name, table in tables.items()}


def main():
    different = []
    for name, data in make().items():
        path = HERE / name
        if "--check" in sys.argv[1:]:
            if not path.exists() or path.read_bytes() != data:
                different.append(name)
        else:
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(data)
    if different:
        sys.exit("make_sample: not what this script makes: " + ", ".join(different))


if __name__ == "__main__":
    main()
