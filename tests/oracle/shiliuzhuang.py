#!/usr/bin/env python3
"""石榴庄街道四色挂牌:独立核算。

An independent settlement of policies/shiliuzhuang, written from the regulation
and the policy's choices, sharing no code with the engine.  Every number is an
exact fraction; nothing is rounded except where the policy says so.

    python3 tests/oracle/shiliuzhuang.py DATA_DIR 2024Q3 --red 5 [--monthly]

It trusts its data: it checks only that nothing it needs is missing or double.
Used by the tests, by people who compare, and by sample/make_sample.py.
Standard library only; Python 3.9 or later.
"""

import argparse
import csv
import math
import re
import sys
from fractions import Fraction
from pathlib import Path

CENT = Fraction(1, 100)

# The seven criteria and the committee, in percent of the monthly score.
WEIGHTS = {
    "接诉即办": 30,
    "业主评价": 20,
    "评委评价": 10,
    "环境建设": 15,
    "创城": 5,
    "创卫": 5,
    "安全生产": 10,
    "规范化建设": 5,
}
FEWEST_JUDGES = 3

FEWEST_REPORTS = 1
FEWEST_TALKS = 4
FEWEST_VISITS = 100
DEDUCTION_CAP = 5

GREEN_LINE, BLUE_LINE, YELLOW_LINE = 90, 80, 60
CLASS_NAME = {"绿牌": "精品类", "蓝牌": "规范类", "黄牌": "", "红牌": ""}
AWARD = {"绿牌": 30000, "蓝牌": 10000, "黄牌": 0, "红牌": 0}
# The regulation gives no frequency for 红牌; the caller states it.
INSPECTIONS = {"绿牌": 0, "蓝牌": 1, "黄牌": 3}

QUARTER_HEADER = ["编号", "季度成绩", "组内名次", "总名次", "挂牌", "类名", "季度奖励", "下季检查频次"]
MONTH_HEADER = ["编号", "期间", "月度成绩"]


def round_half_away(x, step=CENT):
    """The multiple of `step` nearest to x; a half goes away from zero."""
    steps = math.floor(abs(x) / step + Fraction(1, 2))
    return steps * step if x >= 0 else -steps * step


def rate(part, total):
    """part ÷ total, and 1 when there was nothing to handle."""
    return Fraction(part) / Fraction(total) if total != 0 else Fraction(1)


def complaint_handling(facts):
    """接诉即办, 0 to 100: response 20, solution 40, satisfaction 40."""
    total = facts["诉求件数"]
    return (20 * rate(facts["响应件数"], total)
            + 40 * rate(facts["解决件数"], total)
            + 40 * rate(facts["满意件数"], total))


def trimmed_mean(scores):
    """The mean without one highest and one lowest; REQUIRES three scores or more."""
    kept = sorted(scores)[1:-1]
    return Fraction(sum(kept)) / len(kept)


def criterion_scores(facts, judges):
    """Criterion → score, 0 to 100; 评委评价 is left out when there were too few judges."""
    scores = {name: Fraction(facts[name]) for name in WEIGHTS if name in facts}
    scores["接诉即办"] = complaint_handling(facts)
    if len(judges) >= FEWEST_JUDGES:
        scores["评委评价"] = trimmed_mean(judges)
    return scores


def deductions(facts):
    """The sum of what is taken off for missed duties, after the cap."""
    total = 0
    if facts["到社区报到"] < FEWEST_REPORTS:
        total += 2
    if facts["与书记沟通"] < FEWEST_TALKS:
        total += 2
    if facts["入户走访"] < FEWEST_VISITS:
        total += 2
    if facts["调度会参加"] < facts["调度会召开"]:
        total += 1
    return min(total, DEDUCTION_CAP)


def exact_monthly_score(facts, judges):
    """The month's score before it is rounded."""
    scores = criterion_scores(facts, judges)
    weighted = sum(WEIGHTS[name] * score for name, score in scores.items())
    weights = sum(WEIGHTS[name] for name in scores)
    return max(Fraction(0), weighted / weights - deductions(facts))


def monthly_score(facts, judges):
    return round_half_away(exact_monthly_score(facts, judges))


def quarterly_score(months):
    """The rounded mean of the rounded scores of the quarter's three months."""
    if len(months) != 3:
        raise ValueError("a quarter needs three monthly scores")
    return round_half_away(Fraction(sum(months)) / 3)


def competition_rank(score, field):
    """1-2-2-4: one more than the number of strictly better scores."""
    return 1 + sum(1 for other in field if other > score)


def plate(score, incidents):
    if incidents > 0:
        return "红牌"
    if score >= GREEN_LINE:
        return "绿牌"
    if score >= BLUE_LINE:
        return "蓝牌"
    if score >= YELLOW_LINE:
        return "黄牌"
    return "红牌"


