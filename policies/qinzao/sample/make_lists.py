#!/usr/bin/env python3
"""Makes the constructed sample data of 秦灶街道's lists, in the folder lists beside this file.

    python3 policies/qinzao/sample/make_lists.py            write the CSV files
    python3 policies/qinzao/sample/make_lists.py --check    compare only

Nothing in it is real.  FIRMS, H1 and H2 say what is planted; check_planted() settles what was made with
tests/oracle/qinzao_lists.py and fails, before anything is written, if one planted fact no longer holds.
Standard library only; the same bytes on every machine.
"""

import csv
import datetime
import io
import sys
import tempfile
from fractions import Fraction
from pathlib import Path

HERE = Path(__file__).resolve().parent
FOLDER = HERE / "lists"
sys.dont_write_bytecode = True
sys.path.insert(0, str(HERE.parents[2] / "tests" / "oracle"))
import qinzao_lists as oracle  # noqa: E402

SEED = 20240630
MONTHS = ["2024-%02d" % month for month in range(1, 13)]
HALVES = ["2024H1", "2024H2"]
FIRMS = ["qz-%02d" % n for n in range(1, 22)]
COMMUNITIES = ["sq-%d" % n for n in range(1, 10)]
KINDS = ["物业费用收取", "公建配套维保", "小区内部车辆管理", "邻里矛盾纠纷", "其他"]
CLAIMANTS = ["党建联盟单位", "社会组织", "物业党组织", "志愿者"]

# The first half of 2024 agrees with the source: 791 tickets received, all in time and called back, 95% satisfied.
# 编号 → tickets that count, how many of them not satisfied.  31 more tickets repeat a request.
H1 = {
    "qz-01": (40, 0), "qz-02": (38, 1), "qz-03": (30, 0), "qz-04": (40, 4), "qz-05": (42, 1), "qz-06": (60, 0),
    "qz-07": (44, 2), "qz-08": (32, 8), "qz-09": (36, 0), "qz-10": (38, 1), "qz-11": (40, 2), "qz-12": (40, 3),
    "qz-13": (44, 0), "qz-14": (34, 0), "qz-15": (36, 1), "qz-16": (30, 2), "qz-17": (40, 9), "qz-18": (32, 3),
    "qz-19": (34, 1), "qz-20": (30, 0),
}
REPEATED, RECEIVED = 31, 791

# The second half: tickets that count, in time, closed, called back, satisfied of those called back, months of training.
H2 = {
    "qz-01": (20, 20, 20, 20, 19, 6),
    "qz-02": (8, 8, 8, 8, 5, 3),        # exactly 80: may leave the black list, were it over
    "qz-03": (8, 8, 8, 8, 5, 3),        # exactly 80, the term is over: leaves
    "qz-04": (19, 19, 19, 19, 15, 5),   # 89.91, not 90: stays red, the term runs
    "qz-05": (8, 8, 8, 8, 6, 6),        # exactly 90: red
    "qz-06": (24, 24, 24, 24, 24, 6),
    "qz-07": (10, 4, 10, 10, 5, 3),     # exactly 60: not black
    "qz-08": (12, 4, 12, 12, 6, 3),     # 58.33: black
    "qz-09": (15, 14, 14, 13, 12, 6),
    "qz-10": (0, 0, 0, 0, 0, 6),        # no ticket at all
    "qz-11": (16, 15, 16, 15, 14, 5),
    "qz-12": (9, 8, 9, 9, 8, 6),        # not disclosed: 90 and over, but not red
    "qz-13": (30, 30, 30, 30, 30, 6),
    "qz-14": (21, 20, 21, 21, 20, 6),
    "qz-15": (13, 12, 12, 11, 10, 4),
    "qz-16": (7, 6, 7, 5, 4, 6),
    "qz-17": (22, 12, 20, 15, 7, 1),
    "qz-18": (17, 16, 17, 17, 16, 6),
    "qz-19": (11, 11, 11, 11, 11, 6),
    "qz-20": (14, 14, 14, 14, 13, 6),
}
TRAINED_H1 = {"qz-08": 4, "qz-17": 2, "qz-16": 5}
VIOLATIONS = {("qz-14", "2024H1"): 1, ("qz-13", "2024H2"): 1}
NOT_DISCLOSED = {("xq-19", "2024H2"): (True, False), ("xq-12", "2024H1"): (False, True), ("xq-24", "2024H1"): (False, False)}
PROVINCIAL, MUNICIPAL = {"xq-02": "2024-05-20"}, {"xq-01": "2024-06-30", "xq-26": "2024-03-11", "xq-11": "2023-12-01",
                                                 "xq-20": "2024-10-10"}

