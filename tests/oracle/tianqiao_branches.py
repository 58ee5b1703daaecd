#!/usr/bin/env python3
"""天桥区物业服务企业党组织建设与经费保障:独立核算。

    python3 tests/oracle/tianqiao_branches.py DATA_DIR 2024 企业|业委会|全体 [FIRST LAST OLDER]

FIRST is 首年补助 (按全年, 按月, 不补), LAST is 末年补助 (the same), OLDER is 已有支部也补 (是, 否); 按月 按月 是 are the sample values of
policies/districts/tianqiao.yaml. Written from the source and the policy's choices; shares no code with the engine.
"""

import datetime
import sys
from fractions import Fraction

import common
from common import day, fixed, number, yes_no

START_UP, YEARLY = 5000, 3000
SCHEME_BEGAN = datetime.date(2024, 1, 1)


def way(firm):
    """Which of the four ways a company founds its organisation."""
    if int(firm["正式党员"]) >= 3:
        return "单独建"
    if common.yes(firm["可以联合"]):
        return "联合建"
    return "挂靠建" if common.yes(firm["可以挂靠"]) else "选派指导员"


def share(part, total):
    return fixed(common.half_up(Fraction(part) / total if total else Fraction(0), Fraction(1, 10000)) * 100, 2)


def settle_firm(firm, trainings, first, after, rule_first, rule_last, older):
    last = after - datetime.timedelta(days=1)
    founded = day(firm["成立日期"]) if firm["成立日期"] else None
    dissolved = day(firm["撤销日期"]) if firm["撤销日期"] else None
    organised = founded is not None and founded <= last and not (dissolved and dissolved <= last)
    new = founded is not None and first <= founded <= last
    begin = max(founded, first) if founded else after
    end = dissolved if dissolved and dissolved <= last else after
    stood = begin < end
    months = common.whole_months(begin, end) if stood else 0
    ends_here = stood and dissolved is not None and dissolved <= last
    by_month = Fraction(YEARLY * months, 12)
    if not stood or (founded < SCHEME_BEGAN and not older):
        yearly = Fraction(0)
    elif (new and rule_first == "不补") or (ends_here and rule_last == "不补"):
        yearly = Fraction(0)
    elif (new and rule_first == "按月") or (ends_here and rule_last == "按月"):
        yearly = by_month
    else:
        yearly = Fraction(YEARLY)
    yearly = common.half_up(yearly)
    start_up = Fraction(START_UP if new else 0)
    training = "没有党支部" if not organised else "已参训" if trainings >= 1 else "未参训"
    return {
        "编号": firm["编号"], "方式": way(firm), "组织": organised, "工作": organised or int(firm["指导员人数"]) > 0, "月数": months,
        "启动": start_up, "年度": yearly, "培训": training, "指导员": int(firm["指导员人数"]),
    }


def settle(folder, year, name, rule_first="按月", rule_last="按月", older="是"):
    first, after = datetime.date(year, 1, 1), datetime.date(year + 1, 1, 1)
    trainings = {t["编号"]: number(t["书记培训"]) for t in common.rows(folder, "每年.csv") if t["期间"] == str(year)}
    firms = [
        settle_firm(f, trainings[f["编号"]], first, after, rule_first, rule_last, common.yes(older))
        for f in common.rows(folder, "企业.csv")
    ]
    if name == "企业":
        return "编号 方式 组织覆盖 工作覆盖 存续月数 启动资金 年度补助 经费 培训".split(), [
            [
                f["编号"], f["方式"], yes_no(f["组织"]), yes_no(f["工作"]), f["月数"], fixed(f["启动"], 2), fixed(f["年度"], 2),
                fixed(f["启动"] + f["年度"], 2), f["培训"],
            ]
            for f in firms
        ]
    if name == "业委会":
        return "编号 党员比例 超过六成".split(), [
            [c["编号"], share(int(c["党员委员人数"]), int(c["委员人数"])), yes_no(10 * int(c["党员委员人数"]) > 6 * int(c["委员人数"]))]
            for c in common.rows(folder, "业委会.csv")
        ]
    organised, covered = sum(f["组织"] for f in firms), sum(f["工作"] for f in firms)
    start_ups, yearlies = sum(f["启动"] for f in firms), sum(f["年度"] for f in firms)
    return "建立家数 组织覆盖率 工作覆盖率 指导员总数 启动资金合计 年度补助合计 经费合计".split(), [
        [
            organised, share(organised, len(firms)), share(covered, len(firms)), sum(f["指导员"] for f in firms), fixed(start_ups, 2),
            fixed(yearlies, 2), fixed(start_ups + yearlies, 2),
        ]
    ]


if __name__ == "__main__":
    data, asked, which = sys.argv[1:4]
    common.write(*settle(data, int(asked), which, *sys.argv[4:7]))
