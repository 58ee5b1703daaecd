#!/usr/bin/env python3
"""秦灶街道物业工单与红黑榜:独立核算。

An independent settlement of policies/qinzao/lists.heng, written from the regulation and the
policy's choices, sharing no code with the engine.  Every number is an exact fraction; nothing
is rounded except where the policy says so.

    python3 tests/oracle/qinzao_lists.py DATA_DIR 2024H1 [--of 企业|小区|社区|全体]

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

RATE_STEP = Fraction(1, 10000)
CENT = Fraction(1, 100)

# The policy's own choices.
WEIGHTS = {"按时办结率": 25, "回访率": 15, "满意率": 40, "参训率": 10, "公示率": 10}
PROVINCIAL_POINTS, MUNICIPAL_POINTS, BONUS_CAP = 3, 2, 5
RED_LINE, LEAVE_LINE, BLACK_LINE = 90, 80, 60
FEWEST_MONTHS = 6
CONTENT = ("满意", "基本满意")
MAIN_KINDS = ("物业费用收取", "公建配套维保", "小区内部车辆管理", "邻里矛盾纠纷")

HEADERS = {
    "企业": ["编号", "期间", "工单件数", "按时办结率", "回访率", "满意率", "参训率", "公示率", "得分", "榜情", "名单",
             "到期日", "入榜日期"],
    "小区": ["编号", "期间", "小区工单件数", "公示达标", "示范等级"],
    "社区": ["编号", "期间", "需求件数", "发布率", "认领率"],
    "全体": ["期间", "收单件数", "去重件数", "街道按时办结率", "街道回访率", "街道满意率", "满意率同比变化",
             "满意率同比增幅", "工单同比增幅", "四类占比", "红榜家数", "黑榜家数", "省级示范数", "市级示范数",
             "党组织家数", "党组织全覆盖"],
}


def rows(path):
    with open(path, encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def optional_rows(path):
    return rows(path) if Path(path).is_file() else []


def day(text):
    return datetime.date.fromisoformat(text) if text else None


def yes(text):
    return {"是": True, "否": False}[text]


def round_half_away(x, step):
    steps = math.floor(abs(x) / step + Fraction(1, 2))
    return steps * step if x >= 0 else -steps * step


def rate(part, whole):
    """Rounded to 0.01%; all of nothing is everything."""
    return round_half_away(Fraction(part, whole), RATE_STEP) if whole else Fraction(1)


def add_months(when, months):
    """The same day of a later month, or that month's last."""
    index = when.year * 12 + when.month - 1 + months
    year, month = divmod(index, 12)
    following = datetime.date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return datetime.date(year, month + 1, min(when.day, (following - datetime.timedelta(days=1)).day))


def whole_months(first, last):
    """How many whole months have passed."""
    count = (last.year - first.year) * 12 + last.month - first.month
    while add_months(first, count) > last:
        count -= 1
    return count


class Half:
    def __init__(self, text):
        match = re.fullmatch(r"(\d{4})H([12])", text)
        if not match:
            raise ValueError("not a half-year: " + text)
        self.text, self.year, self.number = text, int(match.group(1)), int(match.group(2))
        self.first = datetime.date(self.year, 1 if self.number == 1 else 7, 1)
        self.last = datetime.date(self.year, 6, 30) if self.number == 1 else datetime.date(self.year, 12, 31)

    def holds(self, when):
        return self.first <= when <= self.last

    def months(self):
        return ["%d-%02d" % (self.year, self.first.month + i) for i in range(6)]

    def previous(self):
        return "%dH2" % (self.year - 1) if self.number == 1 else "%dH1" % self.year

    def year_ago(self):
        return "%dH%d" % (self.year - 1, self.number)


class Facts:
    def __init__(self, folder, options):
        folder = Path(folder)
        self.options = options
        self.firms = rows(folder / "企业.csv")
        self.estates = rows(folder / "小区.csv")
        self.communities = rows(folder / "社区.csv")
        self.monthly = {(row["编号"], row["期间"]): row for row in rows(folder / "每月.csv")}
        self.half_yearly = {(row["编号"], row["期间"]): row for row in rows(folder / "每半年.csv")}
        self.disclosed = {(row["编号"], row["期间"]): row for row in rows(folder / "小区.每半年.csv")}
        self.tickets = rows(folder / "工单.csv")
        self.needs = rows(folder / "需求.csv")
        self.past = {(row["编号"], row["期间"]): row for row in optional_rows(folder / "历史.每半年.csv")}
        self.past_whole = {row["期间"]: row for row in optional_rows(folder / "历史.全体.每半年.csv")}
        self.firm_of = {row["编号"]: row["管理企业"] for row in self.estates}
        self.main = main_tickets(self.tickets)

    def counted(self, half, estates=None):
        """The tickets received in the half-year that count: the first of each request."""
        return [row for index, row in enumerate(self.tickets)
                if index in self.main and half.holds(day(row["收单日期"]))
                and (estates is None or row["编号"] in estates)]

    def estates_of(self, firm):
        return [estate for estate, manager in self.firm_of.items() if manager == firm]


