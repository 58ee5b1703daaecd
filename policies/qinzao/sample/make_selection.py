#!/usr/bin/env python3
"""Makes the constructed sample data of 秦灶街道's selection, in the folder selection beside this file.

    python3 policies/qinzao/sample/make_selection.py            write the CSV files
    python3 policies/qinzao/sample/make_selection.py --check    compare only

Nothing in it is real.  The lists that it reads are those of the folder lists (run make_lists.py first).  What is planted
stands in ESTATES, ENTRIES and ASKED; check_planted() settles what was made with tests/oracle/qinzao_selection.py and
fails, before anything is written, if one planted fact no longer holds.
Standard library only; the same bytes on every machine.
"""

import csv
import io
import sys
import tempfile
from fractions import Fraction
from pathlib import Path

HERE = Path(__file__).resolve().parent
FOLDER = HERE / "selection"
sys.dont_write_bytecode = True
sys.path.insert(0, str(HERE.parents[2] / "tests" / "oracle"))
import qinzao_lists as lists  # noqa: E402
import qinzao_selection as oracle  # noqa: E402

QUARTER = "2024Q3"
ROLES = ["党员代表", "热心群众", "社会组织带头人", "志愿者", "街道部门"]
DATES = ["联盟会议日期", "公开要求日期", "资格预审日期", "确定参会日期", "征询开始日期", "征询截止日期", "原企业退场日期",
         "新企业进场日期"]
OUTSIDE = ["qz-31", "qz-32", "qz-33"]

# 编号 → owners, area, the dates in order.
ESTATES = {
    "xz-1": (30, "3000.00", ["2024-07-02", "2024-07-08", "2024-07-15", "2024-07-16", "2024-07-20", "2024-07-29",
                             "2024-08-31", "2024-09-01"]),
    "xz-2": (30, "2700.00", ["2024-07-05", "2024-07-10", "2024-07-20", "2024-07-20", "2024-08-01", "2024-08-15",
                             "2024-09-10", "2024-09-14"]),
    "xz-3": (24, "2160.00", ["2024-07-10", "2024-07-12", "2024-07-18", "2024-07-19", "2024-08-01", "2024-08-20",
                             "2024-09-30", "2024-09-30"]),
    "xz-4": (40, "3600.00", ["2024-09-10", "2024-09-20", "2024-10-08", "", "", "", "2024-12-31", ""]),
    "xz-5": (18, "1500.00", ["2024-07-10", "2024-07-12", "2024-07-22", "2024-07-23", "2024-08-01", "2024-08-09",
                             "2024-09-01", "2024-10-01"]),
    "xz-6": (20, "1800.00", [""] * 8),
}

# estate, firm, area of the kind, fit of the five parties, admission papers; numbers follow the order.
ENTRIES = [
    ("xz-1", "qz-14", 90000, 99, "是是是"),    # the best fit, but on the black list
    ("xz-1", "qz-08", 80000, 98, "是是是"),    # good, but on no list
    ("xz-1", "qz-31", 70000, 97, "是是是"),    # from outside: on no list
    ("xz-1", "qz-01", 60000, 92, "是是是"),
    ("xz-1", "qz-02", 52000, 90, "是是是"),
    ("xz-1", "qz-04", 58000, 90, "是是是"),    # as fit as qz-02, with more area: before it
    ("xz-1", "qz-05", 40000, 88, "是否是"),    # an accident: not admitted
    ("xz-1", "qz-06", 40000, 85, "是是是"),
    ("xz-1", "qz-09", 30000, 80, "是是是"),    # sixth, by its number
    ("xz-1", "qz-10", 30000, 80, "是是是"),    # the same in all: seventh
    ("xz-2", "qz-01", 60000, 90, "是是是"),
    ("xz-2", "qz-11", 20000, 84, "是是是"),
    ("xz-2", "qz-20", 20000, 95, "是是是"),    # not assessed yet
    ("xz-3", "qz-12", 45000, 91, "是是是"),
    ("xz-3", "qz-13", 65000, 93, "是是是"),
    ("xz-3", "qz-15", 10000, 70, "否是是"),
    ("xz-4", "qz-16", 15000, 77, "是是否"),
    ("xz-4", "qz-18", 25000, 79, "是是是"),    # four parties only
    ("xz-5", "qz-19", 18000, 86, "是是是"),
]
ABSENT_ROLE = {18}