# What the last half of 2023 left behind: list, until, since.
PAST = {
    "qz-02": ("黑榜", "2024-06-30", "2023-07-01"),   # over, and 80 or more: leaves
    "qz-03": ("黑榜", "2024-12-31", "2024-01-01"),   # runs: stays, whatever the score
    "qz-08": ("黑榜", "2024-06-30", "2023-07-01"),   # over, but not 80
    "qz-04": ("红榜", "2024-12-31", "2024-01-01"),
    "qz-17": ("红榜", "2024-06-30", "2023-07-01"),   # over
    "qz-12": ("红榜", "2024-12-31", "2024-01-01"),
    "qz-06": ("红榜", "2024-12-31", "2023-07-01"),
}
WHOLE_PAST = {"2023H1": (812, "92.22"), "2023H2": (355, "93.10")}


class Generator:
    """A 64-bit linear congruential generator (Knuth's MMIX); Python's own may change."""

    def __init__(self, seed):
        self.state = seed

    def between(self, low, high):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return low + (self.state >> 33) % (high - low + 1)

    def pick(self, items):
        return items[self.between(0, len(items) - 1)]


def estates_of(firm):
    """The first seven firms have two estates, the others one; the last has none."""
    n = int(firm[3:])
    return [] if n > 20 else ["xq-%02d" % (2 * n - 1), "xq-%02d" % (2 * n)] if n <= 7 else ["xq-%02d" % (n + 7)]


ESTATES = {estate: firm for firm in FIRMS for estate in estates_of(firm)}


def csv_text(header, table):
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(table)
    return out.getvalue()


class Tickets:
    def __init__(self, generator):
        self.generator, self.number, self.request, self.table = generator, 1000, 0, []

    def add(self, estate, received, due_in, closed_in, called_in, opinion, request=None, kind=None):
        """One row; `closed_in` and `called_in` in days, None for never."""
        self.number += 1
        if request is None:
            self.request += 1
            request = "R%05d" % self.request
        closed = None if closed_in is None else received + datetime.timedelta(days=closed_in)
        called = None if called_in is None else closed + datetime.timedelta(days=called_in)
        channel = "12345平台" if self.generator.between(1, 3) > 1 else "啄木鸟平台"
        self.table.append([estate, received, self.number, channel, request, kind or self.generator.pick(KINDS),
                           received + datetime.timedelta(days=due_in), closed or "", called or "", opinion or ""])
        return request

    def usual(self, firm, half, spec):
        """Tickets that count, with just the wanted number in time, closed, called back, satisfied."""
        total, in_time, closed, called, satisfied = spec
        generator = self.generator
        for i in range(total):
            received = half.first + datetime.timedelta(days=generator.between(0, 175))
            due = generator.between(3, 10)
            took = None if i >= closed else due - generator.between(0, 2) if i < in_time else due + generator.between(1, 5)
            # The last of those in time is closed on its very last day, the first late one a day after.
            took = due if i == in_time - 1 else due + 1 if in_time <= i < closed and i == in_time else took
            back = generator.between(0, 3) if i < called else None
            opinion = None if back is None else generator.pick(["满意", "满意", "基本满意"]) if i < satisfied else "不满意"
            self.add(generator.pick(estates_of(firm)), received, due, took, back, opinion)


def make_tickets(generator):
    tickets = Tickets(generator)
    for firm, (total, unhappy) in H1.items():
        tickets.usual(firm, oracle.Half("2024H1"), (total, total, total, total, total - unhappy))
    # A request that comes again by the other channel, later or on the same day: it does not count.
    for i, row in enumerate(list(tickets.table)[::25][:REPEATED]):
        again = row[1] + datetime.timedelta(days=0 if i % 3 == 0 else generator.between(1, 4))
        tickets.add(row[0], again, 5, 9 if i % 2 else None, None, None, request=row[4], kind=row[5])
    for firm, (total, in_time, closed, called, satisfied, _) in H2.items():
        tickets.usual(firm, oracle.Half("2024H2"), (total, in_time, closed, called, satisfied))
    # First in June, again in July: the second half does not count it.
    june = [row for row in tickets.table if row[1].isoformat() >= "2024-06-20" and row[1].isoformat() <= "2024-06-30"]
    for row in june[:3]:
        tickets.add(row[0], datetime.date(2024, 7, 2), 5, 12, 1, "不满意", request=row[4], kind=row[5])
    return sorted(tickets.table, key=lambda row: (row[1], row[2]))


