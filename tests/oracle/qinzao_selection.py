#!/usr/bin/env python3
"""秦灶街道物业服务企业选聘:独立核算。

An independent settlement of policies/qinzao/selection.heng, written from the regulation and the
policy's choices, sharing no code with the engine.  Every number is an exact fraction; nothing
is rounded except where the policy says so.

    python3 tests/oracle/qinzao_selection.py DATA_DIR 2024Q3 [--of 企业|小区|报名]

The open parameters are options; their defaults are the sample values of
policies/districts/qinzao.yaml.  It trusts its data.  Standard library only.
"""

import argparse
import csv
import datetime
import math
import re
import sys
from fractions import Fraction
from pathlib import Path

CENT = Fraction(1, 100)
SHORTLIST = 6
ROLES = 5
STAGES = [("交接完", "新企业进场日期"), ("征询完", "征询截止日期"), ("定参会", "确定参会日期"),
          ("预审完", "资格预审日期"), ("公开完", "公开要求日期"), ("有候选", "联盟会议日期")]

HEADERS = {
    "企业": ["编号", "期间", "报名数", "入围数", "当选数"],
    "小区": ["编号", "期间", "进度", "入围家数", "候选足额", "参会家数", "公开够期", "征询够期", "选定", "空档天数", "无缝衔接"],
    "报名": ["编号", "期间", "匹配度", "候选名次", "入围", "参会", "参与人数", "参与面积", "同意人数", "同意面积", "参与达标",
             "双过半", "当选"],
}


