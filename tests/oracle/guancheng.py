#!/usr/bin/env python3
"""管城回族区星级评定、收费和补贴:独立核算。

    python3 tests/oracle/guancheng.py DATA_DIR 2024 楼院|每季|住户|物业公司|街道办|全体 [NAME=VALUE …]

The values are those of the open parameters, as the district binds them. Written from the source and the
policy's choices (policies/guancheng/README.md); shares no code with the engine.
"""

import argparse
import datetime
from fractions import Fraction

import common
from common import CENT, day, fewest, fixed, number, percent, yes, yes_no

HOUSEHOLD_RATES = {"一档": 150, "二档": 120, "三档": 60}
AREA_RATE = Fraction(1, 2)
STAR_LINES = [("五星", 90), ("四星", 80), ("三星", 70), ("二星", 60)]
STARS = ["五星", "四星", "三星", "二星", "一星"]


def management(estate):
    if yes(estate["条件成熟"]):
        return "社会化物业"
    return "业主托管或自管" if yes(estate["有业主单位"]) or yes(estate["自治能力强"]) else "街道物业托底"


def fee_kind(estate, large, many):
    marks = {number(estate["院内面积"]) >= large, number(estate["户数"]) >= many, yes(estate["有停车位"])}
    if marks == {True}:
        return "按面积"
    return "按户" if marks == {False} else "一院一策"


def charged_months(estate, first, after):
    """Whole months of the year in which the fee is charged; the free trial comes first."""
    if not estate["进驻日期"]:
        return 0
    start = day(estate["进驻日期"])
    if yes(estate["免费试用"]):
        start = common.add_months(start, 3)
    start = max(start, first)
    return common.whole_months(start, after) if start < after else 0


def subsidy_months(estate, first, after):
    if not estate["补贴起算"]:
        return 0
    start = day(estate["补贴起算"])
    end = min(common.add_months(start, 36), after)
    start = max(start, first)
    return common.whole_months(start, end) if start < end else 0


def quarter_score(facts, orders):
    closed = sum(1 for order in orders if all(yes(order[step]) for step in ("派单", "接单", "督单", "验单")))
    loop = Fraction(closed, len(orders)) if orders else Fraction(1)
    score = (
        Fraction(30, 100) * number(facts["环境卫生"])
        + Fraction(25, 100) * number(facts["秩序安全"])
        + Fraction(15, 100) * number(facts["设施维护"])
        + Fraction(20, 100) * number(facts["居民评价"])
        + Fraction(10, 100) * 100 * loop
    )
    off = 2 * (not yes(facts["公示收费方案"])) + 2 * (not yes(facts["公示运行成本"])) + 3 * number(facts["安全事故"])
    return common.half_up(max(Fraction(0), score - min(Fraction(10), off)))


def star(estate, score, accidents):
    if not yes(estate["已改造"]):
        return "不参评"
    level = next((i for i, (_, line) in enumerate(STAR_LINES) if score >= line), 4)
    if accidents >= 3:
        # Down one, but this step goes no lower than 二星; who is lower already stays.
        level = max(level, min(level + 1, 3))
    if accidents >= 5:
        level = max(level, 2)
    return STARS[level]


