"""The sheets of a workbook, read by its XML alone: for tests, independently of any library."""

import xml.etree.ElementTree as xml
import zipfile

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
