#!/usr/bin/env python3
"""Facts in a workbook: settled as those in CSV files are; what would have to be guessed is refused, with its cell.

HENG names the command (default: build/bin/heng).
"""

import csv
import io
import json
import shutil
import sys
import tempfile
import unittest
import warnings
import zipfile
from io import BytesIO
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import sheets  # noqa: E402
from service import ROOT, Service, run_heng  # noqa: E402
from sheets import Raw  # noqa: E402

POLICY = """政策 demo.facts "事实"
  版本 "1"
  施行 2024-01-01 起   自定 "样例"

对象 项目 {
  名称 : 文本
}
填报 每季 {
  得分 : 分, -1000 至 1000, 4 位小数
  比例 : %, 0 至 100, 1 位小数
  达标 : 是否
  备注 : 文本, 可缺
}
公式 分数 每季 = 得分   自定
公式 率 每季 = 比例     自定
公式 好 每季 = 达标     自定
公式 注 每季 = 备注     自定
结果 每季 分数, 率, 好, 注
"""
HEADER = ["编号", "期间", "得分", "比例", "达标", "备注"]
ROSTER = [["编号", "名称"], ["a", "甲"]]


class Facts(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.book = self.folder / "facts.xlsx"
        (self.folder / "demo.heng").write_text(POLICY, encoding="utf-8")

    def settle(self, status=0):
        done = run_heng("settle", str(self.folder / "demo.heng"), "--period", "2024Q1", "--data", str(self.book), "--quiet", "-o", str(self.folder / "out.csv"))
        self.assertEqual(done.returncode, status, done.stderr[-2000:])
        return done.stderr

    def result(self):
        return list(csv.reader(io.StringIO((self.folder / "out.csv").read_text(encoding="utf-8-sig"))))[1:]

    def write(self, *rows, roster=None, more=None, **options):
        sheets.write(self.book, {"项目": roster or ROSTER, "每季": [HEADER, *rows], **(more or {})}, **options)

    def test_a_sample_settles_as_its_csv_files_do(self):
        for district, period, more in (("shiliuzhuang", "2024Q3", []), ("xiangmihu", "2024Q2", []), ("tianqiao", "2024Q3", ["--policy", "services"])):
            with self.subTest(district=district):
                folder = ROOT / "policies" / district / "sample" / (more[-1] if more else "")
                book = sheets.of_folder(folder)
                numbers = sum(isinstance(cell, float) for rows in book.values() for row in rows for cell in row)
                self.assertGreater(numbers, 30)
                sheets.write(self.book, book)
                out = {}
                for name, data in (("csv", folder), ("xlsx", self.book)):
                    (self.folder / name).mkdir(exist_ok=True)
                    done = run_heng("settle", "--config", str(ROOT / "policies/heng.yaml"), "--district", district, *more, "--period", period, "--data",
                                    str(data), "--quiet", "-o", str(self.folder / name / "out.csv"))
                    self.assertEqual(done.returncode, 0, done.stderr[-2000:])
                    out[name] = {path.name: path.read_bytes() for path in (self.folder / name).iterdir()}
                    shutil.rmtree(self.folder / name)
                self.assertEqual(out["xlsx"], out["csv"])

    def test_results_are_read_again_as_the_past(self):
        """What a settlement writes as a workbook, copied into the next one's facts."""
        book = {path.stem: list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig")))) for path in (ROOT / "policies/shiliuzhuang/sample").glob("*.csv")}
        sheets.write(self.book, book)
        arguments = ["settle", "--config", str(ROOT / "policies/heng.yaml"), "--district", "shiliuzhuang", "--period", "2024Q3", "--data", str(self.book), "--quiet"]
        self.assertEqual(run_heng(*arguments, "-o", str(self.folder / "a.xlsx")).returncode, 0)
        written = sheets.read(self.folder / "a.xlsx")
        for sheet, name in (("结果", "历史.每季"), ("结果.每月", "历史.每月")):
            book[name] = [[cell or "" for cell in row] for row in written[sheet]]
        sheets.write(self.book, book)
        done = run_heng(*arguments, "-o", str(self.folder / "b.xlsx"))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual((self.folder / "a.xlsx").read_bytes(), (self.folder / "b.xlsx").read_bytes())

    def test_how_cells_are_read(self):
        for cells, wanted in (
                ([0.1, "90.5", "是"], ["0.1", "90.5", "是", ""]),
                # Written as 8.3000000000000007, -0.28999999999999998, 33.329999999999998.
                ([8.3, 33.3, "否", 4.35], ["8.3", "33.3", "否", "4.35"]),
                ([-0.29, 7.0, Raw('t="b"><v>1</v>')], ["-0.29", "7", "是", ""]),
                ([Raw('><v>1E-3</v>'), Raw('s="2"><v>0.90500000000000003</v>'), Raw('t="b"><v>0</v>'), Raw('t="s"><v>1</v>')], ["0.001", "90.5", "否", "一二"]),
                ([Raw('s="4"><v>999.5</v>'), Raw('s="2"><v>1</v>'), Raw('t="s"><v>0</v>'), "=1+1"], ["999.5", "100", "是", "'=1+1"]),
                ([1.0, 2.0, "是", Raw('t="inlineStr"><is><r><t>_x0041_</t></r><r><t>b</t></r><rPh><t>x</t></rPh></is>')], ["1", "2", "是", "Ab"]),
                ([Raw('s="5"><v>12</v>'), 2.0, "是", Raw('t="str"><v>&lt;甲&gt;</v>')], ["12", "2", "是", "<甲>"])):
            with self.subTest(cells=cells):
                self.write(["a", "2024Q1", *cells], shared="<si><t>是</t></si><si><r><t>一</t></r><rPh><t>yi</t></rPh><r><t>二</t></r></si>")
                self.settle()
                self.assertEqual(self.result(), [["a", "2024Q1", *wanted]])

    def test_a_district_may_keep_its_facts_in_a_workbook(self):
        self.write(["a", "2024Q1", 8.3, 50.0, "是"])
        service = Service(extra="store: sqlite:heng.db\n", start=False)
        self.addCleanup(lambda: self.assertEqual(service.stop(), 0, service.said))
        (service.folder / "demo.heng").write_text(POLICY, encoding="utf-8")
        shutil.copy(self.book, service.folder / "facts.xlsx")
        (service.folder / "districts/demo.yaml").write_text("name: 示例\npolicy: ../demo.heng\ndata: ../facts.xlsx\n", encoding="utf-8")
        service.start()
        path = "/v1/districts/demo/settlements"
        _, headers, _ = service.ask("POST", path, b'{"period": "2024Q1"}', {"Content-Type": "application/json"})
        for _ in range(20000):
            done = json.loads(service.ask("GET", headers["Location"])[2])
            if done["state"] != "queued" and done["state"] != "running":
                break
        self.assertEqual(done["state"], "settled", done)
        self.assertEqual(done["result"]["results"][0]["outputs"]["分数"]["value"], "8.3")
        self.assertCountEqual([one["name"] for one in done["inputs"]], ["facts.xlsx", "项目.csv", "每季.csv"])
        self.write(["a", "2024Q2", Raw("><f>1+1</f><v>2</v>"), 50.0, "是"])
        shutil.copy(self.book, service.folder / "facts.xlsx")
        status, _, answer = service.ask("POST", path, b'{"period": "2024Q2"}', {"Content-Type": "application/json"})
        self.assertEqual((status, json.loads(answer)["errors"][0]["file"]), (422, "每季!C2"))

    def test_what_is_passed_over(self):
        """Empty rows, rows and columns that are hidden, sheets that are empty, hidden sheets that nobody asks for."""
        rows = sheets.sheet_xml([HEADER, [], ["a", "2024Q1", 1.0, 2.0, "是"], ["", "", " "]]).replace('<row r="3">', '<row r="3" hidden="1">')
        sheets.write(self.book, {"项目": ROSTER, "每季": rows, "Sheet3": [], "名单": [["x"], [1.0]]}, hidden=("名单",))
        self.settle()
        self.assertEqual(self.result(), [["a", "2024Q1", "1", "2", "是", ""]])

    def test_what_is_refused(self):
        good = [1.0, 2.0, "是"]
        for cells, said in (
                ([Raw("><f>1+1</f><v>2</v>"), 2.0, "是"], "每季!C2: a formula"),
                ([0.1 + 0.2, 2.0, "是"], "每季!C2: the number kept, 0.30000000000000004, is no decimal"),
                ([Raw('s="1"><v>45474</v>'), 2.0, "是"], "每季!C2: a date of Excel"),
                ([1.0, Raw('s="3"><v>45474</v>'), "是"], "每季!D2: a date of Excel"),
                ([1.0, 2.0, Raw('t="e"><v>#N/A</v>')], "每季!E2: an error, #N/A"),
                ([1.0, 2.0, Raw('t="d"><v>2024-01-01</v>')], "每季!E2: this kind of cell"),
                ([*good, "x", "y"], "每季!G2: this cell is beyond the columns of the header"),
                ([Raw("><v>1e400</v>"), 2.0, "是"], "每季!C2: the number kept, 1e400"),
                ([1.23456, 2.0, "是"], "每季!C2, column 得分: '1.23456' has too many decimal places"),
                (["一", 2.0, "是"], "每季!C2, column 得分: '一' cannot be read as a number"),
                ([1.0, 101.0, "是"], "每季!D2, column 比例: '101' is out of range"),
                ([1.0, 2.0, "对"], "每季!E2, column 达标: "),
                (["", 2.0, "是"], "每季!C2, column 得分: "),
                ([1.0, 2.0], "每季!E2, column 达标: ")):
            with self.subTest(said=said):
                self.write(["a", "2024Q1", *cells])
                self.assertIn(said, self.settle(1))
        self.write(["a", "2024Q1", *good])
        merged = sheets.sheet_xml([HEADER, ["a", "2024Q1", *good]], '<mergeCells><mergeCell ref="A2:A3"/></mergeCells>')
        for book, options, said in (
                ({"每季": merged}, {}, "每季!A2:A3: these cells are merged"),
                ({"每季": [HEADER, ["a", "2024Q1", *good]], "每月": [["编号"]]}, {}, "每月: the policy asks for no such sheet"),
                ({"每季": [HEADER, ["a", "2024Q1", *good]], "每李": [["编号"]]}, {}, "did you mean '每季'"),
                ({"每季": [HEADER, ["a", "2024Q1", *good]]}, {"hidden": ("每季",)}, "每季: the sheet is hidden"),
                ({}, {}, "the sheet '每季' is missing"),
                ({"每季": [HEADER]}, {}, "每季: ")):
            with self.subTest(said=said):
                sheets.write(self.book, {"项目": ROSTER, **book}, **options)
                self.assertIn(said, self.settle(1))

    def test_a_place_is_a_cell(self):
        """In whatever row and column it stands: rows that are not there, cells of several lines, columns after Z."""
        spare = [f"列_{i}" for i in range(22)]
        policy = POLICY.replace("  备注 : 文本, 可缺\n", "  备注 : 文本, 可缺\n" + "".join(f"  {name} : 文本, 可缺\n" for name in spare))
        (self.folder / "demo.heng").write_text(policy, encoding="utf-8")
        good = [1.0, 2.0, "是", "两\n行", *[""] * 22]
        roster = [["编号", "名称"], ["a", "甲"], [], ["b", "乙"]]
        # 编号 in A, 期间 in B, …, the 22 spare ones from G to AB; the header in row 2, a in row 3, b in row 5.
        for a, b, header, said in (
                (["a", "2024Q1", *good], ["b", "2024Q1", *good], {6: "得分 2"}, "每季!G2, column 得分 2: no such column is declared"),
                (["a", "2024Q1", *good], ["b", "2024Q1", *good], {27: "列_20"}, "每季!AB2, column 列_20: '列_20' is column 27 already"),
                (["a", "2024Q1", *good], ["b", "2024Q1", *good], {3: "备注二"}, "每季:2: the column '比例' is missing"),
                (["a", "2024Q1", *good], ["", "2024Q1", *good], {}, "每季!A5, column 编号: there is no id"),
                (["a", "2024Q1", *good], ["c", "2024Q1", *good], {}, "每季!A5, column 编号: 'c' is not in the roster"),
                (["a", "2024Q1", *good], ["b", "2024-01", *good], {}, "每季!B5, column 期间: '2024-01' is not a quarter"),
                (["a", "2024Q1", *good], ["a", "2024Q1", *good], {}, "每季!B5, column 期间: 2024Q1 stands in line 3 already"),
                (["a", "2024Q1", *good], ["b", "2024Q1", "x", *good[1:]], {}, "每季!C5, column 得分: 'x' cannot be read as a number"),
                (["a", "2024Q1", *good], ["b", "2024Q1", *good], {27: "得分", 2: "列_21"}, "每季!AB3, column 得分: ")):
            with self.subTest(said=said):
                columns = [*HEADER, *spare]
                for position, name in header.items():
                    columns[position] = name
                sheets.write(self.book, {"项目": roster, "每季": [[], columns, a, [], b]})
                self.assertIn(said, self.settle(1))

    def test_what_is_no_workbook(self):
        rows = sheets.sheet_xml([HEADER])
        bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
        for parts, said in (
                ({"xl/worksheets/sheet2.xml": bomb + rows}, "a document type is not allowed"),
                ({"xl/worksheets/sheet2.xml": rows[:-20]}, "每季: the sheet is damaged"),
                ({"xl/worksheets/sheet2.xml": rows.replace('r="1"', 'r="0"', 1)}, "the sheet is damaged (rows are out of order)"),
                ({"xl/worksheets/sheet2.xml": rows.replace('r="B1"', 'r="A1"')}, "the sheet is damaged (cells are out of order)"),
                ({"xl/worksheets/sheet2.xml": sheets.sheet_xml([[Raw('t="s"><v>7</v>')]])}, "no such shared string"),
                ({"xl/worksheets/sheet2.xml": "<a>" * 100}, "nested too deeply"),
                ({"xl/workbook.xml": "<workbook"}, "facts.xlsx: no workbook that can be read (xl/workbook.xml"),
                ({"xl/sharedStrings.xml": " " * (257 << 20)}, "facts.xlsx: the workbook is too large when it is unpacked")):
            with self.subTest(said=said):
                self.write(["a", "2024Q1", 1.0, 2.0, "是"], parts=parts)
                self.assertIn(said, self.settle(1))
        # A wide header and many short rows; one long text in many cells.
        wide = sheets.sheet_xml([["x"] * 16000]) .replace("</sheetData>", "".join(f'<row r="{r}"><c><v>1</v></c></row>' for r in range(2, 2000)) + "</sheetData>")
        self.write([], parts={"xl/worksheets/sheet2.xml": wide})
        self.assertIn("每季: the sheet is too large", self.settle(1))
        # Each of these is not, all of them are: 3 × 16,000 × 250 cells.
        rows = "".join(f'<row r="{r}"><c><v>1</v></c></row>' for r in range(2, 251))
        wide = sheets.sheet_xml([["x"] * 16000]).replace("</sheetData>", rows + "</sheetData>")
        self.write([], more={"甲": wide, "乙": wide}, parts={"xl/worksheets/sheet2.xml": wide})
        self.assertIn("乙: the sheet is too large", self.settle(1))
        many = sheets.sheet_xml([["x"]]).replace("</sheetData>", "".join(f'<row r="{r}"><c t="s"><v>0</v></c></row>' for r in range(2, 10000)) + "</sheetData>")
        self.write([], parts={"xl/worksheets/sheet2.xml": many}, shared=f"<si><t>{'x' * 32767}</t></si>")
        self.assertIn("the sheet is too large", self.settle(1))
        for content in (b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0" + bytes(600), "编号,名称\n".encode()):
            self.book.write_bytes(content)
            self.assertIn("facts.xlsx: no .xlsx workbook", self.settle(1))
        with zipfile.ZipFile(self.book, "w") as book:
            book.writestr("x", "")
        self.assertIn("no workbook that can be read (xl/workbook.xml: not there)", self.settle(1))
        # Of a part that stands twice readers may take the one or the other.
        self.write(["a", "2024Q1", 1.0, "50%", "是", ""])
        good = self.book.read_bytes()
        for name in ("xl/worksheets/sheet2.xml", "xl/worksheets/SHEET2.xml"):
            with self.subTest(name=name), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                self.book.write_bytes(good)
                with zipfile.ZipFile(self.book, "a") as book:
                    book.writestr(name, sheets.sheet_xml([["编号", "期间", "新增"], ["a", "2024Q1", 9.0]]))
                self.assertIn(f"({name}: stands there twice)", self.settle(1))
        # A byte of what is packed, and the flag that says it is encrypted.
        with zipfile.ZipFile(BytesIO(good)) as book:
            part = book.getinfo("xl/styles.xml")
            begin = part.header_offset + 30 + len(part.filename)
        damaged = bytearray(good)
        damaged[begin + part.compress_size // 2] ^= 0xFF
        self.book.write_bytes(damaged)
        self.assertRegex(self.settle(1), r"\(xl/styles.xml: damaged, ")
        entry = good.index(b"PK\x01\x02", good.index(b"PK\x01\x02"))
        while not good[entry + 46:].startswith(b"xl/workbook.xml"):
            entry = good.index(b"PK\x01\x02", entry + 1)
        encrypted = bytearray(good)
        encrypted[entry + 8] |= 1
        with zipfile.ZipFile(BytesIO(good)) as book:
            encrypted[book.getinfo("xl/workbook.xml").header_offset + 6] |= 1
        self.book.write_bytes(encrypted)
        self.assertIn("(xl/workbook.xml: encrypted)", self.settle(1))
        self.book.unlink()
        self.settle(3)


if __name__ == "__main__":
    unittest.main(verbosity=1)