def main_tickets(tickets):
    """One request may come by both channels: only the ticket that was received first counts."""
    first = {}
    for index, row in enumerate(tickets):
        key = (day(row["收单日期"]), int(row["序号"]))
        if row["诉求号"] not in first or key < first[row["诉求号"]][0]:
            first[row["诉求号"]] = (key, index)
    return {index for _, index in first.values()}


def three_rates(tickets):
    """On time among all, called back among closed, content among those who answered."""
    closed = [row for row in tickets if row["办结日期"]]
    in_time = [row for row in closed if day(row["办结日期"]) <= day(row["应办结日期"])]
    answered = [row for row in tickets if row["评价"]]
    return (rate(len(in_time), len(tickets)), rate(sum(1 for row in closed if row["回访日期"]), len(closed)),
            rate(sum(1 for row in answered if row["评价"] in CONTENT), len(answered)))


def discloses(facts, estate, half):
    row = facts.disclosed[estate, half.text]
    return yes(row["公示公共收益"]) and yes(row["公示维修资金"])


def demonstration(estate, half):
    """The highest title that it had by the end of the half-year."""
    for column, title in (("省级示范日期", "省级示范"), ("市级示范日期", "市级示范")):
        if estate[column] and day(estate[column]) <= half.last:
            return title
    return "无示范"


def firm_rates(facts, firm, half):
    own = facts.estates_of(firm["编号"])
    on_time, called, content = three_rates(facts.counted(half, own))
    trained = sum(1 for month in half.months() if yes(facts.monthly[firm["编号"], month]["参加培训"]))
    return {
        "按时办结率": on_time, "回访率": called, "满意率": content,
        "参训率": round_half_away(Fraction(trained, 6), RATE_STEP),
        "公示率": rate(sum(1 for estate in own if discloses(facts, estate, half)), len(own)),
    }


def firm_score(facts, firm, half, rates):
    titles = [demonstration(row, half) for row in facts.estates if row["管理企业"] == firm["编号"]]
    bonus = min(PROVINCIAL_POINTS * titles.count("省级示范") + MUNICIPAL_POINTS * titles.count("市级示范"), BONUS_CAP)
    total = sum(Fraction(WEIGHTS[name]) * rates[name] for name in WEIGHTS) + bonus
    return round_half_away(min(total, Fraction(100)), CENT)


def listing(facts, firm, half, score, rates):
    """(how, list, entered, expires)."""
    past = facts.past.get((firm["编号"], half.previous()), {})
    was, until = past.get("名单", ""), day(past.get("到期日", ""))
    runs = until is not None and until > half.last
    violations = int(facts.half_yearly[firm["编号"], half.text]["严重违规"])

    def later(months):
        return add_months(half.last, months)

    if whole_months(day(firm["进驻日期"]), half.last) < FEWEST_MONTHS or not facts.estates_of(firm["编号"]):
        how, name, expires = "不评", "暂不评", None
    elif score < BLACK_LINE or violations > 0:
        how, name, expires = "新入黑榜", "黑榜", later(facts.options.black)
    elif was == "黑榜" and (runs or score < LEAVE_LINE):
        how, name, expires = "续留黑榜", "黑榜", until
    elif score >= RED_LINE and rates["公示率"] == 1:
        how, name, expires = "新入红榜", "红榜", later(facts.options.red)
    elif was == "红榜" and runs and score >= LEAVE_LINE:
        how, name, expires = "续留红榜", "红榜", until
    else:
        how, name, expires = "未上榜", "未入榜", None
    if name not in ("红榜", "黑榜"):
        return how, name, None, None
    entered = day(past.get("入榜日期", "")) if was == name else None
    return how, name, entered or half.last + datetime.timedelta(days=1), expires


def settle_firm(facts, firm, half):
    rates = firm_rates(facts, firm, half)
    score = firm_score(facts, firm, half, rates)
    how, name, entered, expires = listing(facts, firm, half, score, rates)
    return {
        "编号": firm["编号"], "期间": half.text, "工单件数": len(facts.counted(half, facts.estates_of(firm["编号"]))),
        **{key: percent(value) for key, value in rates.items()}, "得分": score, "榜情": how, "名单": name,
        "入榜日期": entered, "到期日": expires,
    }


