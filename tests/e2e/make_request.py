#!/usr/bin/env python3
"""Makes the JSON request of an evaluation (contract.md) from a district's folder of CSV files.

    make_request.py FOLDER PERIOD [--subject ID]... [--no-roster] [--explain] [--ndjson]

Without --subject all projects are in the request and the roster is said to be complete. Used by the end-to-end tests of the
command and of the service; it knows the layout of the files and nothing of the policy. Numbers stay the texts that they are.
"""

import argparse
import csv
import json
import sys
from pathlib import Path

PERIODIC = {"每月", "每季", "每半年", "每年"}


def months_of(period):
    """`2024Q3` → its months; a month → itself."""
    if "Q" in period:
        year, quarter = period.split("Q")
        return [f"{year}-{month:02d}" for month in range(int(quarter) * 3 - 2, int(quarter) * 3 + 1)]
    return [period]


def rows_of(path):
    with open(path, encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)


def given(row, *left_out):
    return {name: text for name, text in row.items() if name not in left_out and text != ""}


def make_subjects(folder, period):
    """The subjects in the order of the roster, each as the request has it."""
    folder = Path(folder)
    periods = {period, *months_of(period)}
    subjects = {}
    for row in rows_of(folder / "项目.csv"):
        subjects[row["编号"]] = {"id": row["编号"], "attributes": given(row, "编号"), "inputs": {}, "records": {}}
    for path in sorted(folder.glob("*.csv")):
        name = path.stem
        if name == "项目" or name.startswith("历史."):
            continue
        if name not in PERIODIC:
            for subject in subjects.values():
                subject["records"][name] = []
        for row in rows_of(path):
            if row["期间"] not in periods:
                continue
            subject = subjects[row["编号"]]
            if name in PERIODIC:
                subject["inputs"][row["期间"]] = given(row, "编号", "期间")
            else:
                subject["records"][name].append(given(row, "编号"))
    return list(subjects.values())


def make_request(folder, period, ids=None, roster=True, explain=False):
    subjects = [one for one in make_subjects(folder, period) if not ids or one["id"] in ids]
    request = {"period": period, "subjects": subjects}
    if roster and not ids:
        request["roster"] = "complete"
    if explain:
        request["explain"] = True
    return request


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder")
    parser.add_argument("period")
    parser.add_argument("--subject", action="append")
    parser.add_argument("--no-roster", action="store_true")
    parser.add_argument("--explain", action="store_true")
    parser.add_argument("--ndjson", action="store_true", help="one subject a line, for `heng run`")
    options = parser.parse_args()
    request = make_request(options.folder, options.period, options.subject, not options.no_roster, options.explain)
    if options.ndjson:
        for subject in request["subjects"]:
            print(json.dumps(subject, ensure_ascii=False))
    else:
        json.dump(request, sys.stdout, ensure_ascii=False)
        print()


if __name__ == "__main__":
    main()
