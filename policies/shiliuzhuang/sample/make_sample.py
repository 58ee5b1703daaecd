#!/usr/bin/env python3
"""Makes the constructed sample data of 石榴庄街道, next to this file.

    python3 policies/shiliuzhuang/sample/make_sample.py            write the four CSV files
    python3 policies/shiliuzhuang/sample/make_sample.py --check    compare only

Nothing in it is real.  PROJECTS and Q3 below say what is planted; check_planted()
settles what was made with tests/oracle/shiliuzhuang.py and fails, before
anything is written, if one planted fact no longer holds.  说明.md describes the same for readers.
Standard library only; Python 3.9 or later; the same bytes on every machine.
"""

import csv
import io
import sys
import tempfile
from collections import Counter
from fractions import Fraction
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(HERE.parents[2] / "tests" / "oracle"))
import shiliuzhuang as oracle  # noqa: E402

SEED = 20240701
RED = 5
QUARTER = "2024Q3"
MONTHS = ["2024-%02d" % month for month in range(1, 10)]
Q3_MONTHS = MONTHS[6:]
# Meetings are held on working days, make-up days included.
MEETINGS = dict(zip(MONTHS, [22, 18, 21, 22, 21, 19, 23, 22, 21]))

# Headline figures of the source for January to August; 740余次 is taken as 745.
COMPLAINTS_JAN_AUG = 1576
TALKS_JAN_AUG = 745

COMMUNITIES = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰"
KINDS = ["高档小区", "老旧小区", "房改房", "保障房", "回迁房"]
ROLES = ["业委会代表", "物管会代表", "居民代表", "物业公司代表", "律师", "街道领导", "科室负责人", "社区书记"]
COUNTS = ["诉求件数", "响应件数", "解决件数", "满意件数"]
MARKS = ["业主评价", "环境建设", "创城", "创卫", "安全生产", "规范化建设"]
DUTIES = ["到社区报到", "与书记沟通", "入户走访", "调度会召开", "调度会参加", "重大安全事故"]
MONTHLY_FACTS = COUNTS + MARKS + DUTIES

# 编号 → community, kind, households, usual score.
PROJECTS = {
    "slz-01": ("甲", "高档小区", 1460, 90),
    "slz-02": ("甲", "老旧小区", 1120, 84),
    "slz-03": ("乙", "回迁房", 1985, 96),
    "slz-04": ("丙", "保障房", 1630, 84),
    "slz-05": ("丙", "房改房", 320, 92),
    "slz-06": ("丁", "老旧小区", 980, 90),
    "slz-07": ("戊", "高档小区", 2110, 90),
    "slz-08": ("戊", "老旧小区", 1340, 80),
    "slz-09": ("己", "老旧小区", 870, 80),
    "slz-10": ("己", "回迁房", 2240, 75),
    "slz-11": ("庚", "老旧小区", 1510, 61),
    "slz-12": ("辛", "房改房", 760, 60),
    "slz-13": ("辛", "高档小区", 1290, 93),
    "slz-14": ("壬", "老旧小区", 1050, 84),
    "slz-15": ("壬", "保障房", 1880, 82),
    "slz-16": ("癸", "回迁房", 2670, 45),
    "slz-17": ("子", "房改房", 690, 84),
    "slz-18": ("丑", "保障房", 1420, 93),
    "slz-19": ("丑", "房改房", 540, 72),
    "slz-20": ("寅", "保障房", 2050, 66),
    "slz-21": ("卯", "老旧小区", 1730, 52),
    "slz-22": ("卯", "回迁房", 1560, 69),
    "slz-23": ("辰", "高档小区", 1180, 95),
}

