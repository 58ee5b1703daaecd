#!/usr/bin/env python3
"""The sheets of a workbook, read and written by its XML alone: for tests, independently of any library.

    sheets.py FOLDER > facts.xlsx    # a district's folder of CSV files, as somebody would type it into a workbook
"""

import csv
import io
import re
import sys
import xml.etree.ElementTree as xml
import zipfile
from pathlib import Path

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def column(address):
    number = 0
    for letter in address.rstrip("0123456789"):
        number = 26 * number + ord(letter) - 64
    return number - 1


def read(file):
    """name → rows of cells: texts as str, numbers as float, what is not there as None."""
    with zipfile.ZipFile(file) as book:
        tree = lambda name: xml.fromstring(book.read(name))
        texts = [("".join(t.text or "" for t in one.iter(MAIN + "t"))) for one in tree("xl/sharedStrings.xml")]
        targets = {one.get("Id"): one.get("Target") for one in tree("xl/_rels/workbook.xml.rels")}
        out = {}
        for sheet in tree("xl/workbook.xml").iter(MAIN + "sheet"):
            rows = []
            for row in tree("xl/" + targets[sheet.get(RELATION)]).iter(MAIN + "row"):
                cells = []
                for cell in row:
                    assert cell.find(MAIN + "f") is None, "a formula"
                    cells += [None] * (column(cell.get("r")) - len(cells))
                    value = cell.find(MAIN + "v")
                    text = None if value is None else value.text
                    cells.append(texts[int(text)] if cell.get("t") == "s" else text if text is None else float(text))
                rows += [[]] * (int(row.get("r")) - 1 - len(rows)) + [cells]
            out[sheet.get("name")] = rows
        return out


TYPES = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
# Styles 0 to 5: plain, a built-in date, 0%, a date of its own, red thousands, text.
STYLES = f"""<styleSheet xmlns="{MAIN[1:-1]}"><numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy&quot;年&quot;m&quot;月&quot;"/>
<numFmt numFmtId="165" formatCode="[Red]#,##0.00&quot;days&quot;"/></numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>
<cellXfs>{"".join(f'<xf numFmtId="{n}"/>' for n in (0, 14, 9, 164, 165, 49))}</cellXfs></styleSheet>"""


class Raw(str):
    """The XML of a cell within its element, with the attributes before it: `t="b"><v>1</v>`."""


def letters(number):
    out = ""
    while number >= 0:
        out = chr(65 + number % 26) + out
        number = number // 26 - 1
    return out


def escaped(text):
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def cell(value, address):
    if isinstance(value, Raw):
        return f'<c r="{address}" {value}</c>'
    if isinstance(value, float):
        # As Excel does it: 17 digits.
        return f'<c r="{address}"><v>{value:.17g}</v></c>'
    return f'<c r="{address}" t="inlineStr"><is><t xml:space="preserve">{escaped(value)}</t></is></c>'


def sheet_xml(rows, behind=""):
    body = "".join(
        f'<row r="{r}">' + "".join(cell(value, letters(i) + str(r)) for i, value in enumerate(row) if value != "") + "</row>"
        for r, row in enumerate(rows, 1))
    return f'<worksheet xmlns="{MAIN[1:-1]}"><sheetData>{body}</sheetData>{behind}</worksheet>'


def write(file, book, hidden=(), shared=None, parts=None):
    """A workbook of {name: rows or the sheet's XML}; `shared`: the XML of shared strings; `parts` replaces parts."""
    sheets = "".join(f'<sheet name="{name}" sheetId="{i}" r:id="rId{i}"{" state=" + chr(34) + "hidden" + chr(34) if name in hidden else ""}/>'
                     for i, name in enumerate(book, 1))
    relations = "".join(f'<Relationship Id="rId{i}" Type="{OFFICE}/worksheet" Target="worksheets/sheet{i}.xml"/>' for i in range(1, len(book) + 1))
    files = {"xl/workbook.xml": f'<workbook xmlns="{MAIN[1:-1]}" xmlns:r="{OFFICE}"><sheets>{sheets}</sheets></workbook>',
             "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{TYPES}">{relations}</Relationships>', "xl/styles.xml": STYLES}
    for i, rows in enumerate(book.values(), 1):
        files[f"xl/worksheets/sheet{i}.xml"] = rows if isinstance(rows, str) else sheet_xml(rows)
    if shared is not None:
        files["xl/sharedStrings.xml"] = f'<sst xmlns="{MAIN[1:-1]}">{shared}</sst>'
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as out:
        for name, text in {**files, **(parts or {})}.items():
            out.writestr(name, text)


def typed(text):
    """As somebody types it into Excel: a number is a number."""
    return float(text) if re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text) else text


def of_folder(folder):
    """The CSV files of the folder as {name: rows}."""
    return {path.stem: [[typed(cell) for cell in row] for row in csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig")))]
            for path in sorted(Path(folder).glob("*.csv"))}


def to_bytes(book, **options):
    file = io.BytesIO()
    write(file, book, **options)
    return file.getvalue()


if __name__ == "__main__":
    sys.stdout.buffer.write(to_bytes(of_folder(sys.argv[1])))