def rows(path):
    with open(path, encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def day(text):
    return datetime.date.fromisoformat(text) if text else None


def yes(text):
    return {"是": True, "否": False}[text]


def round_half_away(x, step=CENT):
    steps = math.floor(abs(x) / step + Fraction(1, 2))
    return steps * step if x >= 0 else -steps * step


class Quarter:
    def __init__(self, text):
        match = re.fullmatch(r"(\d{4})Q([1-4])", text)
        if not match:
            raise ValueError("not a quarter: " + text)
        self.text = text
        year, number = int(match.group(1)), int(match.group(2))
        self.first = datetime.date(year, 3 * number - 2, 1)
        after = datetime.date(year + 1, 1, 1) if number == 4 else datetime.date(year, 3 * number + 1, 1)
        self.last = after - datetime.timedelta(days=1)

    def holds(self, when):
        return self.first <= when <= self.last


def last_day_of_half(text):
    year, half = text.split("H")
    return datetime.date(int(year), 6, 30) if half == "1" else datetime.date(int(year), 12, 31)


class Facts:
    def __init__(self, folder, options):
        folder = Path(folder)
        self.options = options
        self.firms = rows(folder / "企业.csv")
        self.estates = rows(folder / "小区.csv")
        self.entries = rows(folder / "报名.csv")
        self.marks = rows(folder / "匹配评议.csv")
        self.opinions = rows(folder / "意见.csv")
        self.lists = rows(folder / "引用.qinzao.lists.每半年.csv")
        self.estate = {row["编号"]: row for row in self.estates}


def list_of(facts, firm, quarter):
    """On which list the firm stood after the last settlement that ended before the quarter; None if on none."""
    past = [row for row in facts.lists if row["编号"] == firm and last_day_of_half(row["期间"]) < quarter.first]
    return max(past, key=lambda row: last_day_of_half(row["期间"]))["名单"] if past else None


# ---- the shortlist

def fit(facts, entry, quarter):
    """(mean without the highest and the lowest, whether all five parties spoke)."""
    marks = [row for row in facts.marks if row["编号"] == entry["编号"] and row["期间"] == quarter.text]
    kept = sorted(Fraction(row["得分"]) for row in marks)[1:-1]
    mean = round_half_away(sum(kept) / len(kept)) if kept else Fraction(0)
    return mean, len({row["身份"] for row in marks}) == ROLES


def may_be_candidate(facts, entry, quarter):
    return list_of(facts, entry["报名企业"], quarter) == "红榜" and fit(facts, entry, quarter)[1]


def place(facts, entry, quarter):
    """Among those of the same estate that may be candidates: fit, then area of the kind, then number."""
    if not may_be_candidate(facts, entry, quarter):
        return None

    def key(other):
        return (-fit(facts, other, quarter)[0], -int(other["同类在管面积"]), int(other["序号"]))

    return 1 + sum(1 for other in facts.entries if other["选聘小区"] == entry["选聘小区"]
                   and may_be_candidate(facts, other, quarter) and key(other) < key(entry))


def is_shortlisted(facts, entry, quarter):
    rank = place(facts, entry, quarter)
    return rank is not None and rank <= SHORTLIST


def is_admitted(facts, entry, quarter):
    """On the shortlist and through the prequalification."""
    return (is_shortlisted(facts, entry, quarter) and yes(entry["证照齐全"]) and yes(entry["近三年无重大事故"])
            and yes(entry["承诺无缝交接"]))


# ---- the owners

def opinions(facts, entry, quarter):
    """(heads, area, heads that agree, area that agrees), of what was said in the time for it, as far as in this quarter."""
    estate = facts.estate[entry["选聘小区"]]
    begin, end = day(estate["征询开始日期"]), day(estate["征询截止日期"])
    valid = [row for row in facts.opinions if row["编号"] == entry["编号"] and quarter.holds(day(row["征询日期"]))
             and begin is not None and end is not None and begin <= day(row["征询日期"]) <= end]

    def heads(cast):
        return len({row["业主号"] for row in cast})

    def area(cast):
        flats = {}
        for row in cast:
            flats[row["户号"]] = max(flats.get(row["户号"], Fraction(0)), Fraction(row["专有面积"]))
        return sum(flats.values(), Fraction(0))

    agree = [row for row in valid if row["表态"] == "同意"]
    return heads(valid), area(valid), heads(agree), area(agree)


def takes_part_enough(facts, entry, quarter):
    """Two thirds or more of the heads and of the area."""
    estate = facts.estate[entry["选聘小区"]]
    heads, area, _, _ = opinions(facts, entry, quarter)
    return 3 * heads >= 2 * int(estate["业主总人数"]) and 3 * area >= 2 * Fraction(estate["专有部分总面积"])


def agrees_enough(facts, entry, quarter):
    """More than half of those who take part, by heads and by area."""
    heads, area, for_heads, for_area = opinions(facts, entry, quarter)
    return 2 * for_heads > heads and 2 * for_area > area


def long_enough_open(facts, estate):
    published, examined = day(estate["公开要求日期"]), day(estate["资格预审日期"])
    return published is not None and examined is not None and (examined - published).days >= facts.options.publish


def long_enough_asked(facts, estate):
    begin, end = day(estate["征询开始日期"]), day(estate["征询截止日期"])
    return begin is not None and end is not None and (end - begin).days + 1 >= facts.options.ask


def has_happened(estate, column, quarter):
    return day(estate[column]) is not None and day(estate[column]) <= quarter.last


def is_approved(facts, entry, quarter):
    estate = facts.estate[entry["选聘小区"]]
    return (is_admitted(facts, entry, quarter) and has_happened(estate, "征询截止日期", quarter)
            and long_enough_open(facts, estate) and long_enough_asked(facts, estate)
            and takes_part_enough(facts, entry, quarter) and agrees_enough(facts, entry, quarter))


def is_elected(facts, entry, quarter):
    """Of those that were approved: most heads, then most area, then the better place of the shortlist."""
    if not is_approved(facts, entry, quarter):
        return False

    def key(other):
        _, _, heads, area = opinions(facts, other, quarter)
        return (-heads, -area, place(facts, other, quarter))

    return all(key(entry) <= key(other) for other in facts.entries
               if other["选聘小区"] == entry["选聘小区"] and is_approved(facts, other, quarter))


# ---- tables

def settle_entry(facts, entry, quarter):
    heads, area, for_heads, for_area = opinions(facts, entry, quarter)
    return {
        "编号": entry["编号"], "期间": quarter.text, "匹配度": Fixed(fit(facts, entry, quarter)[0]),
        "候选名次": place(facts, entry, quarter), "入围": is_shortlisted(facts, entry, quarter),
        "参会": is_admitted(facts, entry, quarter), "参与人数": heads, "参与面积": area, "同意人数": for_heads,
        "同意面积": for_area, "参与达标": takes_part_enough(facts, entry, quarter),
        "双过半": agrees_enough(facts, entry, quarter), "当选": is_elected(facts, entry, quarter),
    }


def settle_estate(facts, estate, quarter):
    own = [entry for entry in facts.entries if entry["选聘小区"] == estate["编号"]]
    shortlisted = sum(1 for entry in own if is_shortlisted(facts, entry, quarter))
    leaves, enters = day(estate["原企业退场日期"]), day(estate["新企业进场日期"])
    gap = None if leaves is None or enters is None else max(0, (enters - leaves).days - 1)
    stage = next((name for name, column in STAGES if has_happened(estate, column, quarter)), "未启动")
    return {
        "编号": estate["编号"], "期间": quarter.text, "进度": stage, "入围家数": shortlisted,
        "候选足额": shortlisted == SHORTLIST, "参会家数": sum(1 for entry in own if is_admitted(facts, entry, quarter)),
        "公开够期": long_enough_open(facts, estate), "征询够期": long_enough_asked(facts, estate),
        "选定": any(is_elected(facts, entry, quarter) for entry in own),
        "空档天数": gap, "无缝衔接": None if gap is None else gap == 0,
    }


def settle_firm(facts, firm, quarter):
    own = [entry for entry in facts.entries if entry["报名企业"] == firm["编号"]]
    return {"编号": firm["编号"], "期间": quarter.text, "报名数": len(own),
            "入围数": sum(1 for entry in own if is_shortlisted(facts, entry, quarter)),
            "当选数": sum(1 for entry in own if is_elected(facts, entry, quarter))}


def settle(facts, period, of="企业"):
    """One dict a row, keyed as the header of that table."""
    quarter = Quarter(period)
    return {
        "企业": lambda: [settle_firm(facts, firm, quarter) for firm in facts.firms],
        "小区": lambda: [settle_estate(facts, estate, quarter) for estate in facts.estates],
        "报名": lambda: [settle_entry(facts, entry, quarter) for entry in facts.entries],
    }[of]()


class Fixed:
    """A number that is printed with two places."""

    def __init__(self, value):
        self.value = value


def decimal(x, places):
    scaled = x * 10**places
    if scaled.denominator != 1:
        raise AssertionError("not rounded: %s" % x)
    digits = "%0*d" % (places + 1, abs(scaled.numerator))
    return ("-" if x < 0 else "") + (digits[:-places] + "." + digits[-places:] if places else digits)


def cell(value):
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Fixed):
        return decimal(value.value, 2)
    if isinstance(value, Fraction):
        places = 0
        while (value * 10**places).denominator != 1:
            places += 1
        return decimal(value, places)
    return str(value)


def parser():
    made = argparse.ArgumentParser(description="秦灶街道选聘:独立核算 (independent settlement)")
    made.add_argument("data")
    made.add_argument("period", help="such as 2024Q3")
    made.add_argument("--of", choices=list(HEADERS), default="企业")
    made.add_argument("--publish", type=int, default=7, help="最短公开天数, default 7")
    made.add_argument("--ask", type=int, default=10, help="最短征询天数, default 10")
    return made


def main():
    arguments = parser().parse_args()
    try:
        facts = Facts(arguments.data, arguments)
        table = settle(facts, arguments.period, arguments.of)
    except (OSError, ValueError) as error:
        sys.stderr.write("qinzao_selection.py: %s\n" % error)
        return 1
    header = HEADERS[arguments.of]
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    csv.writer(sys.stdout, lineterminator="\n").writerows(
        [header] + [[cell(row[name]) for name in header] for row in table])
    return 0


if __name__ == "__main__":
    sys.exit(main())