# The flats of an estate, from 101 on: (how many, area of each).  They add up to the estate's area.
FLATS = {
    "xz-1": [(11, "80.00"), (9, "124.45"), (9, "100.00"), (1, "99.95")],
    "xz-2": [(12, "90.00"), (7, "102.90"), (2, "85.00"), (8, "81.00"), (1, "81.70")],
    "xz-3": [(24, "90.00")],
    "xz-5": [(12, "83.40"), (6, "83.20")],
}


def flats(*spans):
    return [flat for first, last in spans for flat in range(first, last + 1)]


# Entry → flats that were asked, those that agree; the others disagree, and the last two of them abstain.
ASKED = {
    4: (flats((1, 21)), flats((1, 6), (12, 16), (21, 21))),       # 20 owners of 30 are two thirds; 11 agree
    5: (flats((1, 21)), flats((1, 8), (12, 15))),                 # as many owners, less area: entry 4 is chosen
    6: (flats((1, 21)), flats((1, 4), (12, 18))),                 # owners just half
    8: (flats((1, 21)), flats((1, 11), (21, 21))),                          # owners yes, area no
    9: (flats((2, 20)), flats((2, 7), (12, 16))),                 # 19 of 30 take part
    11: (flats((1, 19)), flats((1, 12))),                         # area two thirds, owners short
    12: (flats((1, 23)), flats((1, 13))),                         # flats 22 and 23 answer after the end
    14: (flats((1, 17)), flats((1, 10))),                         # the publication was a day short
    15: (flats((1, 17)), flats((1, 14))),
    19: (flats((1, 12)), flats((1, 12))),                         # asked one day too few
}
LATE = {(12, 22), (12, 23)}
TWICE = (4, 21)                       # one flat was written down twice
SAME_OWNER = {("xz-1", 2): 1}         # flats 1 and 2 of xz-1 have one owner


def entry_id(number):
    return "bm-%02d" % number


def csv_text(header, table):
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(table)
    return out.getvalue()


def make_marks():
    """Each party marks around the fit; highest and lowest fall away and the mean of the others is the fit."""
    table = []
    for number, (_, _, _, fit, _) in enumerate(ENTRIES, 1):
        for role, mark in zip(ROLES, (fit - 9, fit - 1, fit, fit + 1, min(fit + 8, 100))):
            if number in ABSENT_ROLE and role == "志愿者":
                role = "热心群众"
            table.append([entry_id(number), QUARTER, role, "%d.0" % mark])
    return table


def make_opinions():
    table = []
    for number, (asked, agree) in ASKED.items():
        estate = ENTRIES[number - 1][0]
        begin, end = ESTATES[estate][2][4:6]
        areas = [area for count, area in FLATS[estate] for _ in range(count)]
        assert len(areas) == ESTATES[estate][0] and sum(map(Fraction, areas)) == Fraction(ESTATES[estate][1])
        abstain = [flat for flat in asked if flat not in agree][-2:]
        for flat in asked:
            answer = "同意" if flat in agree else "弃权" if flat in abstain else "不同意"
            when = end if flat == asked[0] else begin
            if (number, flat) in LATE:
                when = end[:-2] + "%02d" % (int(end[-2:]) + 1)
            row = [entry_id(number), when, "%d室" % (100 + flat), "y%03d" % SAME_OWNER.get((estate, flat), flat),
                   areas[flat - 1], answer]
            table += [row, row] if (number, flat) == TWICE else [row]
    return sorted(table, key=lambda row: (row[1], row[0], row[2]))


def make_lists():
    """What the lists policy published: the last half of 2023, and both halves of 2024."""
    folder = HERE / "lists"
    past = lists.rows(folder / "历史.每半年.csv")
    options = lists.parser().parse_args([str(folder), "2024H2"])
    later = lists.table_text(lists.settle(lists.Facts(folder, options), "2024H2"), lists.HEADERS["企业"])[1:]
    return csv_text(lists.HEADERS["企业"], [[row[name] for name in lists.HEADERS["企业"]] for row in past] + later)