def settle_estate(facts, estate, half):
    return {
        "编号": estate["编号"], "期间": half.text, "小区工单件数": len(facts.counted(half, [estate["编号"]])),
        "公示达标": discloses(facts, estate["编号"], half), "示范等级": demonstration(estate, half),
    }


def settle_community(facts, community, half):
    needs = [row for row in facts.needs if row["编号"] == community["编号"] and half.holds(day(row["收集日期"]))]
    published = [row for row in needs if row["发布日期"]]
    claimed = sum(1 for row in published if row["认领方"])
    return {"编号": community["编号"], "期间": half.text, "需求件数": len(needs),
            "发布率": percent(rate(len(published), len(needs))), "认领率": percent(rate(claimed, len(published)))}


def settle_whole(facts, half):
    counted = facts.counted(half)
    received = sum(1 for row in facts.tickets if half.holds(day(row["收单日期"])))
    on_time, called, content = three_rates(counted)
    past = facts.past_whole.get(half.year_ago(), {})
    before = Fraction(past["街道满意率"]) / 100 if past.get("街道满意率") else None
    tickets_before = int(past["收单件数"]) if past.get("收单件数") else None
    lists = [settle_firm(facts, firm, half)["名单"] for firm in facts.firms]
    titles = [demonstration(estate, half) for estate in facts.estates]
    parties = sum(1 for firm in facts.firms if yes(firm["有党组织"]))
    return {
        "期间": half.text, "收单件数": received, "去重件数": len(counted), "街道按时办结率": percent(on_time),
        "街道回访率": percent(called), "街道满意率": percent(content),
        # The same change, once as a difference in 百分点 and once as a ratio in %.
        "满意率同比变化": None if before is None else Points((content - before) * 100),
        "满意率同比增幅": None if not before else Points(
            round_half_away((content - before) / before, RATE_STEP) * 100),
        "工单同比增幅": None if not tickets_before else Points(
            round_half_away(Fraction(received - tickets_before, tickets_before), RATE_STEP) * 100),
        "四类占比": percent(rate(sum(1 for row in counted if row["类别"] in MAIN_KINDS), len(counted))),
        "红榜家数": lists.count("红榜"), "黑榜家数": lists.count("黑榜"),
        "省级示范数": titles.count("省级示范"), "市级示范数": titles.count("市级示范"),
        "党组织家数": parties, "党组织全覆盖": parties == len(facts.firms),
    }


def settle(facts, period, of="企业"):
    """One dict a row, keyed as the header of that table."""
    half = Half(period)
    return {
        "企业": lambda: [settle_firm(facts, firm, half) for firm in facts.firms],
        "小区": lambda: [settle_estate(facts, estate, half) for estate in facts.estates],
        "社区": lambda: [settle_community(facts, community, half) for community in facts.communities],
        "全体": lambda: [settle_whole(facts, half)],
    }[of]()


# ---- how values are written

class Points:
    """A number that a decision table passes on: it is written with as few places as it needs."""

    def __init__(self, value):
        self.value = value


def percent(share):
    return Fraction(share * 100)


def fixed(x, places):
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
    if isinstance(value, Points):
        places = 0
        while (value.value * 10**places).denominator != 1:
            places += 1
        return fixed(value.value, places)
    if isinstance(value, Fraction):
        return fixed(value, 2)
    return str(value)


def table_text(table, header):
    return [header] + [[cell(row[name]) for name in header] for row in table]


def parser():
    made = argparse.ArgumentParser(description="秦灶街道红黑榜:独立核算 (independent settlement)")
    made.add_argument("data")
    made.add_argument("period", help="such as 2024H1")
    made.add_argument("--of", choices=list(HEADERS), default="企业")
    made.add_argument("--red", type=int, default=12, help="红榜有效期, months, default 12")
    made.add_argument("--black", type=int, default=12, help="黑榜有效期, months, default 12")
    return made


def main():
    arguments = parser().parse_args()
    try:
        facts = Facts(arguments.data, arguments)
        table = settle(facts, arguments.period, arguments.of)
    except (OSError, ValueError) as error:
        sys.stderr.write("qinzao_lists.py: %s\n" % error)
        return 1
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    csv.writer(sys.stdout, lineterminator="\n").writerows(table_text(table, HEADERS[arguments.of]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