# The exact scores, before rounding, of July, August and September.
# Other projects stay near their usual score.
Q3 = {
    "slz-01": ("91.20", "89.35", "89.45"),
    "slz-02": ("85.02", "83.995", "84.09"),
    "slz-04": ("83.65", "84.125", "85.32"),
    "slz-06": ("90.0955", "89.90", "89.985"),
    "slz-07": ("90.425", "89.76", "89.78"),
    "slz-08": ("81.125", "79.40", "79.47"),
    "slz-09": ("78.64", "80.555", "80.77"),
    "slz-11": ("63.21", "62.345", "54.44"),
    "slz-12": ("58.90", "60.33", "60.74"),
    "slz-14": ("84.50", "84.27", "84.35"),
}

# Facts that stand as they are written here, whatever the generator would choose.
FIXED = {
    ("slz-05", "2024-07"): dict(诉求件数=0, 响应件数=0, 解决件数=0, 满意件数=0),
    ("slz-10", "2024-09"): dict(入户走访=99),
    ("slz-11", "2024-09"): dict(到社区报到=0, 与书记沟通=3, 入户走访=86, 调度会参加=18),
    ("slz-13", "2024-08"): dict(重大安全事故=1),
    ("slz-16", "2024-08"): dict(诉求件数=7, 响应件数=5, 解决件数=2, 满意件数=2),
    ("slz-17", "2024-08"): dict(调度会参加=21),
    ("slz-18", "2024-05"): dict(重大安全事故=1),
    ("slz-19", "2024-09"): dict(与书记沟通=3),
    ("slz-20", "2024-09"): dict(到社区报到=0),
    ("slz-21", "2024-09"): dict(与书记沟通=2, 入户走访=88),
    ("slz-22", "2024-09"): dict(调度会参加=20),
}
JUDGE_COUNT = {("slz-10", "2024-08"): 3, ("slz-17", "2024-08"): 2}
DISCRETION = {"slz-15": (0, "下季度已列入专项检查,不重复安排(构造示例)")}

# With so many complaints, or so many judges, a score is a multiple of 0.0005.
FINITE_COMPLAINTS = [3, 4, 5, 6, 8, 10, 12, 15, 16, 20]
FINITE_JUDGES = [6, 7]


class Generator:
    """A 64-bit linear congruential generator (Knuth's MMIX); Python's own may change."""

    def __init__(self, seed):
        self.state = seed

    def between(self, low, high):
        """A whole number, both ends included."""
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return low + (self.state >> 33) % (high - low + 1)

    def chance(self, one_in):
        return self.between(1, one_in) == 1

    def pick(self, items):
        return items[self.between(0, len(items) - 1)]

    def sample(self, items, count):
        """`count` of the items, in their own order."""
        left = list(items)
        while len(left) > count:
            left.pop(self.between(0, len(left) - 1))
        return left


def clamp(x, low, high):
    return max(low, min(high, x))


