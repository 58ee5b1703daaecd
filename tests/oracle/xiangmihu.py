#!/usr/bin/env python3
"""香蜜湖街道代办补贴、委托经费与信息激励:独立核算。

An independent settlement of policies/xiangmihu, written from the regulation and
the policy's choices, sharing no code with the engine.  Every number is an exact
fraction; nothing is rounded except where the policy says so.

    python3 tests/oracle/xiangmihu.py DATA_DIR 2024Q3 [--of 企业|小区|代办员|全体]

The open parameters are options; their defaults are the sample values of
policies/districts/xiangmihu.yaml.  It trusts its data.  Standard library only.
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
CATALOGUE = Path(__file__).resolve().parents[2] / "policies" / "xiangmihu" / "items.csv"

# The policy's own choices.
STRONG_LINE, MIDDLE_LINE = 85, 60
COMMITTEE_WEIGHT, SAMPLING_WEIGHT = Fraction(60, 100), Fraction(40, 100)
EXCELLENT_LINE, GOOD_LINE, PASS_LINE = 90, 80, 60
SAMPLING_FLOOR = Fraction(80, 100)
KINDS_OF_DATA = 4
CANDIDATE_MARKS = ["社会责任", "服务质量", "群众口碑", "经验优势"]
SCALE = ["优秀", "良好", "合格", "不合格"]

HEADERS = {
    "企业": ["编号", "期间", "会员", "方式", "评估得分", "评估等次", "拨付比例", "应拨经费", "应补件数合计", "代办补贴",
             "应奖条数", "线索激励", "应付合计", "推选得分", "推选名次", "会长人选"],
    "小区": ["编号", "期间", "条件较成熟", "办结件数", "应补件数", "点补贴"],
    "代办员": ["编号", "期间", "可上岗", "经办应补件数"],
    "全体": ["期间", "会员家数", "代办点数", "可代办事项数", "办结总件数", "及时核查率", "应付总额"],
}


def rows(path):
    with open(path, encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def day(text):
    """A date, or None for an empty cell."""
    return datetime.date.fromisoformat(text) if text else None


def yes(text):
    return {"是": True, "否": False}[text]


def round_half_away(x, step=CENT):
    steps = math.floor(abs(x) / step + Fraction(1, 2))
    return steps * step if x >= 0 else -steps * step


class Span:
    """A quarter."""

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


class Facts:
    def __init__(self, folder, options):
        folder = Path(folder)
        self.options = options
        self.firms = rows(folder / "企业.csv")
        self.estates = rows(folder / "小区.csv")
        self.agents = {row["编号"]: row for row in rows(folder / "代办员.csv")}
        self.items = {row["编号"]: row for row in rows(CATALOGUE)}
        self.quarterly = {(row["编号"], row["期间"]): row for row in rows(folder / "每季.csv")}
        self.judges = rows(folder / "评委打分.csv")
        self.samples = rows(folder / "抽检.csv")
        self.cases = rows(folder / "代办件.csv")
        self.reports = rows(folder / "线索.csv")
        self.firm_of_estate = {row["编号"]: row["管理企业"] for row in self.estates}
        self.estate = {row["编号"]: row for row in self.estates}


# ---- 代办点

def is_agency_matter(item):
    """Simple procedure, and not to be done in person."""
    return yes(item["程序简单"]) and not yes(item["须本人办理"])


def is_mature(facts, estate):
    return yes(estate["有代办场所"]) and int(estate["户数"]) >= facts.options.households


def may_serve(facts, agent, when):
    """Trained, then tested with enough points, bound to secrecy, all by that day."""
    trained, tested = day(agent["培训日期"]), day(agent["考核日期"])
    if trained is None or tested is None or agent["考核成绩"] == "":
        return False
    return (trained <= tested <= when and Fraction(agent["考核成绩"]) >= facts.options.passmark
            and yes(agent["保密承诺"]))


def is_completed(case):
    return case["办理结果"] == "已送达"


def earns_subsidy(facts, case):
    estate, agent = facts.estate[case["编号"]], facts.agents[case["经办人"]]
    accepted, opened = day(case["受理日期"]), day(estate["设点日期"])
    return (is_completed(case)
            and is_agency_matter(facts.items[case["办理事项"]])
            and opened is not None and opened <= accepted and is_mature(facts, estate)
            and agent["所属企业"] == estate["管理企业"]
            and may_serve(facts, agent, accepted))


def cases_of(facts, span, estate=None):
    """Dated by the day on which they were closed."""
    return [case for case in facts.cases
            if span.holds(day(case["办结日期"])) and estate in (None, case["编号"])]


def estate_subsidy(facts, span, estate):
    rate = {"简易": facts.options.simple, "一般": facts.options.general}
    total = sum((rate[facts.items[case["办理事项"]]["补贴档"]]
                 for case in cases_of(facts, span, estate) if earns_subsidy(facts, case)), Fraction(0))
    return min(total, facts.options.sitecap)


# ---- 参与方式与委托经费

def ability(points):
    return "强" if points >= STRONG_LINE else "中" if points >= MIDDLE_LINE else "弱"


def mode(firm, quarter):
    """整体委托, 专项委托, 参与激励 or 未参与."""
    will, able = quarter["承接意愿"], ability(Fraction(quarter["管理服务能力"]))
    if will == "不参与":
        return "未参与"
    if will == "只提供信息" or able == "弱":
        return "参与激励"
    pilot = yes(firm["试点社区"]) and yes(firm["已成立社会组织"])
    if will == "整体承接" and able == "强" and pilot:
        return "整体委托"
    return "专项委托"


def committee(facts, firm, span):
    """(valid, mean without the highest and the lowest) over the judges who need not stand back."""
    cast = [row for row in facts.judges if row["编号"] == firm and row["期间"] == span.text]
    valid = [row for row in cast if not yes(row["应回避"])]
    names = [row["评委"] for row in cast]
    if len(valid) < facts.options.judges or len(names) != len(set(names)):
        return False, None
    kept = sorted(Fraction(row["得分"]) for row in valid)[1:-1]
    return True, sum(kept) / len(kept)


def sampling(facts, firm, span):
    """(how many, of how many kinds, share that was right and in time)."""
    drawn = [row for row in facts.samples if row["编号"] == firm and span.holds(day(row["抽检日期"]))]
    good = sum(1 for row in drawn if yes(row["准确"]) and yes(row["及时"]))
    return len(drawn), len({row["类别"] for row in drawn}), Fraction(good, len(drawn)) if drawn else Fraction(0)


def assessment(facts, firm, span):
    """(score, grade)."""
    quorate, judged = committee(facts, firm["编号"], span)
    count, kinds, share = sampling(facts, firm["编号"], span)
    score = round_half_away(COMMITTEE_WEIGHT * (judged if quorate else 0) + SAMPLING_WEIGHT * share * 100)
    if mode(firm, facts.quarterly[firm["编号"], span.text]) not in ("整体委托", "专项委托"):
        return score, "不评"
    supervised = any(row["评委"] == "居委会" and not yes(row["应回避"]) for row in facts.judges
                     if row["编号"] == firm["编号"] and row["期间"] == span.text)
    if not quorate or not supervised or count < facts.options.samples or kinds < KINDS_OF_DATA:
        return score, "待评"
    step = 0 if score >= EXCELLENT_LINE else 1 if score >= GOOD_LINE else 2 if score >= PASS_LINE else 3
    if share < SAMPLING_FLOOR:
        step = min(step + 1, 3)
    return score, SCALE[step]


def pay_share(facts, grade):
    shares = dict(zip(SCALE, facts.options.shares), 待评=Fraction(0), 不评=Fraction(0))
    return shares[grade]


# ---- 信息激励

def first_reports(facts):
    """The index of the first true report of each piece of information."""
    first = {}
    for index, row in enumerate(facts.reports):
        if not yes(row["属实"]):
            continue
        key = (day(row["上报日期"]), int(row["序号"]))
        known = first.get(row["信息键"])
        if known is None or key < known[0]:
            first[row["信息键"]] = (key, index)
    return {index for _, index in first.values()}


def rewarded_reports(facts, firm, span):
    first = first_reports(facts)
    chosen = []
    for index, row in enumerate(facts.reports):
        reported, known = day(row["上报日期"]), day(row["社区已知日期"])
        if row["编号"] == firm and span.holds(reported) and index in first and (known is None or known > reported):
            chosen.append(row)
    return chosen


# ---- tables

def is_member(firm, when):
    joined = day(firm["入会日期"])
    return joined is not None and joined <= when


def settle_firm(facts, firm, span):
    name = firm["编号"]
    quarter = facts.quarterly[name, span.text]
    score, grade = assessment(facts, firm, span)
    share = pay_share(facts, grade)
    fee = round_half_away((Fraction(quarter["合同经费"]) if quarter["合同经费"] else Fraction(0)) * share)
    own = [estate for estate in facts.firm_of_estate if facts.firm_of_estate[estate] == name]
    subsidy = sum((estate_subsidy(facts, span, estate) for estate in own), Fraction(0))
    cases = sum(1 for estate in own for case in cases_of(facts, span, estate) if earns_subsidy(facts, case))
    how = mode(firm, quarter)
    reports = rewarded_reports(facts, name, span) if how == "参与激励" else []
    rate = {"出租屋": facts.options.rental, "人口变动": facts.options.people, "其他": facts.options.other}
    reward = min(sum((rate[row["类别"]] for row in reports), Fraction(0)), facts.options.firmcap)
    return {
        "编号": name, "期间": span.text, "会员": is_member(firm, span.last), "方式": how, "评估得分": score,
        "评估等次": grade, "拨付比例": percent(share), "应拨经费": money(fee), "应补件数合计": cases,
        "代办补贴": money(subsidy), "应奖条数": len(reports), "线索激励": money(reward),
        "应付合计": money(fee + subsidy + reward),
        "推选得分": candidate_points(facts, firm, span)[0], "推选名次": president_rank(facts, firm, span),
        "会长人选": president_rank(facts, firm, span) == 1,
    }


def settle_estate(facts, estate, span):
    cases = cases_of(facts, span, estate["编号"])
    return {
        "编号": estate["编号"], "期间": span.text, "条件较成熟": is_mature(facts, estate),
        "办结件数": sum(1 for case in cases if is_completed(case)),
        "应补件数": sum(1 for case in cases if earns_subsidy(facts, case)),
        "点补贴": money(estate_subsidy(facts, span, estate["编号"])),
    }


def settle_agent(facts, agent, span):
    return {
        "编号": agent["编号"], "期间": span.text, "可上岗": may_serve(facts, agent, span.last),
        "经办应补件数": sum(1 for case in cases_of(facts, span)
                            if case["经办人"] == agent["编号"] and earns_subsidy(facts, case)),
    }


def settle_whole(facts, span):
    opened = [estate for estate in facts.estates
              if day(estate["设点日期"]) and day(estate["设点日期"]) <= span.last and is_mature(facts, estate)]
    received = [row for row in facts.reports if span.holds(day(row["上报日期"]))]
    in_time = sum(1 for row in received
                  if (day(row["核查日期"]) - day(row["上报日期"])).days <= facts.options.verify)
    total = sum((settle_firm(facts, firm, span)["应付合计"].value for firm in facts.firms), Fraction(0))
    return {
        "期间": span.text, "会员家数": sum(1 for firm in facts.firms if is_member(firm, span.last)),
        "代办点数": len(opened),
        "可代办事项数": sum(1 for item in facts.items.values() if is_agency_matter(item)),
        "办结总件数": sum(1 for case in cases_of(facts, span) if is_completed(case)),
        "及时核查率": percent(round_half_away(Fraction(in_time, len(received)), Fraction(1, 10000)) if received
                         else Fraction(1), 2),
        "应付总额": money(total),
    }


# ---- 会长单位

def candidate_points(facts, firm, span):
    """The mean of the four marks, an absent one as 0; and whether all four are there."""
    texts = [facts.quarterly[firm["编号"], span.text].get(name, "") for name in CANDIDATE_MARKS]
    return round_half_away(sum(Fraction(text or 0) for text in texts) / 4), all(texts)


def president_rank(facts, firm, span):
    """Among the members with all four marks; None for the others."""
    def points(other):
        mean, whole = candidate_points(facts, other, span)
        return mean if whole and is_member(other, span.last) else None

    mine = points(firm)
    if mine is None:
        return None
    return 1 + sum(1 for other in facts.firms if points(other) is not None and points(other) > mine)


def settle(facts, period, of="企业"):
    """One dict a row, keyed as the header of that table."""
    span = Span(period)
    return {
        "企业": lambda: [settle_firm(facts, firm, span) for firm in facts.firms],
        "小区": lambda: [settle_estate(facts, estate, span) for estate in facts.estates],
        "代办员": lambda: [settle_agent(facts, agent, span) for agent in facts.agents.values()],
        "全体": lambda: [settle_whole(facts, span)],
    }[of]()


# ---- how values are written

class Written:
    """A number with the number of places that it is printed with."""

    def __init__(self, value, places, unit=""):
        self.value, self.places, self.unit = value, places, unit


def money(x):
    return Written(x, 2)


def percent(share, places=None):
    return Written(share * 100, places)


def fixed(x, places):
    scaled = x * 10**places
    if scaled.denominator != 1:
        raise AssertionError("not rounded: %s" % x)
    digits = "%0*d" % (places + 1, abs(scaled.numerator))
    text = digits[:-places] + "." + digits[-places:] if places else digits
    return ("-" if x < 0 else "") + text


def fewest(x):
    places = 0
    while (x * 10**places).denominator != 1:
        places += 1
        if places > 20:
            raise AssertionError("no finite decimal: %s" % x)
    return fixed(x, places)


def cell(value):
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Written):
        return (fewest(value.value) if value.places is None else fixed(value.value, value.places)) + value.unit
    if isinstance(value, Fraction):
        return fixed(value, 2)
    return str(value)


OPTIONS = [
    ("passmark", "80", "考核合格线"), ("households", "800", "设点户数下限"), ("simple", "5", "代办单价.简易"),
    ("general", "8", "代办单价.一般"), ("sitecap", "200", "每点补贴上限"), ("judges", "5", "最少评委"),
    ("samples", "8", "最少抽检条数"), ("rental", "6", "线索单价.出租屋"), ("people", "4", "线索单价.人口变动"),
    ("other", "2.5", "线索单价.其他"), ("firmcap", "100", "每家激励上限"), ("verify", "7", "核查期限, days"),
]


def parser():
    made = argparse.ArgumentParser(description="香蜜湖街道:独立核算 (independent settlement)")
    made.add_argument("data")
    made.add_argument("period", help="such as 2024Q3")
    made.add_argument("--of", choices=["企业", "小区", "代办员", "全体"], default="企业")
    for name, default, text in OPTIONS:
        made.add_argument("--" + name, type=Fraction, default=Fraction(default), help=text + ", default " + default)
    made.add_argument("--shares", type=lambda s: [Fraction(x) / 100 for x in s.split(",")],
                      default=[Fraction(1), Fraction(95, 100), Fraction(85, 100), Fraction(60, 100)],
                      help="拨付比例 of the four grades, default 100,95,85,60")
    return made


def main():
    arguments = parser().parse_args()
    try:
        facts = Facts(arguments.data, arguments)
        table = settle(facts, arguments.period, arguments.of)
    except (OSError, ValueError) as error:
        sys.stderr.write("xiangmihu.py: %s\n" % error)
        return 1
    header = HEADERS[arguments.of]
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    csv.writer(sys.stdout, lineterminator="\n").writerows(
        [header] + [[cell(row[name]) for name in header] for row in table])
    return 0


if __name__ == "__main__":
    sys.exit(main())
