#!/usr/bin/env python3
"""The invented regimes of tests/data/regimes: independent settlement of their samples.

    python3 tests/oracle/regimes.py elevators|board|reward|care [TABLE]

Written from the wording of each regime; shares no code with the engine. TABLE is the kind of subject of a further table.
"""

import datetime
import sys
from fractions import Fraction
from pathlib import Path

from common import add_months, day, down, fewest, fixed, half_up, mean, number, percent, rows, share_out, whole_months, write, yes, yes_no

DATA = Path(__file__).resolve().parents[1] / "data/regimes"
SUBJECTS = {"elevators": "项目", "board": "村", "reward": "村", "care": "机构"}


def of(table, subject, period=None):
    return [row for row in table if row["编号"] == subject and (period is None or row["期间"] == period)]


# ---- elevators, 2024Q3


def faults_cost(faults, limit):
    cost = Fraction(0)
    for fault in faults:
        same = sum(1 for other in faults if other["电梯号"] == fault["电梯号"])
        trapped, late = yes(fault["困人"]), number(fault["到场用时"]) > limit
        cost += 6 if same >= 3 else 4 if trapped and late else 2 if trapped or late else 1
    return min(cost, 30)


def month_score(facts, findings, faults, limit):
    def distinct(kind):
        return len({f["问题号"] for f in findings if f["问题类"] == kind})

    cost = min(distinct("记录缺失"), 5) + min(3 * distinct("部件缺陷"), 15) + min(distinct("机房脏乱"), 5) + 10 * distinct("人员无证")
    cost += faults_cost(faults, limit) + min(2 * (number(facts["应保次数"]) - number(facts["按期次数"])), 20) + min(number(facts["投诉"]), 10)
    return max(100 - cost, Fraction(0))


def lower(grade, grades):
    return grades[min(grades.index(grade) + 1, len(grades) - 1)]


def elevators(folder, wanted):
    limits = {"住宅": 30, "医院学校": 20, "商业": 30}
    monthly, findings, faults = (rows(folder, name + ".csv") for name in ("每月", "检查问题", "故障"))
    sites = rows(folder, "项目.csv")
    scores, accidents = {}, {row["编号"]: number(row["伤人事故"]) for row in rows(folder, "每季.csv")}
    for site in sites:
        name = site["编号"]
        months = [month_score(m, of(findings, name, m["期间"]), of(faults, name, m["期间"]), limits[site["类别"]]) for m in of(monthly, name)]
        scores[name] = half_up(mean(months))
    if wanted == "项目":
        return ["编号", "项目得分"], [[s["编号"], fixed(scores[s["编号"]], 2)] for s in sites]
    companies = [row["编号"] for row in rows(folder, "单位.csv")]
    lifts, total, points, grade = {}, {}, {}, {}
    for company in companies:
        own = [s for s in sites if s["维保单位"] == company]
        lifts[company] = sum(number(s["台数"]) for s in own)
        total[company] = half_up(sum(scores[s["编号"]] * number(s["台数"]) for s in own) / lifts[company])
        points[company] = sum(
            number(p["分值"]) for p in of(rows(folder, "记分.csv"), company) if datetime.date(2023, 10, 1) <= day(p["记分日期"]) <= datetime.date(2024, 9, 30)
        )
        grade[company] = "A" if total[company] >= 90 else "B" if total[company] >= 75 else "C"
        if points[company] >= 6:
            grade[company] = lower(grade[company], "ABC")
        if sum(accidents[s["编号"]] for s in own) > 0:
            grade[company] = "C"
    best = sorted(companies, key=lambda c: (-total[c], -lifts[c]))
    worst = sorted(companies, key=lambda c: (total[c], lifts[c]))
    past = rows(folder, "历史.单位.每季.csv")
    table = []
    for c in companies:
        thrice = grade[c] == "C" and all(row["评级"] == "C" for row in of(past, c))
        called = Fraction(worst.index(c) + 1, len(companies)) <= Fraction(5, 100)
        table.append([c, fixed(total[c], 2), fewest(points[c]), grade[c], str(best.index(c) + 1), yes_no(called), yes_no(thrice)])
    return ["编号", "单位得分", "有效记分", "评级", "单位名次", "约谈", "清退"], table


# ---- board, 2024-02


def jury(marks):
    """The mean without the best and the worst."""
    return mean(sorted(marks)[1:-1]) if len(marks) > 2 else Fraction(60)


def village_score(facts, village, judges, ballots):
    marks = [number(j["分数"]) for j in judges if j["评委所在村"] != village["村名"]]
    content = Fraction(sum(yes(b["满意"]) for b in ballots), len(ballots))
    parts = [(40, percent(facts["分类正确率"]) * 100), (20, percent(facts["参与率"]) * 100)]
    if len(marks) >= 3:
        parts.append((25, jury(marks)))
    if len(ballots) >= number(village["户数"]) * Fraction(20, 100):
        parts.append((15, content * 100))
    score = sum(weight * value for weight, value in parts) / sum(weight for weight, _ in parts)
    return max(half_up(score - min(5 * number(facts["混装混运"]), 20)), Fraction(0))