def settle(folder, year, bound):
    first, after = datetime.date(year, 1, 1), datetime.date(year + 1, 1, 1)
    large, many = number(bound["大院线"]), number(bound["多户线"])
    estates = common.rows(folder, "项目.csv") or common.rows(folder, "楼院.csv")
    quarters = ["%dQ%d" % (year, q) for q in (1, 2, 3, 4)]
    facts = {(f["编号"], f["期间"]): f for f in common.rows(folder, "每季.csv")}
    orders = common.rows(folder, "点单.csv")
    homes = common.rows(folder, "住户.csv")
    home_facts = {f["编号"]: f for f in common.rows(folder, "住户.每年.csv") if f["期间"] == str(year)}
    whole = next(f for f in common.rows(folder, "全体.每年.csv") if f["期间"] == str(year))

    out, quarterly, scores = [], [], {}
    for e in estates:
        of = [
            quarter_score(facts[e["编号"], q], [o for o in orders if o["编号"] == e["编号"] and o["期间"] == q])
            for q in quarters
        ]
        quarterly += [[e["编号"], q, fixed(s, 2)] for q, s in zip(quarters, of)]
        score = common.half_up(common.mean(of))
        scores[e["编号"]] = score
        accidents = sum(number(facts[e["编号"], q]["安全事故"]) for q in quarters)
        kind = fee_kind(e, large, many)
        months = charged_months(e, first, after)
        yearly = {
            "按面积": AREA_RATE * number(e["建筑面积"]) * 12,
            "按户": HOUSEHOLD_RATES.get(e["按户收费档"], 0) * number(e["户数"]),
            "一院一策": number(e["议定年费"]),
        }[kind]
        rating = star(e, score, accidents)
        reached = rating in ("五星", "四星", "三星")
        paid_months = subsidy_months(e, first, after)
        due = number(bound["补贴标准"]) * number(e["建筑面积"]) * paid_months if reached else Fraction(0)
        due = common.half_up(due)
        out.append(
            dict(
                estate=e, kind=kind, months=months, fee=common.half_up(yearly * months / 12), score=score, star=rating,
                reached=reached, paid_months=paid_months, due=due, offsets=Fraction(0),
            )
        )
    budget = number(whole["补贴预算"])
    total = sum(o["due"] for o in out)
    paid = [o["due"] for o in out] if total <= budget else common.share_out(budget, [o["due"] for o in out])
    for o, amount in zip(out, paid):
        o["paid"] = amount

    by_estate = {o["estate"]["编号"]: o for o in out}
    home_rows = []
    for h in homes:
        o = by_estate[h["所在楼院"]]
        owed = {
            "按面积": AREA_RATE * number(h["住房面积"]) * o["months"],
            "按户": Fraction(HOUSEHOLD_RATES.get(o["estate"]["按户收费档"], 0) * o["months"], 12),
            "一院一策": o["fee"] / number(o["estate"]["户数"]),
        }[o["kind"]]
        owed = common.half_up(owed)
        f = home_facts[h["编号"]]
        offset = common.half_up(min(number(f["工时"]) * number(bound["工时折价"]), owed))
        o["offsets"] += offset
        member = number(f["已缴"]) + offset >= owed
        home_rows.append([h["编号"], fixed(owed, 2), fixed(offset, 2), fixed(owed - offset, 2), yes_no(member)])

    rebates = []
    profits = {f["编号"]: number(f["上缴利润"]) for f in common.rows(folder, "物业公司.每年.csv") if f["期间"] == str(year)}
    for c in common.rows(folder, "物业公司.csv"):
        own = [o for o in out if o["estate"]["物业"] == c["编号"]]
        weight = sum(number(o["estate"]["户数"]) for o in own)
        score = sum(o["score"] * number(o["estate"]["户数"]) for o in own) / weight if own else Fraction(0)
        score = common.half_up(score)
        due = profits[c["编号"]] * percent(bound["返还比例"]) if score >= 70 else Fraction(0)
        rebates.append([c["编号"], score, due])
    rebate_total, fund = sum(r[2] for r in rebates), number(whole["返还基金"])
    company_rows = []
    for identity, score, due in rebates:
        given = due if rebate_total <= fund else due * fund / rebate_total
        company_rows.append([identity, fixed(score, 2), fixed(common.down(given), 2)])

    offices = []
    for f in common.rows(folder, "街道办.每年.csv"):
        if f["期间"] == str(year):
            stations = sum(yes(f[s]) for s in ("矛盾调解站", "应急维修站", "服务中心"))
            offices.append([f["编号"], str(stations), yes_no(number(f["联合会议"]) >= 52)])

    return {
        "楼院": (
            "编号 管理方式 可以进驻 收费方式 收费月数 应收物业费 抵扣合计 年度得分 星级 达标 补贴月数 实补".split(),
            [
                [
                    o["estate"]["编号"], management(o["estate"]),
                    yes_no(yes(o["estate"]["委托协议"]) and yes(o["estate"]["服务协议"])), o["kind"], str(o["months"]),
                    fixed(o["fee"], 2), fixed(o["offsets"], 2), fixed(o["score"], 2), o["star"], yes_no(o["reached"]),
                    str(o["paid_months"]), fixed(o["paid"], 2),
                ]
                for o in out
            ],
        ),
        "每季": ("编号 期间 季度得分".split(), quarterly),
        "住户": ("编号 应缴 工时抵扣 净应缴 优质会员".split(), home_rows),
        "物业公司": ("编号 公司得分 返还".split(), company_rows),
        "街道办": ("编号 两站一中心 例会达标".split(), offices),
        "全体": (
            "应补合计 实补合计 应返还合计".split(),
            [[fewest_money(total), fewest_money(sum(o["paid"] for o in out)), fewest_money(rebate_total)]],
        ),
    }


def fewest_money(value):
    """Money has two places, and more only where it has more."""
    return fixed(value, 2) if (value / CENT).denominator == 1 else fewest(value)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder")
    parser.add_argument("year", type=int)
    parser.add_argument("table")
    parser.add_argument("bound", nargs="*")
    arguments = parser.parse_args()
    values = dict(one.split("=", 1) for one in arguments.bound)
    common.write(*settle(arguments.folder, arguments.year, values)[arguments.table])