def usual_complaints(households):
    return max(2, households // 165)


def complaint_totals(generator):
    """(project, month) → 诉求件数, adding up for January to August."""
    totals = {}
    for project, (_, _, households, _) in PROJECTS.items():
        usual = usual_complaints(households)
        for month in MONTHS:
            total = max(1, usual + generator.between(-usual // 2, usual // 2))
            if project in Q3 and month in Q3_MONTHS:
                total = min(FINITE_COMPLAINTS, key=lambda n: abs(n - total))
            totals[project, month] = FIXED.get((project, month), {}).get("诉求件数", total)

    first_half = [key for key in totals if key[1] <= "2024-06"]
    missing = COMPLAINTS_JAN_AUG - sum(n for (_, month), n in totals.items() if month <= "2024-08")
    while missing != 0:
        key = generator.pick(first_half)
        step = 1 if missing > 0 else -1
        if totals[key] + step >= 1:
            totals[key] += step
            missing -= step
    return totals


def talk_totals(generator):
    """(project, month) → 与书记沟通: four, and a few times five."""
    totals = {(project, month): 4 for project in PROJECTS for month in MONTHS}
    until_august = [key for key in totals if key[1] <= "2024-08"]
    for key in generator.sample(until_august, TALKS_JAN_AUG - 4 * len(until_august)):
        totals[key] = 5
    return totals


def handled(generator, total, percent, most):
    """About `percent` of `total`, at most `most`."""
    return clamp((total * (percent + generator.between(-8, 8)) + 50) // 100, 0, most)


def make_month(generator, project, month, complaints, talks):
    """The month's facts and its judges, as (role, score)."""
    usual = PROJECTS[project][3]
    planned = project in Q3 and month in Q3_MONTHS
    responded = handled(generator, complaints, usual + 12, complaints)

    facts = {
        "诉求件数": complaints,
        "响应件数": responded,
        "解决件数": handled(generator, complaints, usual + 3, responded),
        "满意件数": handled(generator, complaints, usual + 2, responded),
        "到社区报到": 1,
        "与书记沟通": talks,
        "入户走访": 100 + generator.between(0, 60),
        "调度会召开": MEETINGS[month],
        "调度会参加": MEETINGS[month] - (1 if month <= "2024-06" and generator.chance(8) else 0),
        "重大安全事故": 0,
    }
    for name in MARKS:
        facts[name] = Fraction(clamp(usual * 100 + generator.between(-480, 400), 0, 9950), 100)
    facts.update(FIXED.get((project, month), {}))

    count = JUDGE_COUNT.get((project, month))
    if count is None:
        count = generator.pick(FINITE_JUDGES) if planned else generator.between(5, 8)
    judges = [(role, Fraction(clamp(usual * 10 + generator.between(-60, 60), 0, 1000), 10))
              for role in generator.sample(ROLES, count)]

    if planned:
        target = Fraction(Q3[project][Q3_MONTHS.index(month)])
        move_score_to(target, facts, [score for _, score in judges])
    return facts, judges


def move_score_to(target, facts, judges):
    """Shifts the marks until the month's score, before rounding, is exactly the target."""
    def missing():
        return target - oracle.exact_monthly_score(facts, judges)

    for _ in range(30):
        shift = Fraction(int(missing() / Fraction(60, 100) * 100), 100)
        for name in MARKS:
            facts[name] = clamp(facts[name] + shift, Fraction(0), Fraction(99))
    facts["创城"] += missing() / Fraction(5, 100)
    assert missing() == 0
    assert 0 <= facts["创城"] <= 100 and (facts["创城"] * 100).denominator == 1, facts["创城"]


def decimal(x, places):
    scaled = Fraction(x) * 10**places
    assert scaled.denominator == 1, x
    digits = "%0*d" % (places + 1, int(scaled))
    return digits[:-places] + "." + digits[-places:]


def csv_text(header, rows):
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue()


def chinese_number(n):
    """1 to 99."""
    digits = " 一二三四五六七八九"
    tens, ones = divmod(n, 10)
    return ((digits[tens] if tens > 1 else "") + "十" if tens else "") + digits[ones].strip()


def make_files():
    """File name → text."""
    generator = Generator(SEED)
    complaints = complaint_totals(generator)
    talks = talk_totals(generator)

    roster = [[project, "样例%s号院" % chinese_number(number), "示例社区" + community, kind, households]
              for number, (project, (community, kind, households, _)) in enumerate(PROJECTS.items(), 1)]
    monthly, judged = [], []
    for month in MONTHS:
        for project in PROJECTS:
            facts, judges = make_month(generator, project, month,
                                       complaints[project, month], talks[project, month])
            monthly.append([project, month] + [decimal(facts[name], 2) if name in MARKS else facts[name]
                                               for name in MONTHLY_FACTS])
            judged += [[project, month, role, decimal(score, 1)] for role, score in judges]
    quarterly = [[project, QUARTER] + list(DISCRETION.get(project, ("", ""))) for project in PROJECTS]

    return {
        "项目.csv": csv_text(["编号", "名称", "社区", "类别", "户数"], roster),
        "每月.csv": csv_text(["编号", "期间"] + MONTHLY_FACTS, monthly),
        "评委打分.csv": csv_text(["编号", "期间", "身份", "得分"], judged),
        "每季.csv": csv_text(["编号", "期间", "裁量频次", "裁量理由"], quarterly),
    }


def write_files(files, folder):
    for name, text in files.items():
        (Path(folder) / name).write_bytes(text.encode("utf-8"))


def is_finite_decimal(x):
    denominator = Fraction(x).denominator
    for prime in (2, 5):
        while denominator % prime == 0:
            denominator //= prime
    return denominator == 1


def is_half_way(x):
    """Whether x lies exactly between two multiples of 0.01."""
    return (x * 200).denominator == 1 and (x * 200) % 2 == 1


def check_facts(facts, judge_rows):
    """What the policy demands of every row: ranges, places, checks."""
    assert len(facts.roster) == 23
    assert len({project["社区"] for project in facts.roster}) == 15
    kinds = Counter(project["类别"] for project in facts.roster)
    assert sorted(kinds) == sorted(KINDS) and min(kinds.values()) >= 3, kinds
    assert len({project["名称"] for project in facts.roster}) == 23
    assert set(facts.monthly) == {(project, month) for project in PROJECTS for month in MONTHS}

    highest = dict.fromkeys(COUNTS, 100000)
    highest.update(dict.fromkeys(MARKS, 100))
    highest.update(到社区报到=31, 与书记沟通=1000, 入户走访=20000, 调度会召开=31, 调度会参加=31, 重大安全事故=100)
    for key, month in facts.monthly.items():
        assert list(month) == MONTHLY_FACTS
        for name, value in month.items():
            assert 0 <= value <= highest[name], (key, name)
            assert (value * (100 if name in MARKS else 1)).denominator == 1, (key, name)
        assert all(month[name] <= month["诉求件数"] for name in COUNTS), key
        assert month["调度会参加"] <= month["调度会召开"], key
        assert 18 <= month["调度会召开"] <= 23, key

    seats = [(row["编号"], row["期间"], row["身份"]) for row in judge_rows]
    assert len(set(seats)) == len(seats)
    assert {role for _, _, role in seats} == set(ROLES)
    for key, scores in facts.judges.items():
        assert key in facts.monthly
        assert all(0 <= score <= 100 and (score * 10).denominator == 1 for score in scores), key
        assert len(scores) == JUDGE_COUNT.get(key, clamp(len(scores), 5, 8)), key


def check_headlines(facts):
    """January to August agree with the figures of the source."""
    until_august = [month for (_, period), month in facts.monthly.items() if period <= "2024-08"]
    assert len(until_august) == 184
    assert sum(month["诉求件数"] for month in until_august) == 1576
    assert all(month["到社区报到"] == 1 for month in until_august)
    assert sum(month["到社区报到"] for month in until_august) == 184
    assert all(month["与书记沟通"] >= 4 for month in until_august)
    assert 741 <= sum(month["与书记沟通"] for month in until_august) <= 749


def check_planted(facts):
    """Every fact that 说明.md names."""
    results = {row["编号"]: row for row in oracle.settle(facts, QUARTER, RED)}
    kind = {project["编号"]: project["类别"] for project in facts.roster}
    exact = {(project, month): oracle.exact_monthly_score(*facts.month(project, month))
             for project in PROJECTS for month in Q3_MONTHS}
    rounded = oracle.monthly_scores(facts, QUARTER)

    def score(project):
        return results[project]["季度成绩"]

    def quarter_sum(project):
        return sum(rounded[project, month] for month in Q3_MONTHS)

    # All four plates.
    plates = Counter(row["挂牌"] for row in results.values())
    assert plates == {"绿牌": 6, "蓝牌": 7, "黄牌": 6, "红牌": 4}, plates
    assert sum(row["季度奖励"] for row in results.values()) == 250000

    # On each line, and a cent under it; the mean itself is that number.
    for project, value, colour in [
            ("slz-01", "90.00", "绿牌"), ("slz-07", "89.99", "蓝牌"),
            ("slz-08", "80.00", "蓝牌"), ("slz-09", "79.99", "黄牌"),
            ("slz-11", "60.00", "黄牌"), ("slz-12", "59.99", "红牌")]:
        assert score(project) == quarter_sum(project) / 3 == Fraction(value), project
        assert results[project]["挂牌"] == colour, project

    # Monthly scores half-way between two cents.
    half_way = {key for key, value in exact.items() if is_half_way(value)}
    assert half_way >= {("slz-02", "2024-08"), ("slz-04", "2024-08"), ("slz-06", "2024-09"), ("slz-07", "2024-07"),
                        ("slz-08", "2024-07"), ("slz-09", "2024-08"), ("slz-11", "2024-08")}, half_way
    # This one decides a plate: a cent less, in one month, and the quarter is 89.99.
    assert exact["slz-06", "2024-09"] == Fraction("89.985")
    assert rounded["slz-06", "2024-09"] == Fraction("89.99")
    assert score("slz-06") == 90 and results["slz-06"]["挂牌"] == "绿牌"
    assert oracle.round_half_away((quarter_sum("slz-06") - Fraction("0.01")) / 3) == Fraction("89.99")
    # So does rounding each month before the mean.
    assert oracle.round_half_away(sum(exact["slz-06", month] for month in Q3_MONTHS) / 3) == Fraction("89.99")

    # The mean of three numbers of two places is never half-way, but often without end.
    assert not any(is_half_way(quarter_sum(project) / 3) for project in PROJECTS)
    assert sum(not is_finite_decimal(quarter_sum(project) / 3) for project in PROJECTS) >= 3
    assert not any(is_finite_decimal(quarter_sum(project) / 3) for project in ["slz-04", "slz-06", "slz-14"])

    # Ties: slz-02 and slz-14 in their group, with slz-04 overall; equal only once rounded.
    tied = ["slz-02", "slz-04", "slz-14"]
    assert {score(project) for project in tied} == {Fraction("84.37")}
    assert len({quarter_sum(project) for project in tied}) == 3
    assert kind["slz-02"] == kind["slz-14"] != kind["slz-04"]
    assert results["slz-02"]["组内名次"] == results["slz-14"]["组内名次"] == 2
    assert results["slz-08"]["组内名次"] == 4 and kind["slz-08"] == kind["slz-02"]
    assert {results[project]["总名次"] for project in tied} == {10}
    assert not any(row["总名次"] in (11, 12) for row in results.values())
    # slz-01 and slz-06, of different groups.
    assert score("slz-01") == score("slz-06") and kind["slz-01"] != kind["slz-06"]
    assert results["slz-01"]["总名次"] == results["slz-06"]["总名次"] == 6
    assert not any(row["总名次"] == 7 for row in results.values())

    # A veto, and an incident outside the quarter that is none.
    assert score("slz-13") == Fraction("95.28") and results["slz-13"]["挂牌"] == "红牌"
    assert results["slz-13"]["下季检查频次"] == RED and results["slz-13"]["季度奖励"] == 0
    assert facts.monthly["slz-18", "2024-05"]["重大安全事故"] == 1 and results["slz-18"]["挂牌"] == "绿牌"
    assert [key for key, month in facts.monthly.items() if month["重大安全事故"] > 0] == [
        ("slz-18", "2024-05"), ("slz-13", "2024-08")]

    # A month without complaints.
    assert [key for key, month in facts.monthly.items() if month["诉求件数"] == 0] == [("slz-05", "2024-07")]
    assert all(facts.monthly["slz-05", "2024-07"][name] == 0 for name in COUNTS)
    assert oracle.complaint_handling(facts.monthly["slz-05", "2024-07"]) == 100

    # Two judges: the line does not apply; three: the middle one counts.
    assert len(facts.judges["slz-17", "2024-08"]) == 2
    assert "评委评价" not in oracle.criterion_scores(*facts.month("slz-17", "2024-08"))
    three = facts.judges["slz-10", "2024-08"]
    assert len(three) == 3
    assert oracle.criterion_scores(*facts.month("slz-10", "2024-08"))["评委评价"] == sorted(three)[1]

    # Rates without end.
    month = facts.monthly["slz-16", "2024-08"]
    assert oracle.rate(month["解决件数"], month["诉求件数"]) == Fraction(2, 7)
    assert oracle.rate(month["响应件数"], month["诉求件数"]) == Fraction(5, 7)
    endless = [key for key in exact if facts.monthly[key]["诉求件数"] != 0 and not all(
        is_finite_decimal(facts.monthly[key][name] / facts.monthly[key]["诉求件数"]) for name in COUNTS)]
    assert len(endless) >= 10, endless

    # Missed duties: one in August, where a deduction meets a line that does not apply, the others in September.
    deducted = {key: oracle.deductions(facts.monthly[key]) for key in exact}
    assert {key: points for key, points in deducted.items() if points} == {
        ("slz-17", "2024-08"): 1, ("slz-10", "2024-09"): 2, ("slz-11", "2024-09"): 5, ("slz-19", "2024-09"): 2,
        ("slz-20", "2024-09"): 2, ("slz-21", "2024-09"): 4, ("slz-22", "2024-09"): 1}
    september = {key: facts.monthly[key, "2024-09"] for key in PROJECTS}
    assert [key for key, month in september.items() if month["到社区报到"] == 0] == ["slz-11", "slz-20"]
    assert [key for key, month in september.items() if month["与书记沟通"] < 4] == ["slz-11", "slz-19", "slz-21"]
    assert [key for key, month in september.items() if month["入户走访"] < 100] == ["slz-10", "slz-11", "slz-21"]
    assert [key for key, month in september.items() if month["调度会参加"] < month["调度会召开"]] == ["slz-11", "slz-22"]
    # slz-11 missed all four, seven points: without the cap it would lose its plate.
    uncapped = oracle.round_half_away((quarter_sum("slz-11") - 2) / 3)
    assert uncapped == Fraction("59.33") and oracle.plate(uncapped, 0) == "红牌" != results["slz-11"]["挂牌"]

    # Discretion: 0 is a number, not an absence.
    assert results["slz-15"]["挂牌"] == "蓝牌" and results["slz-15"]["下季检查频次"] == 0
    assert [key for key, row in facts.quarterly.items() if row["裁量频次"] != ""] == [("slz-15", QUARTER)]
    assert all((row["裁量频次"] == "") == (row["裁量理由"] == "") for row in facts.quarterly.values())
    return results


def main():
    if sys.argv[1:] not in ([], ["--check"]):
        sys.exit("usage: make_sample.py [--check]")
    files = make_files()
    with tempfile.TemporaryDirectory() as folder:
        write_files(files, folder)
        facts = oracle.Facts(folder)
        judge_rows = oracle.rows(Path(folder) / "评委打分.csv")
    check_facts(facts, judge_rows)
    check_headlines(facts)
    results = check_planted(facts)

    if sys.argv[1:] == ["--check"]:
        different = [name for name, text in files.items()
                     if not (HERE / name).is_file() or (HERE / name).read_bytes() != text.encode("utf-8")]
        if different:
            sys.exit("differ from what this script makes: " + " ".join(different))
    else:
        write_files(files, HERE)

    plates = Counter(row["挂牌"] for row in results.values())
    award = sum(row["季度奖励"] for row in results.values())
    print("%s: %d projects, %d months, %d judge rows; %s; award %s" % (
        QUARTER, len(facts.roster), len(facts.monthly), len(judge_rows),
        " ".join("%s %d" % (colour, plates[colour]) for colour in oracle.AWARD), oracle.two_places(award)))


if __name__ == "__main__":
    if not __debug__:
        sys.exit("make_sample.py checks with assert: run it without -O")
    main()
