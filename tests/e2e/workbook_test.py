#!/usr/bin/env python3
"""Workbooks: results written as .xlsx hold what the CSV files hold, cell by cell, the same bytes each time.

HENG names the command (default: build/bin/heng).
"""

import csv
import io
import json
import sys
import tempfile
import unittest
import zipfile
from decimal import Decimal
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import sheets  # noqa: E402
from service import ROOT, Service, attempts, run_heng  # noqa: E402

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SAMPLES = (("shiliuzhuang", "2024Q3", []), ("xiangmihu", "2024Q1", []), ("guancheng", "2024", []), ("tianqiao", "2024Q3", ["--policy", "services"]))
POLICY = """政策 demo.amounts "金额"
  版本 "1"
  施行 2024-01-01 起   自定 "样例"

对象 项目 {
  名称 : 文本
}
填报 每季 {
  金额 : 元, -9999999999999999 至 9999999999999999, 2 位小数
  说法 : 文本
}
公式 应付 每季 = 金额   自定
公式 备注 每季 = 说法   自定
结果 每季 应付, 备注
"""
# What a spreadsheet keeps is a number, what it would round is text; what looks like a formula is text.
ROWS = (("=1+1", "8.30", 8.3, "=SUM(A1:A9)"), ("@a", "0.10", 0.1, "+1"), ("-b", "-0.07", -0.07, "-2"), ("_x0041_", "9999999999999.99", 9999999999999.99, "_x005F_"),
        ("e", "1234567890123456.78", "1234567890123456.78", "<b>&amp;</b>"), ("f", "12345678901234.50", "12345678901234.50", "甲\U0001F3E0"))


class Workbooks(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def settle(self, *arguments, status=0):
        done = run_heng("settle", *arguments)
        self.assertEqual(done.returncode, status, done.stderr[-2000:])
        return done.stderr

    def same(self, cell, text, where):
        if isinstance(cell, float):
            self.assertEqual(Decimal(f"{cell:.15g}"), Decimal(text), where)
        else:
            self.assertEqual(cell or "", text, where)

    def test_each_sheet_is_a_csv_file(self):
        for district, period, more in SAMPLES:
            with self.subTest(district=district):
                out = self.folder / district
                out.mkdir()
                self.settle("--config", str(ROOT / "policies/heng.yaml"), "--district", district, "--period", period, "--quiet", *more,
                            "-o", str(out / "out.csv"), "-o", str(out / "out.xlsx"))
                book = sheets.read(out / "out.xlsx")
                files = {path.name[3:-4]: path for path in out.glob("*.csv")}
                self.assertEqual(set(book), {"公示"} | {"结果" + part for part in files})
                numbers = 0
                for part, path in files.items():
                    wanted = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
                    found = book["结果" + part]
                    self.assertEqual(len(found), len(wanted))
                    for r, (cells, texts) in enumerate(zip(found, wanted)):
                        for i, text in enumerate(texts):
                            cell = cells[i] if i < len(cells) else None
                            self.same(cell, text, (part, r, i))
                            numbers += isinstance(cell, float)
                self.assertGreater(numbers, 20)

    def test_the_board_is_the_first_sheet(self):
        self.settle("--config", str(ROOT / "policies/heng.yaml"), "--district", "shiliuzhuang", "--period", "2024Q3", "--quiet", "-o", str(self.folder / "x.xlsx"))
        book = sheets.read(self.folder / "x.xlsx")
        self.assertEqual(next(iter(book)), "公示")
        board = book["公示"]
        self.assertIn("四色挂牌", board[0][0])
        self.assertEqual(len([row for row in board if row and str(row[0]).startswith("slz-")]), 23)
        self.assertEqual([row[5] for row in board[2:5]], [1.0, 2.0, 3.0])
        self.assertIn("季度奖励合计：250000.00 元", [row[0] for row in board if row])

    def write(self):
        (self.folder / "demo.heng").write_text(POLICY, encoding="utf-8")
        data = self.folder / "data"
        data.mkdir(exist_ok=True)
        for name, header, lines in (("项目.csv", "编号,名称", [f"{id_},x" for id_, *_ in ROWS]),
                                    ("每季.csv", "编号,期间,金额,说法", [f"{id_},2024Q1,{text},{note}" for id_, text, _, note in ROWS])):
            (data / name).write_text(header + "\n" + "\n".join(lines) + "\n", encoding="utf-8")
        return str(self.folder / "demo.heng"), "--period", "2024Q1", "--data", str(data), "--quiet"

    def test_what_is_a_number_and_what_is_text(self):
        self.settle(*self.write(), "-o", str(self.folder / "a.xlsx"))
        found = sheets.read(self.folder / "a.xlsx")["结果"]
        self.assertEqual(found[0], ["编号", "期间", "应付", "备注"])
        # `_x` is written so that it is not read as an escape.
        escaped = lambda text: text.replace("_x", "_x005F_x")
        self.assertEqual(found[1:], [[escaped(id_), "2024Q1", number, escaped(note)] for id_, _, number, note in ROWS])

    def test_the_same_bytes(self):
        arguments = self.write()
        for name in ("a.xlsx", "b.xlsx"):
            self.settle(*arguments, "-o", str(self.folder / name))
        self.assertEqual((self.folder / "a.xlsx").read_bytes(), (self.folder / "b.xlsx").read_bytes())
        # Nothing in it is of the clock.
        with zipfile.ZipFile(self.folder / "a.xlsx") as book:
            self.assertIn("2024-03-31T00:00:00Z", book.read("docProps/core.xml").decode())
            self.assertEqual({entry.date_time for entry in book.infolist()}, {(1980, 1, 1, 0, 0, 0)})

    def test_what_a_sheet_cannot_hold_is_said(self):
        arguments = self.write()
        path = self.folder / "data/每季.csv"
        path.write_text(path.read_text(encoding="utf-8").replace(",+1\n", "," + "x" * 32768 + "\n"), encoding="utf-8")
        said = self.settle(*arguments, "-o", str(self.folder / "a.xlsx"), status=1)
        self.assertIn("a sheet cannot hold these results", said)
        self.assertFalse((self.folder / "a.xlsx").exists())

    def test_over_http(self):
        service = Service(extra="store: sqlite:heng.db\n", start=False)
        (service.folder / "demo.heng").write_text(POLICY, encoding="utf-8")
        (service.folder / "districts/demo.yaml").write_text("name: 示例\npolicy: ../demo.heng\n", encoding="utf-8")
        service.start()
        self.addCleanup(lambda: self.assertEqual(service.stop(), 0, service.said))
        self.settle(*self.write(), "-o", str(self.folder / "a.xlsx"))
        files = {path.name: path.read_text(encoding="utf-8") for path in (self.folder / "data").iterdir()}
        _, headers, _ = service.ask("POST", "/v1/districts/demo/settlements", json.dumps({"period": "2024Q1", "files": files}).encode(), {"Content-Type": "application/json"})
        for _ in attempts():
            status, got, body = service.ask("GET", headers["Location"], headers={"Accept": WORKBOOK})
            if status == 200:
                break
        self.assertEqual((got["Content-Type"], body), (WORKBOOK, (self.folder / "a.xlsx").read_bytes()))
        self.assertRegex(got["Content-Disposition"], r'^attachment; filename="[0-9A-Z]{26}\.xlsx"$')
        answer = json.loads(service.ask("GET", headers["Location"])[2])
        self.assertIn("结果.xlsx", [one["name"] for one in answer["files"]])


if __name__ == "__main__":
    unittest.main(verbosity=1)