def make_facts(generator):
    """File name → (header, rows), without the past."""
    firms = [[firm, "样例物业服务%02d" % n, "2024-01-15" if n == 20 else "20%02d-%02d-01" % (10 + n % 12, n % 12 + 1), "是"]
             for n, firm in enumerate(FIRMS, 1)]
    estates = [[estate, "样例苑%02d" % n, "安置房小区" if n % 9 in (1, 2, 4, 6, 8) else "商品房小区", firm,
                COMMUNITIES[n % 9], PROVINCIAL.get(estate, ""), MUNICIPAL.get(estate, "")]
               for n, (estate, firm) in enumerate(ESTATES.items(), 1)]
    monthly = []
    for n, month in enumerate(MONTHS):
        for firm in FIRMS:
            attended = TRAINED_H1.get(firm, 6) if n < 6 else H2.get(firm, (0, 0, 0, 0, 0, 6))[5]
            monthly.append([firm, month, "是" if n % 6 < attended else "否"])
    half_yearly = [[firm, half, VIOLATIONS.get((firm, half), 0)] for half in HALVES for firm in FIRMS]
    disclosed = [[estate, half] + ["是" if shown else "否" for shown in NOT_DISCLOSED.get((estate, half), (True, True))]
                 for half in HALVES for estate in ESTATES]
    needs = []
    for half in HALVES:
        for community in COMMUNITIES[:-1]:
            for i in range(generator.between(3, 8)):
                collected = oracle.Half(half).first + datetime.timedelta(days=generator.between(0, 160))
                published = collected + datetime.timedelta(days=generator.between(2, 14)) if i % 4 != 3 else ""
                needs.append([community, collected, published, generator.pick(CLAIMANTS) if published and i % 3 else ""])
    return {
        "企业.csv": (["编号", "名称", "进驻日期", "有党组织"], firms),
        "社区.csv": (["编号", "名称"], [[community, "样例社区%d" % n] for n, community in enumerate(COMMUNITIES, 1)]),
        "小区.csv": (["编号", "名称", "性质", "管理企业", "所属社区", "省级示范日期", "市级示范日期"], estates),
        "每月.csv": (["编号", "期间", "参加培训"], monthly),
        "每半年.csv": (["编号", "期间", "严重违规"], half_yearly),
        "小区.每半年.csv": (["编号", "期间", "公示公共收益", "公示维修资金"], disclosed),
        "工单.csv": (["编号", "收单日期", "序号", "渠道", "诉求号", "类别", "应办结日期", "办结日期", "回访日期", "评价"],
                   make_tickets(generator)),
        "需求.csv": (["编号", "收集日期", "发布日期", "认领方"], sorted(needs, key=lambda row: (str(row[1]), row[0], str(row[2]), row[3]))),
    }


def past_rows(results):
    """The last half of 2023, which knows only the lists, and what was settled for the first half of 2024."""
    header = oracle.HEADERS["企业"]
    table = []
    for firm in FIRMS:
        name, until, since = PAST.get(firm, ("未入榜", "", ""))
        row = dict.fromkeys(header, "")
        row.update({"编号": firm, "期间": "2023H2", "名单": name, "到期日": until, "入榜日期": since})
        table.append([row[column] for column in header])
    return header, table + oracle.table_text(results, header)[1:]


def past_whole_rows(results):
    header = oracle.HEADERS["全体"]
    table = []
    for period, (received, satisfied) in WHOLE_PAST.items():
        row = dict.fromkeys(header, "")
        row.update({"期间": period, "收单件数": received, "街道满意率": satisfied})
        table.append([row[column] for column in header])
    return header, table + oracle.table_text(results, header)[1:]


def settle(folder, period, of="企业"):
    facts = oracle.Facts(folder, oracle.parser().parse_args([str(folder), period]))
    return oracle.settle(facts, period, of)


def make_files():
    """File name → text."""
    files = {name: csv_text(*content) for name, content in make_facts(Generator(SEED)).items()}
    with tempfile.TemporaryDirectory() as folder:
        write_files(files, folder)
        write_files({"历史.每半年.csv": csv_text(*past_rows([])), "历史.全体.每半年.csv": csv_text(*past_whole_rows([]))}, folder)
        files["历史.每半年.csv"] = csv_text(*past_rows(settle(folder, "2024H1")))
        files["历史.全体.每半年.csv"] = csv_text(*past_whole_rows(settle(folder, "2024H1", "全体")))
    return files