def make_files():
    """File name → text."""
    firms = ["qz-%02d" % n for n in range(1, 22)] + OUTSIDE
    return {
        "企业.csv": csv_text(["编号", "名称"], [[firm, "样例物业服务" + firm[3:]] for firm in firms]),
        "小区.csv": csv_text(["编号", "名称", "业主总人数", "专有部分总面积"] + DATES,
                           [[estate, "示例小镇" + estate[3:], owners, area] + dates
                            for estate, (owners, area, dates) in ESTATES.items()]),
        "报名.csv": csv_text(["编号", "选聘小区", "报名企业", "序号", "同类在管面积", "证照齐全", "近三年无重大事故", "承诺无缝交接"],
                           [[entry_id(number), estate, firm, number, area] + list(papers)
                            for number, (estate, firm, area, _, papers) in enumerate(ENTRIES, 1)]),
        "匹配评议.csv": csv_text(["编号", "期间", "身份", "得分"], make_marks()),
        "意见.csv": csv_text(["编号", "征询日期", "户号", "业主号", "专有面积", "表态"], make_opinions()),
        "引用.qinzao.lists.每半年.csv": make_lists(),
    }


def write_files(files, folder):
    Path(folder).mkdir(exist_ok=True)
    for name, text in files.items():
        (Path(folder) / name).write_bytes(text.encode("utf-8"))


def check_planted(folder):
    """Every fact that 说明.md names; the summary."""
    facts = oracle.Facts(folder, oracle.parser().parse_args([str(folder), QUARTER]))
    entries = {int(row["编号"][3:]): row for row in oracle.settle(facts, QUARTER, "报名")}
    estates = {row["编号"]: row for row in oracle.settle(facts, QUARTER, "小区")}

    # Red only, by fit; ties by area, then by number.
    places = {number: row["候选名次"] for number, row in entries.items() if row["候选名次"] is not None}
    assert places == {4: 1, 6: 2, 5: 3, 7: 4, 8: 5, 9: 6, 10: 7, 11: 1, 12: 2, 15: 1, 14: 2, 16: 3, 17: 1, 19: 1}, places
    assert entries[1]["匹配度"].value == 99 and entries[1]["候选名次"] is None
    assert [number for number, row in entries.items() if row["入围"] and not row["参会"]] == [7, 16, 17]
    assert estates["xz-1"]["候选足额"] and not estates["xz-2"]["候选足额"]

    # The owners.
    def said(number):
        return tuple(entries[number][name] for name in ("参与人数", "参与面积", "同意人数", "同意面积"))

    assert said(4) == (20, Fraction("2100.05"), 11, Fraction("1202.25"))
    assert entries[5]["参与达标"] and entries[5]["双过半"] and said(5)[2:] == (11, Fraction("1137.8"))
    assert entries[6]["参与达标"] and not entries[6]["双过半"] and 2 * said(6)[2] == said(6)[0]
    assert entries[8]["参与达标"] and not entries[8]["双过半"]
    assert not entries[9]["参与达标"] and entries[9]["双过半"] and said(9)[0] == 19
    assert not entries[11]["参与达标"] and entries[11]["参与面积"] >= 1800
    assert entries[12]["参与达标"] and entries[12]["参与人数"] == 21
    elected = [number for number, row in entries.items() if row["当选"]]
    assert elected == [4, 12], elected

    # Time and handover.
    stages = {estate: row["进度"] for estate, row in estates.items()}
    assert stages == {"xz-1": "交接完", "xz-2": "交接完", "xz-3": "交接完", "xz-4": "公开完", "xz-5": "征询完",
                      "xz-6": "未启动"}, stages
    assert not estates["xz-3"]["公开够期"] and estates["xz-1"]["公开够期"]
    assert not estates["xz-5"]["征询够期"] and estates["xz-1"]["征询够期"]
    assert {estate: row["空档天数"] for estate, row in estates.items()} == {
        "xz-1": 0, "xz-2": 3, "xz-3": 0, "xz-4": None, "xz-5": 29, "xz-6": None}
    return "%s: %d estates, %d entries, %d opinions; elected %s" % (
        QUARTER, len(estates), len(entries), len(facts.opinions), " ".join(map(entry_id, elected)))


def main():
    if sys.argv[1:] not in ([], ["--check"]):
        sys.exit("usage: make_selection.py [--check]")
    files = make_files()
    with tempfile.TemporaryDirectory() as folder:
        write_files(files, folder)
        summary = check_planted(folder)
    if sys.argv[1:] == ["--check"]:
        different = [name for name, text in files.items()
                     if not (FOLDER / name).is_file() or (FOLDER / name).read_bytes() != text.encode("utf-8")]
        if different:
            sys.exit("differ from what this script makes: " + " ".join(different))
    else:
        write_files(files, FOLDER)
    print(summary)


if __name__ == "__main__":
    if not __debug__:
        sys.exit("make_selection.py checks with assert: run it without -O")
    main()