def board(folder, _):
    villages = rows(folder, "村.csv")
    grades = ["优秀", "良好", "合格", "较差"]
    facts, judges, ballots, past = (rows(folder, name + ".csv") for name in ("每月", "评委打分", "选票", "历史.每月"))
    scores = [village_score(of(facts, v["编号"])[0], v, of(judges, v["编号"]), of(ballots, v["编号"])) for v in villages]
    table = []
    for i, village in enumerate(villages):
        group = [s for v, s in zip(villages, scores) if v["片区"] == village["片区"]]
        group = group if len(group) >= 5 else scores
        rank = 1 + len({s for s in group if s > scores[i]})
        before = of(past, village["编号"], "2024-01")[0]
        place = 0 if scores[i] >= 90 else 1 if scores[i] >= 80 else 2 if scores[i] >= 60 else 3
        was = grades.index(before["等次"])
        grade = grades[min(max(place, was - 1), was + 1)]
        rolling = half_up(mean([scores[i], *(number(row["月评分"]) for row in of(past, village["编号"]) if row["月评分"])]))
        redeemed = grade in grades[:2] and before["等次"] in grades[:2]
        black = grade == before["等次"] == "较差" or (before["榜"] == "黑榜" and number(before["在榜月数"]) < 6 and not redeemed)
        where = "黑榜" if black else "红榜" if grade == "优秀" and rank <= 3 else "未上榜"
        months = number(before["在榜月数"]) + 1 if black else 0
        table.append([village["编号"], fixed(scores[i], 2), grade, str(rank), fixed(rolling, 2), where, str(months)])
    return ["编号", "月评分", "等次", "片区名次", "半年均分", "榜", "在榜月数"], table


# ---- reward, 2024Q2


def reward(folder, wanted):
    pool = number(rows(folder, "全体.每季.csv")[0]["奖励资金"])
    scores, weights = {}, []
    for village in rows(folder, "村.csv"):
        name = village["编号"]
        months = of(rows(folder, "每月.csv"), name)
        scores[name] = half_up(mean(number(m["月评分"]) for m in months))
        listed = [m["月榜"] for m in months] + [row["榜"] for row in of(rows(folder, "引用.linxi.board.每月.csv"), name)]
        weights.append(Fraction(0) if "黑榜" in listed else max(scores[name] - 60, Fraction(0)))
    shares = share_out(pool, weights)
    if wanted == "全体":
        return ["已分", "结余"], [[fixed(sum(shares), 2), fixed(pool - sum(shares), 2)]]
    return ["编号", "季度分", "奖金"], [[name, fixed(score, 2), fixed(share, 2)] for (name, score), share in zip(scores.items(), shares)]


# ---- care, 2024Q2


def beds(count):
    return min(count, 50) + Fraction(80, 100) * max(min(count, 150) - 50, 0) + Fraction(50, 100) * max(count - 150, 0)


def stars(facts, home, total, first):
    parts = [number(facts[name]) for name in ("环境分", "设施分", "服务分", "管理分")]
    if yes(facts["停业整顿"]):
        return "停业"
    if whole_months(day(home["许可日期"]), first) < 6:
        return "新设免评"
    star = "五星" if total >= 90 and min(parts) >= 80 else "四星" if total >= 80 and min(parts) >= 70 else "三星" if total >= 60 else "不达标"
    return "三星" if yes(facts["消防不合格"]) and star in ("五星", "四星") else star


def care(folder, wanted):
    rates = {("民办", "五星"): 300, ("民办", "四星"): 240, ("民办", "三星"): 180, ("公办", "五星"): 150, ("公办", "四星"): 100, ("公办", "三星"): 100}
    prices = {row["编号"]: number(row["单价"]) for row in rows(folder / "..", "services.csv")}
    first, after = datetime.date(2024, 4, 1), datetime.date(2024, 7, 1)
    budget = number(rows(folder, "全体.每季.csv")[0]["补贴预算"])
    homes, due = rows(folder, "机构.csv"), []
    lines = []
    for home in homes:
        facts = of(rows(folder, "每季.csv"), home["编号"])[0]
        total = half_up(sum(w * number(facts[n]) for w, n in ((20, "环境分"), (25, "设施分"), (35, "服务分"), (20, "管理分"))) / 100, Fraction(1, 10))
        star = stars(facts, home, total, first)
        rate = 100 if star == "新设免评" else rates.get((home["性质"], star), 0)
        months = max(min(whole_months(day(home["许可日期"]), after), 3), 0)
        served = sum(prices[s["项目"]] * number(s["次数"]) for s in of(rows(folder, "服务记录.csv"), home["编号"]))
        served = Fraction(0) if yes(facts["停业整顿"]) else min(served, 20000)
        due.append(rate * beds(number(home["床位"])) * months * Fraction(9, 10) + served)
        fine = Fraction(-5000 if yes(facts["消防不合格"]) else 0)
        content, residents = percent(facts["满意率"]), number(facts["入住人数"])
        before = of(rows(folder, "历史.每季.csv"), home["编号"])[0]
        points = fewest((content - percent(before["当季满意率"])) * 100) if before["当季满意率"] else ""
        base = max(number(before["当季入住"]) if before["当季入住"] else residents, 1)
        growth = half_up((residents - base) / base, Fraction(1, 1000)) * 100
        lines.append((home["编号"], fixed(total, 1), star, fixed(Fraction(rate), 2), fine, fewest(content * 100), fewest(residents), points, fixed(growth, 1)))
    scale = min(budget / sum(due), 1) if sum(due) else Fraction(1)
    paid = [down(d * scale) for d in due]
    if wanted == "全体":
        return ["实补合计"], [[fixed(sum(paid), 2)]]
    table = [
        [*line[:4], fixed(d, 2), fixed(line[4], 2), fixed(p, 2), fixed(p + line[4], 2), *line[5:]] for line, d, p in zip(lines, due, paid)
    ]
    return ["编号", "总分", "星级", "标准", "应补", "罚款", "实补", "实发", "当季满意率", "当季入住", "满意率变化", "入住同比"], table


if __name__ == "__main__":
    regime = sys.argv[1]
    settled = {"elevators": elevators, "board": board, "reward": reward, "care": care}[regime]
    write(*settled(DATA / regime / "sample", sys.argv[2] if len(sys.argv) > 2 else SUBJECTS[regime]))
