"""What the oracles share: exact numbers from CSV, roundings, printing. Nothing of the engine."""

import calendar
import csv
import datetime
import math
import sys
from fractions import Fraction
from pathlib import Path

CENT = Fraction(1, 100)


def rows(folder, name):
    """The rows of a CSV file of the folder as dictionaries; none if there is no such file."""
    path = Path(folder) / name
    if not path.exists():
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def number(text):
    return Fraction(text)


def percent(text):
    return Fraction(text.rstrip("%")) / 100


def yes(text):
    assert text in ("是", "否"), text
    return text == "是"


def day(text):
    return datetime.date.fromisoformat(text)


def add_months(date, count):
    """Clamped to the end of the month."""
    month = date.year * 12 + date.month - 1 + count
    year, month = divmod(month, 12)
    return datetime.date(year, month + 1, min(date.day, calendar.monthrange(year, month + 1)[1]))


def whole_months(first, last):
    """How many whole months lie between the days."""
    count = (last.year - first.year) * 12 + last.month - first.month
    return count if add_months(first, count) <= last else count - 1


def half_up(value, step=CENT):
    """The multiple of `step` nearest to the value; a half goes away from zero."""
    steps = math.floor(abs(value) / step + Fraction(1, 2))
    return steps * step if value >= 0 else -steps * step


def down(value, step=CENT):
    steps = math.floor(abs(value) / step)
    return steps * step if value >= 0 else -steps * step


def mean(values):
    values = list(values)
    return sum(values, Fraction(0)) / len(values)


def competition_ranks(values, best_first=True):
    """1-2-2-4."""
    return [1 + sum(1 for other in values if (other > value if best_first else other < value)) for value in values]


def share_out(pool, weights, step=CENT):
    """The pool by the weights, each cut to the step; what is left goes to the largest remainders, then to the first."""
    total = sum(weights, Fraction(0))
    exact = [pool * w / total if total else Fraction(0) for w in weights]
    cut = [down(x, step) for x in exact]
    left = int((pool - sum(cut)) / step) if total else 0
    order = sorted(range(len(weights)), key=lambda i: (-(exact[i] - cut[i]), i))
    for i in order[:left]:
        cut[i] += step
    return cut


def fixed(value, places):
    """With so many decimal places. The value must fit them."""
    scaled = value * 10**places
    assert scaled.denominator == 1, value
    digits = str(abs(scaled.numerator)).rjust(places + 1, "0")
    text = digits[: len(digits) - places] + ("." + digits[len(digits) - places :] if places else "")
    return ("-" if value < 0 else "") + text


def fewest(value):
    """With the fewest decimal places."""
    for places in range(13):
        if (value * 10**places).denominator == 1:
            return fixed(value, places)
    raise AssertionError(value)


def yes_no(truth):
    return "是" if truth else "否"


def write(header, table):
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(table)
