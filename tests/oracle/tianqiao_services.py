#!/usr/bin/env python3
"""天桥区老旧小区先体验后付费与自主点单:独立核算。

    python3 tests/oracle/tianqiao_services.py DATA_DIR 2024Q3 企业|小区|组员|体验|备选项目|全体

The open parameters have the sample values of policies/districts/tianqiao.yaml. Written from the source and the policy's choices;
shares no code with the engine.
"""

import datetime
import sys
from fractions import Fraction

import common
from common import day, fixed, number, yes, yes_no

TRIAL_MONTHS = 1
PASS, FEWEST_MARKS = 80, 3
TURNOUT, MOST_ITEMS = Fraction(1, 2), 2
PRICES = {"维护停车秩序": Fraction(3, 2), "公共区域卫生保洁": Fraction(4), "便民维修服务": Fraction(5, 2), "其他": Fraction(1)}


class Settlement:
    def __init__(self, folder, period):
        year, q = int(period[:4]), int(period[-1])
        self.first = datetime.date(year, 3 * q - 2, 1)
        self.after = common.add_months(self.first, 3)
        self.before = "%dQ%d" % ((year, q - 1) if q > 1 else (year - 1, 4))
        read = lambda name: common.rows(folder, name)
        self.firms, self.estates, self.stewards = read("企业.csv"), read("小区.csv"), read("组员.csv")
        self.trials, self.items = read("体验.csv"), read("备选项目.csv")
        self.marks, self.ballots = read("考评.csv"), read("选票.csv")
        past = lambda name, column: {r["编号"]: r[column] for r in read(name) if r["期间"] == self.before}
        self.admitted_before = past("历史.体验.每季.csv", "准入")
        self.elected_before = past("历史.备选项目.每季.csv", "入选")
        # The last grade that was settled before the quarter.
        self.grades = {}
        for row in sorted(read("引用.tianqiao.assessment.每季.csv"), key=lambda r: r["期间"]):
            if row["期间"] < period:
                self.grades[row["编号"]] = row["企业等次"]

    # -- the pool

    def pool(self, firm):
        applied = firm["申请日期"] and day(firm["申请日期"]) < self.after
        if not (applied and yes(firm["证照齐全"]) and yes(firm["有党组织"])):
            return "未入库"
        return "暂停" if self.grades.get(firm["编号"]) == "不合格" else "在库"

    @staticmethod
    def eligible(steward):
        return steward["身份"] in ("党员", "楼长") and all(yes(steward[k]) for k in ("有威信", "有群众基础", "有管理能力"))

    # -- the trial

    def trial(self, trial):
        started = day(trial["开始日期"])
        ended = common.add_months(started, TRIAL_MONTHS)  # the day after its last
        firm = next(f for f in self.firms if f["编号"] == trial["体验企业"])
        if self.first <= started < self.after:
            admitted = self.pool(firm) == "在库"
        else:
            admitted = self.admitted_before.get(trial["编号"]) == "是"
        stewards = {s["编号"]: s for s in self.stewards}
        best = {}
        for mark in self.marks:
            judge, on = stewards[mark["考评人"]], day(mark["考评日期"])
            counts = self.eligible(judge) and judge["所在小区"] == trial["体验小区"] and started <= on < ended and on < self.after
            if mark["编号"] == trial["编号"] and counts:
                best[judge["编号"]] = max(best.get(judge["编号"], Fraction(0)), number(mark["得分"]))
        mean = common.half_up(common.mean(best.values())) if best else Fraction(0)
        if started >= self.after:
            verdict = "未开始"
        elif not admitted:
            verdict = "不准入"
        elif ended > self.after:
            verdict = "体验中"
        elif len(best) < FEWEST_MARKS:
            verdict = "份数不够"
        else:
            verdict = "通过" if mean >= PASS else "不通过"
        return {**trial, "开始": started, "期满": ended, "准入": admitted, "份数": len(best), "得分": mean, "结论": verdict}

    def all_trials(self):
        trials = [self.trial(t) for t in self.trials]
        for t in trials:
            passed = [o for o in trials if o["体验小区"] == t["体验小区"] and o["结论"] == "通过"]
            first = min(passed, key=lambda o: (o["开始"], int(o["序号"])), default=None)
            t["选定"] = first is t
            t["月数"] = common.whole_months(max(t["期满"], self.first), self.after) if t["选定"] else 0
            t["应收"] = self.fee(t["体验小区"]) * t["月数"]
        return trials

    # -- the ballot

    def wanted(self, item, only_chosen):
        return {
            b["户号"]
            for b in self.ballots
            if b["编号"] == item["编号"] and self.first <= day(b["投票日期"]) < self.after and (yes(b["选择"]) or not only_chosen)
        }

    def voters(self, estate):
        return len(set().union(*[self.wanted(i, False) for i in self.items if i["点单小区"] == estate]))

    def flats(self, estate):
        return int(next(e for e in self.estates if e["编号"] == estate)["户数"])

    def item(self, item):
        estate = item["点单小区"]
        voters, flats = self.voters(estate), self.flats(estate)
        votes = lambda i: len(self.wanted(i, True))
        place = None
        if 2 * votes(item) > voters:
            key = lambda i: (-votes(i), int(i["次序"]))
            place = 1 + sum(1 for i in self.items if i["点单小区"] == estate and 2 * votes(i) > voters and key(i) < key(item))
        if voters:
            elected = voters >= flats * TURNOUT and place is not None and place <= MOST_ITEMS
        else:
            elected = self.elected_before.get(item["编号"]) == "是"
        return {**item, "得票": votes(item), "名次": place, "入选": elected, "月费": PRICES[item["内容"]] * flats if elected else Fraction(0)}

    def fee(self, estate):
        return sum((self.item(i)["月费"] for i in self.items if i["点单小区"] == estate), Fraction(0))

    # -- tables

    def table(self, name):
        if name == "企业":
            trials = self.all_trials()
            due = lambda f: sum((t["应收"] for t in trials if t["体验企业"] == f["编号"]), Fraction(0))
            return "编号 在库状态 应收合计".split(), [[f["编号"], self.pool(f), fixed(due(f), 2)] for f in self.firms]
        if name == "小区":
            body = []
            for e in self.estates:
                i = e["编号"]
                voters = self.voters(i)
                body.append(
                    [
                        i, sum(1 for s in self.stewards if s["所在小区"] == i and self.eligible(s)), voters,
                        yes_no(voters and voters >= int(e["户数"]) * TURNOUT),
                        sum(1 for item in self.items if item["点单小区"] == i and self.item(item)["入选"]), fixed(self.fee(i), 2),
                    ]
                )
            return "编号 合格组员数 投票户数 投票有效 入选项数 每月服务费".split(), body
        if name == "组员":
            return "编号 合格组员".split(), [[s["编号"], yes_no(self.eligible(s))] for s in self.stewards]
        if name == "体验":
            return "编号 准入 有效份数 体验得分 结论 选定 收费起日 收费月数 本季应收".split(), [
                [
                    t["编号"], yes_no(t["准入"]), t["份数"], fixed(t["得分"], 2), t["结论"], yes_no(t["选定"]),
                    t["期满"].isoformat() if t["选定"] else "", t["月数"], fixed(t["应收"], 2),
                ]
                for t in self.all_trials()
            ]
        if name == "备选项目":
            made = [self.item(i) for i in self.items]
            return "编号 得票 得票名次 入选 项目月费".split(), [
                [i["编号"], i["得票"], i["名次"] or "", yes_no(i["入选"]), fixed(i["月费"], 2)] for i in made
            ]
        return ["在库家数"], [[sum(1 for f in self.firms if self.pool(f) == "在库")]]


if __name__ == "__main__":
    data, asked, which = sys.argv[1:4]
    common.write(*Settlement(data, asked).table(which))
