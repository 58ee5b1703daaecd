#!/usr/bin/env python3
"""Makes the constructed sample data of 管城回族区, next to this file. Nothing in it is real.

    python3 policies/guancheng/sample/make_sample.py            write the CSV files
    python3 policies/guancheng/sample/make_sample.py --check    compare only

Standard library only; the same bytes on every machine.
"""

import csv
import io
import random
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
YEAR = 2024
QUARTERS = ["%dQ%d" % (YEAR, q) for q in (1, 2, 3, 4)]
ESTATE = (
    "编号 名称 街道 物业 已改造 条件成熟 有业主单位 自治能力强 院内面积 建筑面积 户数 有停车位 按户收费档 议定年费 进驻日期 免费试用"
    " 委托协议 服务协议 补贴起算"
).split()


def make():
    rnd = random.Random(20240418)
    yes = lambda chance: "是" if rnd.random() < chance else "否"
    offices = ["gc-j%d" % i for i in (1, 2, 3)]
    companies = ["gc-w%d" % i for i in (1, 2, 3, 4)]
    estates, facts, orders, homes, home_facts = [], [], [], [], []
    for i in range(1, 25):
        identity = "gc-%02d" % i
        shape = ("大", "小", "杂")[i % 3]
        parking = "是" if shape == "大" else "否"
        yard = {"大": rnd.randint(2000, 9000), "小": rnd.randint(150, 1999), "杂": rnd.randint(2000, 6000)}[shape]
        households = {"大": rnd.randint(100, 600), "小": rnd.randint(12, 99), "杂": rnd.randint(12, 99)}[shape]
        entered = "%d-%02d-%02d" % (rnd.choice((2022, 2023, 2024)), rnd.randint(1, 12), rnd.randint(1, 28))
        if i == 2:
            yard, households, parking = 2000, 100, "是"  # just at both lines: 按面积
            shape = "大"
        if i == 3:
            entered = "2024-11-30"  # the trial ends in 2025: nothing is charged
        estates.append(
            [
                identity, "楼院%02d" % i, offices[i % 3], "" if i == 24 else companies[i % 4 if i % 4 != 3 else 2],
                "否" if i in (7, 19) else "是", yes(0.3), yes(0.3), yes(0.4), "%d" % yard,
                "%.2f" % (households * rnd.uniform(55, 80)), households, parking,
                ("一档", "二档", "三档")[(i // 3) % 3] if shape == "小" else "不按户",
                "%d" % (households * rnd.randint(80, 140)) if shape == "杂" else "0", "" if i == 24 else entered,
                "是" if i == 3 else yes(0.4), yes(0.8), yes(0.8),
                "" if i == 24 else "%d-%02d-01" % (rnd.choice((2021, 2022, 2023, 2024, 2025)), rnd.randint(1, 12)),
            ]
        )
        usual = (94, 88, 83, 76, 72, 66, 61, 54)[i % 8]
        for q in QUARTERS:
            mark = lambda: min(100.0, max(0.0, round(usual + rnd.uniform(-5, 5), 1)))
            accidents = {(5, 1): 2, (5, 2): 1, (8, 1): 3, (8, 3): 2, (13, 4): 1}.get((i, int(q[-1])), 0)
            facts.append([identity, q] + ["%.1f" % mark() for _ in range(4)] + [yes(0.85), yes(0.85), accidents])
            for _ in range(rnd.randint(0, 4)):
                taken = rnd.random() < 0.9
                orders.append([identity, q, "是", "是" if taken else "否", yes(0.9), "是" if taken and rnd.random() < 0.9 else "否"])
        for n in range(2):
            home = "%s-%d" % (identity, n + 1)
            hardship = rnd.random() < 0.4
            homes.append([home, identity, "是" if hardship else "否", "%.2f" % rnd.uniform(35, 95)])
            hours = "%.1f" % rnd.uniform(0, 40) if hardship else "0"
            home_facts.append([home, YEAR, hours, "%.2f" % rnd.choice((0, 60, 120, 150, 300, 600))])
    return {
        "楼院.csv": [ESTATE] + estates,
        "物业公司.csv": [["编号", "公司名称"]] + [[c, "物业公司%s" % c[-1]] for c in companies],
        "街道办.csv": [["编号", "街道名称"]] + [[o, "街道%s" % o[-1]] for o in offices],
        "住户.csv": [["编号", "所在楼院", "困难家庭", "住房面积"]] + homes,
        "每季.csv": [["编号", "期间", "环境卫生", "秩序安全", "设施维护", "居民评价", "公示收费方案", "公示运行成本", "安全事故"]] + facts,
        "点单.csv": [["编号", "期间", "派单", "接单", "督单", "验单"]] + orders,
        "住户.每年.csv": [["编号", "期间", "工时", "已缴"]] + home_facts,
        "物业公司.每年.csv": [["编号", "期间", "上缴利润"]]
        + [[c, YEAR, p] for c, p in zip(companies, ("120000.55", "80000", "45000.37", "0"))],
        "街道办.每年.csv": [["编号", "期间", "矛盾调解站", "应急维修站", "服务中心", "联合会议"]]
        + [[offices[0], YEAR, "是", "是", "是", 52], [offices[1], YEAR, "是", "否", "是", 51], [offices[2], YEAR, "否", "否", "否", 60]],
        "全体.每年.csv": [["期间", "补贴预算", "返还基金"], [YEAR, "180000.01", "10000"]],
    }


def main():
    different = []
    for name, table in make().items():
        text = io.StringIO()
        csv.writer(text, lineterminator="\r\n").writerows(table)
        data = b"\xef\xbb\xbf" + text.getvalue().encode("utf-8")
        path = HERE / name
        if "--check" in sys.argv[1:]:
            if not path.exists() or path.read_bytes() != data:
                different.append(name)
        else:
            path.write_bytes(data)
    if different:
        sys.exit("make_sample: not what this script makes: " + ", ".join(different))


if __name__ == "__main__":
    main()