def write_files(files, folder):
    Path(folder).mkdir(exist_ok=True)
    for name, text in files.items():
        (Path(folder) / name).write_bytes(text.encode("utf-8"))


def check_planted(folder):
    """Every fact that 说明.md names; the summary."""
    first = {row["编号"]: row for row in settle(folder, "2024H1")}
    second = {row["编号"]: row for row in settle(folder, "2024H2")}
    whole = settle(folder, "2024H1", "全体")[0]
    estates = oracle.rows(Path(folder) / "小区.csv")

    assert len(estates) == 27 and sum(1 for row in estates if row["性质"] == "安置房小区") == 15
    assert whole["收单件数"] == RECEIVED and whole["去重件数"] == RECEIVED - REPEATED == sum(n for n, _ in H1.values())
    assert whole["街道按时办结率"] == whole["街道回访率"] == 100 and whole["街道满意率"] == 95
    assert whole["满意率同比变化"].value == Fraction("2.78") and whole["满意率同比增幅"].value == Fraction("3.01")
    assert whole["省级示范数"] == 1 and whole["市级示范数"] == 3 and whole["党组织全覆盖"]

    def has(table, firm, event, name, until=None, since=None):
        row = table[firm]
        shown = (row["榜情"], row["名单"], oracle.cell(row["到期日"]), oracle.cell(row["入榜日期"]))
        assert shown == (event, name, until or "", since or ""), (firm, shown)

    has(first, "qz-02", "新入红榜", "红榜", "2025-06-30", "2024-07-01")
    has(first, "qz-03", "续留黑榜", "黑榜", "2024-12-31", "2024-01-01")
    has(first, "qz-14", "新入黑榜", "黑榜", "2025-06-30", "2024-07-01")
    has(first, "qz-20", "不评", "暂不评")
    has(first, "qz-21", "不评", "暂不评")
    has(first, "qz-06", "续留红榜", "红榜", "2024-12-31", "2023-07-01")  # one estate did not disclose
    assert second["qz-05"]["得分"] == 90 and second["qz-05"]["名单"] == "红榜"
    assert second["qz-04"]["得分"] == Fraction("89.91"), second["qz-04"]["得分"]
    has(second, "qz-04", "续留红榜", "红榜", first["qz-04"]["到期日"].isoformat(), "2024-01-01")
    assert second["qz-03"]["得分"] == 80
    has(second, "qz-03", "未上榜", "未入榜")
    assert second["qz-07"]["得分"] == 60 and second["qz-07"]["榜情"] == "未上榜", second["qz-07"]
    assert second["qz-08"]["得分"] == Fraction("58.33") and second["qz-08"]["榜情"] == "新入黑榜", second["qz-08"]
    has(second, "qz-13", "新入黑榜", "黑榜", "2025-12-31", "2025-01-01")
    has(second, "qz-14", "续留黑榜", "黑榜", "2025-06-30", "2024-07-01")
    assert second["qz-12"]["得分"] >= 80 and second["qz-12"]["公示率"] == 0, second["qz-12"]
    assert second["qz-10"]["工单件数"] == 0 and second["qz-10"]["满意率"] == 100
    events = {row["榜情"] for row in list(first.values()) + list(second.values())}
    assert events == {"新入红榜", "续留红榜", "未上榜", "续留黑榜", "新入黑榜", "不评"}, events
    reds = [firm for firm, row in first.items() if row["名单"] == "红榜"]
    return "2024H1: %d tickets, %d count; red %s" % (whole["收单件数"], whole["去重件数"], " ".join(reds))


def main():
    if sys.argv[1:] not in ([], ["--check"]):
        sys.exit("usage: make_lists.py [--check]")
    files = make_files()
    with tempfile.TemporaryDirectory() as folder:
        write_files(files, folder)
        summary = check_planted(folder)
    if sys.argv[1:] == ["--check"]:
        different = [name for name, text in files.items()
                     if not (FOLDER / name).is_file() or (FOLDER / name).read_bytes() != text.encode("utf-8")]
        if different:
            sys.exit("differ from what this script makes: " + " ".join(different))
    else:
        write_files(files, FOLDER)
    print(summary)


if __name__ == "__main__":
    if not __debug__:
        sys.exit("make_lists.py checks with assert: run it without -O")
    main()
