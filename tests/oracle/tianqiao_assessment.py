#!/usr/bin/env python3
"""天桥区物业服务企业和社区考核:独立核算。

    python3 tests/oracle/tianqiao_assessment.py DATA_DIR 2024Q3 小区|企业|社区|全体 [DAYS PAPERS]

DAYS is 处置期限, PAPERS is 最少问卷; 7 and 30 are the sample values of policies/districts/tianqiao.yaml. The version in force on
the first day of the quarter applies. Written from the source and the policy's choices (policies/tianqiao/README.md); shares no
code with the engine.
"""

import datetime
import sys
from fractions import Fraction

import common
from common import day, fixed, number, yes

EMPHASIS = {
    "成熟商品房小区": "提升生活品质",
    "拆迁安置房小区": "化解矛盾问题",
    "单位宿舍小区": "发动居民自治",
    "开放式小区": "改善基础设施",
}
# In percent, from the first day of each version on.
WEIGHTS = [
    (
        datetime.date(2024, 7, 1),
        {"满意": 30, "投诉": 20, "闭环": 15, "重点": 15, "管家": 10, "党组织": 10},
        {"满意": 30, "投诉": 20, "闭环": 25, "共商": 15, "清单": 10},
    ),
    (
        datetime.date(2024, 1, 1),
        {"满意": 20, "投诉": 10, "闭环": 20, "重点": 20, "管家": 20, "党组织": 10},
        {"满意": 20, "投诉": 10, "闭环": 30, "共商": 25, "清单": 15},
    ),
]
BASIS_POINT = Fraction(1, 10000)  # rates are rounded to 0.01%


def rate(part, total, none):
    return common.half_up(Fraction(part) / total if total else Fraction(none), BASIS_POINT)


def shown(share):
    """A rate as it is printed: the number before %."""
    return fixed(share * 100, 2)


class Quarter:
    def __init__(self, text):
        year, q = int(text[:4]), int(text[-1])
        self.text = text
        self.first = datetime.date(year, 3 * q - 2, 1)
        self.after = common.add_months(self.first, 3)
        self.months = [common.add_months(self.first, i).strftime("%Y-%m") for i in range(3)]


def weighted(parts):
    """Σ weight × score ÷ Σ weight, over the criteria that apply (None: does not)."""
    apply = [(weight, score) for weight, score in parts if score is not None]
    return sum(weight * score for weight, score in apply) / sum(weight for weight, _ in apply)


def is_closed(issue, limit):
    """Handled within the days and answered."""
    if not issue["处置日期"] or not issue["反馈日期"]:
        return False
    return (day(issue["处置日期"]) - day(issue["采集日期"])).days <= limit


def indicators(estates, limit):
    """Of some estates together: papers, satisfaction, complaints, closed share."""
    papers = sum(number(e["收回问卷"]) for e in estates)
    issues = [issue for e in estates for issue in e["物业问题"]]
    return (
        papers,
        rate(sum(number(e["满意问卷"]) for e in estates), papers, 0),
        rate(sum(number(e["投诉户数"]) for e in estates), sum(number(e["入住户数"]) for e in estates), 0),
        rate(sum(1 for issue in issues if is_closed(issue, limit)), len(issues), 1),
    )


def complaint_marks(share):
    """Ten points less for each household in a hundred."""
    return max(Fraction(0), 100 - 1000 * share)


def settle_firm(identity, own, facts, check_ins, weights, limit, least):
    papers, satisfied, complaints, loop = indicators(own, limit)
    households = sum(number(e["入住户数"]) for e in own)
    emphasis = sum(number(e["重点工作"]) * number(e["入住户数"]) for e in own) / households if own else Fraction(0)
    marks = [number(mark["得分"]) for e in own for mark in e["管家考评"]]
    score = weighted(
        [
            (weights["满意"], 100 * satisfied if papers >= least else None),
            (weights["投诉"], complaint_marks(complaints)),
            (weights["闭环"], 100 * loop),
            (weights["重点"], emphasis),
            (weights["管家"], common.mean(marks) if marks else None),
            (weights["党组织"], number(facts["党组织评价"])),
        ]
    )
    score -= sum(1 for times in check_ins if times == 0) + (2 if number(facts["认领项目"]) == 0 else 0)
    score = common.half_up(max(Fraction(0), score))
    grade = next((g for g, line in (("优秀", 90), ("良好", 80), ("合格", 60)) if score >= line), "不合格")
    if papers >= least and satisfied < Fraction(60, 100) and grade in ("优秀", "良好"):
        grade = "合格"
    if not own:
        grade = "不评"
    return {"编号": identity, "满意": satisfied, "投诉": complaints, "闭环": loop, "得分": score, "企业等次": grade}


