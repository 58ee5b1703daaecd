#!/usr/bin/env python3
"""天桥区物业职工兼职网格员考核与反馈:独立核算。

    python3 tests/oracle/tianqiao_grid.py DATA_DIR 2024Q3 网格员|企业|社区

Written from the source and the policy's choices; shares no code with the engine.
"""

import sys
from fractions import Fraction

import common
from common import fewest, number, yes, yes_no


def settle_worker(worker, facts):
    score = Fraction(6, 10) * number(facts["考核"]) + Fraction(4, 10) * number(facts["评议"])
    if not yes(facts["在岗"]):
        grade = "不在岗"
    elif facts["考察"] == "不合格" or score < 60:
        grade = "不称职"
    else:
        grade = "优秀" if score >= 90 else "称职"
    return {**worker, "在岗": yes(facts["在岗"]), "得分": score, "等次": grade}


def settle(folder, period, name):
    facts = {f["编号"]: f for f in common.rows(folder, "每季.csv") if f["期间"] == period}
    workers = [settle_worker(w, facts[w["编号"]]) for w in common.rows(folder, "网格员.csv")]
    if name == "网格员":
        return "编号 网格员得分 网格员等次 可评优".split(), [
            [w["编号"], fewest(w["得分"]), w["等次"], yes_no(w["等次"] == "优秀")] for w in workers
        ]
    if name == "企业":
        table = []
        for f in common.rows(folder, "企业.csv"):
            own = [w for w in workers if w["所属企业"] == f["编号"]]
            at_work = [w["得分"] for w in own if w["在岗"]]
            mean = fewest(common.half_up(common.mean(at_work))) if at_work else ""
            count = lambda grade: sum(1 for w in own if w["等次"] == grade)
            table.append([f["编号"], len(at_work), count("优秀"), count("不称职"), mean])
        return "编号 在岗人数 优秀人数 不称职人数 平均得分".split(), table
    return "编号 社区在岗人数".split(), [
        [c["编号"], sum(1 for w in workers if w["所在社区"] == c["编号"] and w["在岗"])] for c in common.rows(folder, "社区.csv")
    ]


if __name__ == "__main__":
    common.write(*settle(*sys.argv[1:4]))