def months_of(quarter):
    """'2024Q3' → ['2024-07', '2024-08', '2024-09']."""
    match = re.fullmatch(r"(\d{4})Q([1-4])", quarter)
    if not match:
        raise ValueError("not a quarter: " + quarter)
    first = 3 * int(match.group(2)) - 2
    return ["%s-%02d" % (match.group(1), month) for month in range(first, first + 3)]


class Facts:
    """The facts of one folder, as they were written."""

    def __init__(self, folder):
        folder = Path(folder)
        self.roster = rows(folder / "项目.csv")
        self.monthly = {}
        self.judges = {}
        self.quarterly = {}
        once({row["编号"]: row for row in self.roster}, self.roster, "项目.csv")

        monthly_rows = rows(folder / "每月.csv")
        for row in monthly_rows:
            key = (row.pop("编号"), row.pop("期间"))
            self.monthly[key] = {name: Fraction(text) for name, text in row.items()}
        once(self.monthly, monthly_rows, "每月.csv")

        for row in rows(folder / "评委打分.csv"):
            self.judges.setdefault((row["编号"], row["期间"]), []).append(Fraction(row["得分"]))

        quarterly_rows = rows(folder / "每季.csv")
        for row in quarterly_rows:
            self.quarterly[row["编号"], row["期间"]] = row
        once(self.quarterly, quarterly_rows, "每季.csv")

    def month(self, project, period):
        """The month's facts and its judges' scores."""
        if (project, period) not in self.monthly:
            raise ValueError("每月.csv: no row for %s %s" % (project, period))
        return self.monthly[project, period], self.judges.get((project, period), [])

    def discretion(self, project, quarter):
        """The frequency that the sub-district set by discretion, or None."""
        text = self.quarterly.get((project, quarter), {}).get("裁量频次", "")
        return int(text) if text != "" else None


def rows(path):
    with open(path, encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def once(keyed, listed, name):
    if len(keyed) != len(listed):
        raise ValueError(name + ": a key stands in two rows")


def monthly_scores(facts, quarter):
    """(project, month) → rounded score, in roster order and then by month."""
    return {(project["编号"], month): monthly_score(*facts.month(project["编号"], month))
            for project in facts.roster for month in months_of(quarter)}


def settle(facts, quarter, red):
    """One dict a project, in roster order, keyed as QUARTER_HEADER."""
    months = months_of(quarter)
    monthly = monthly_scores(facts, quarter)
    score = {project["编号"]: quarterly_score([monthly[project["编号"], month] for month in months])
             for project in facts.roster}

    results = []
    for project in facts.roster:
        name = project["编号"]
        peers = [score[other["编号"]] for other in facts.roster if other["类别"] == project["类别"]]
        incidents = sum(facts.month(name, month)[0]["重大安全事故"] for month in months)
        colour = plate(score[name], incidents)
        frequency = facts.discretion(name, quarter)
        if frequency is None:
            frequency = red if colour == "红牌" else INSPECTIONS[colour]
        results.append({
            "编号": name,
            "季度成绩": score[name],
            "组内名次": competition_rank(score[name], peers),
            "总名次": competition_rank(score[name], score.values()),
            "挂牌": colour,
            "类名": CLASS_NAME[colour],
            "季度奖励": Fraction(AWARD[colour]),
            "下季检查频次": frequency,
        })
    return results


def two_places(x):
    """The text of a multiple of 0.01; anything else is a mistake of this program."""
    cents = x / CENT
    if cents.denominator != 1:
        raise AssertionError("not rounded: %s" % x)
    return "%s%d.%02d" % ("-" if cents < 0 else "", abs(cents) // 100, abs(cents) % 100)


def main():
    parser = argparse.ArgumentParser(description="石榴庄街道四色挂牌:独立核算 (independent settlement)")
    parser.add_argument("data", help="folder with 项目.csv, 每月.csv, 评委打分.csv, 每季.csv")
    parser.add_argument("quarter", help="such as 2024Q3")
    parser.add_argument("--red", type=int, required=True, metavar="N",
                        help="红牌检查频次, times a month; the regulation leaves it open")
    parser.add_argument("--monthly", action="store_true", help="the monthly scores instead")
    arguments = parser.parse_args()

    try:
        facts = Facts(arguments.data)
        if arguments.monthly:
            header = MONTH_HEADER
            table = [[project, month, two_places(score)]
                     for (project, month), score in monthly_scores(facts, arguments.quarter).items()]
        else:
            header = QUARTER_HEADER
            table = [[two_places(row[name]) if name in ("季度成绩", "季度奖励") else row[name] for name in header]
                     for row in settle(facts, arguments.quarter, arguments.red)]
    except (OSError, ValueError) as error:
        sys.stderr.write("shiliuzhuang.py: %s\n" % error)
        return 1

    sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    csv.writer(sys.stdout, lineterminator="\n").writerows([header] + table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