def settle_community(identity, own, facts, held, matters, weights, limit, least):
    papers, satisfied, complaints, loop = indicators(own, limit)
    lists = sum(1 for name in ("服务清单", "权责清单", "考核评价清单") if yes(facts[name]))
    consulted = len({m for m in matters if m != "其他"})
    meetings = sum(held)
    talk = Fraction(50 * meetings, 3) + (20 if number(facts["恳谈会"]) >= 1 else 0) + Fraction(30 * consulted, 3)
    score = weighted(
        [
            (weights["满意"], 100 * satisfied if papers >= least else None),
            (weights["投诉"], complaint_marks(complaints)),
            (weights["闭环"], 100 * loop),
            (weights["共商"], talk),
            (weights["清单"], Fraction(100 * lists, 3)),
        ]
    )
    return {
        "编号": identity, "满意": satisfied, "投诉": complaints, "闭环": loop, "例会": meetings, "事项": consulted, "清单": lists,
        "得分": common.half_up(score),
    }


def settle(folder, period, limit, least):
    quarter = Quarter(period)
    _, for_firms, for_communities = next(entry for entry in WEIGHTS if entry[0] <= quarter.first)

    def of(name, keys=("编号",)):
        return {tuple(row[k] for k in keys): row for row in common.rows(folder, name)}

    attributes = common.rows(folder, "小区.csv")
    facts = of("每季.csv", ("编号", "期间"))
    issues = [i for i in common.rows(folder, "物业问题.csv") if quarter.first <= day(i["采集日期"]) < quarter.after]
    marks = [m for m in common.rows(folder, "管家考评.csv") if m["期间"] == period]
    estates = []
    for a in attributes:
        mine = {"物业问题": [i for i in issues if i["编号"] == a["编号"]], "管家考评": [m for m in marks if m["编号"] == a["编号"]]}
        estates.append({**a, **facts[a["编号"], period], **mine})

    firm_facts, check_ins = of("企业.每季.csv", ("编号", "期间")), of("企业.每月.csv", ("编号", "期间"))
    firms = []
    for f in common.rows(folder, "企业.csv"):
        i = f["编号"]
        own = [e for e in estates if e["管理企业"] == i]
        times = [number(check_ins[i, month]["报到次数"]) for month in quarter.months]
        firms.append(settle_firm(i, own, firm_facts[i, period], times, for_firms, limit, least))
    ranked = [f for f in firms if f["企业等次"] != "不评"]
    for f, rank in zip(ranked, common.competition_ranks([f["得分"] for f in ranked])):
        f["名次"] = rank

    community_facts, held = of("社区.每季.csv", ("编号", "期间")), of("社区.每月.csv", ("编号", "期间"))
    talks = [t for t in common.rows(folder, "共商.csv") if t["期间"] == period]
    communities = []
    for c in common.rows(folder, "社区.csv"):
        i = c["编号"]
        communities.append(
            settle_community(
                i, [e for e in estates if e["所在社区"] == i], community_facts[i, period],
                [yes(held[i, month]["召开月例会"]) for month in quarter.months],
                [t["事项"] for t in talks if t["编号"] == i], for_communities, limit, least,
            )
        )
    for c, rank in zip(communities, common.competition_ranks([c["得分"] for c in communities])):
        c["名次"] = rank
    closed = sum(1 for i in issues if is_closed(i, limit))
    return {"小区": estates, "企业": firms, "社区": communities, "全体": [(len(issues), closed)]}


def table(settled, name, limit):
    if name == "小区":
        body = [[e["编号"], EMPHASIS[e["分类"]], *map(shown, indicators([e], limit)[1:])] for e in settled[name]]
        return "编号 管理重点 居民满意度 物业投诉率 闭环率".split(), body
    if name == "企业":
        header = "编号 企业满意度 企业投诉率 企业闭环率 企业考核 企业名次 企业等次".split()
        return header, [
            [f["编号"], shown(f["满意"]), shown(f["投诉"]), shown(f["闭环"]), fixed(f["得分"], 2), f.get("名次", ""), f["企业等次"]]
            for f in settled[name]
        ]
    if name == "社区":
        header = "编号 社区满意度 社区投诉率 社区闭环率 例会月数 共商事项数 清单数 社区考核 社区名次".split()
        return header, [
            [c["编号"], shown(c["满意"]), shown(c["投诉"]), shown(c["闭环"]), c["例会"], c["事项"], c["清单"], fixed(c["得分"], 2), c["名次"]]
            for c in settled[name]
        ]
    return "采集件数 闭环件数".split(), settled[name]


if __name__ == "__main__":
    data, asked, which = sys.argv[1:4]
    days, papers_wanted = (int(x) for x in (sys.argv[4:6] or ("7", "30")))
    common.write(*table(settle(data, asked, days, papers_wanted), which, days))
