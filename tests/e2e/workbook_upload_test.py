#!/usr/bin/env python3
"""A workbook sent for a settlement over HTTP: settled as the same facts in JSON are, and what is refused, in both languages. Expected
numbers by hand.

HENG names the command (default: build/bin/heng).
"""

import hashlib
import json
import sys
import unittest
import zipfile
from io import BytesIO
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import sheets  # noqa: E402
from service import LIMIT, Service, attempts, receive  # noqa: E402
from settlement_test import POLICY, SETTLEMENTS, STORE  # noqa: E402
from sheets import Raw  # noqa: E402

TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HEADER = ["编号", "期间", "新增"]


def book(period, rows, first=True, **options):
    """What is added to each project's balance; before the first quarter there is none, which has to be said."""
    past = {"历史.每季": [["编号", "期间", "余额"], *[[name, "2023Q4"] for name, _ in rows]]} if first else {}
    return sheets.to_bytes({"项目": [["编号", "名称"], *[[name, "样例"] for name, _ in rows]],
                            "每季": [HEADER, *[[name, period, value] for name, value in rows]], **past}, **options)


def places(problem):
    return [(one["code"], one["file"], one.get("line"), one.get("column")) for one in problem["errors"]]


class Uploads(unittest.TestCase):
    def setUp(self):
        self.service = Service(extra=STORE, start=False)
        (self.service.folder / "demo.heng").write_text(POLICY, encoding="utf-8")
        (self.service.folder / "districts/demo.yaml").write_text("name: 示例\npolicy: ../demo.heng\n", encoding="utf-8")
        self.service.start()
        self.addCleanup(self.stop)

    def stop(self):
        self.assertEqual(self.service.stop(), 0, self.service.said)

    def send(self, query, body, **headers):
        return self.service.ask("POST", SETTLEMENTS + query, body, {"Content-Type": TYPE, **{k.replace("_", "-"): v for k, v in headers.items()}})

    def finish(self, location):
        for _ in attempts():
            answer = json.loads(self.service.ask("GET", location)[2])
            if answer["state"] in ("settled", "refused"):
                return answer
        self.fail(answer)

    def settle(self, query, body, state="settled", **headers):
        status, got, answer = self.send(query, body, **headers)
        self.assertEqual(status, 202, answer.decode())
        self.assertEqual(got["Location"], f"{SETTLEMENTS}/{json.loads(answer)['id']}")
        done = self.finish(got["Location"])
        self.assertEqual(done["state"], state, done)
        return done

    def refused(self, query, body, status, code, at, zh, en, **headers):
        """The same refusal in both languages; nothing else is located in it."""
        for language, text in (("zh", zh), ("en", en)):
            got, _, answer = self.send(query, body, Accept_Language=language, **headers)
            answer = json.loads(answer)
            self.assertEqual((got, answer["code"], answer["detail"]), (status, code, text))
            [error] = answer["errors"]
            self.assertEqual(error.get("at", error.get("file")), at)
        return answer["errors"][0]

    def balances(self, settlement):
        return {one["id"]: one["outputs"]["余额"]["value"] for one in settlement["result"]["results"]}

    def test_a_workbook_is_settled_and_recorded(self):
        sent = book("2024Q1", [("a", 1.5), ("b", 20.0)])
        done = self.settle("?period=2024Q1", sent)
        self.assertEqual(self.balances(done), {"a": "1.5", "b": "20"})
        self.assertEqual((done["policy"]["id"], done["period"], done["author"]), ("demo.points", "2024Q1", "local"))
        inputs = {one["name"]: one["digest"] for one in done["inputs"]}
        self.assertEqual(set(inputs), {"facts.xlsx", "项目.csv", "每季.csv", "历史.每季.csv"})
        self.assertEqual(inputs["facts.xlsx"], "sha256:" + hashlib.sha256(sent).hexdigest())
        # The next quarter stands on it: 1.5 + 3, 20 + 4.5.
        second = self.settle("?period=2024Q2&policy=points", book("2024Q2", [("a", 3.0), ("b", 4.5)], first=False))
        self.assertEqual(self.balances(second), {"a": "4.5", "b": "24.5"})
        self.assertIn("历史.每季.结算.csv", [one["name"] for one in second["inputs"]])

    def test_it_gives_what_json_gives(self):
        texts = {"项目.csv": "编号,名称\na,样例\n", "每季.csv": "编号,期间,新增\na,2024Q1,0.1\n", "历史.每季.csv": "编号,期间,余额\na,2023Q4,\n"}
        _, headers, _ = self.service.ask("POST", SETTLEMENTS, json.dumps({"period": "2024Q1", "files": texts}).encode(),
                                         {"Content-Type": "application/json"})
        by_json = self.finish(headers["Location"])
        by_book = self.settle(f"?period=2024Q1&supersedes={by_json['id']}", book("2024Q1", [("a", 0.1)]))
        self.assertEqual(by_book["files"], by_json["files"])
        self.assertEqual(by_book["supersedes"], by_json["id"])
        self.assertEqual(self.finish(headers["Location"])["superseded_by"], by_book["id"])

    def test_what_the_query_says(self):
        # b has more than the 100 points that may be added.
        bad = book("2024Q1", [("a", 1.5), ("b", 200.0)])
        problem = self.settle("?period=2024Q1", bad, "refused")["problem"]
        self.assertEqual((problem["status"], problem["code"]), (422, "facts-refused"))
        self.assertEqual(places(problem), [("out-of-range", "每季!C3", None, "新增")])
        self.assertEqual(self.settle("?period=2024Q1&accept_valid=false", bad, "refused")["problem"]["code"], "facts-refused")
        done = self.settle("?period=2024Q1&accept_valid=true&policy=demo.points&supersedes=", bad)
        self.assertEqual(self.balances(done), {"a": "1.5"})

    def test_a_place_is_a_cell_or_a_sheet(self):
        roster = [["编号", "名称"], ["a", "两\n行"], [], ["b", "样例"]]
        quarter = [HEADER, ["a", "2024Q1", 1.0], ["b", "2024Q1", 2.0]]
        past = [["编号", "期间", "余额"], ["a", "2023Q4"], ["b", "2023Q4"]]
        good = {"项目": roster, "每季": quarter, "历史.每季": past}
        for changes, options, wanted in (
                ({"每季": [*quarter[:2], [], ["b", "2024Q1", "x"]]}, {}, [("not-a-number", "每季!C4", None, "新增")]),
                ({"每季": [*quarter[:2], ["b", "2024Q1"]]}, {}, [("missing-fact", "每季!C3", None, "新增")]),
                ({"项目": [*roster, [], ["c\n", "样例"]]}, {}, [("missing-period", "每季", None, None)]),
                ({"项目": [*roster, ["b", "样例"]]}, {}, [("duplicate-row", "项目!A5", None, "编号")]),
                ({"每季": [["编号", "期间", "新曾"], *quarter[1:]]}, {}, [("unknown-column", "每季!C1", None, "新曾"), ("missing-column", "每季", 1, None)]),
                ({"历史.每季": [*past[:2], ["b", "2023Q4", "十"]]}, {}, [("not-a-number", "历史.每季!C3", None, "余额")]),
                ({"每李": past}, {}, [("unknown-file", "每李", None, None)]),
                ({}, {"hidden": ("每季",)}, [("hidden-sheet", "每季", None, None)]),
                ({}, {"hidden": ("历史.每季",)}, [("hidden-sheet", "历史.每季", None, None)])):
            with self.subTest(changes=changes, options=options):
                problem = self.settle("?period=2024Q1", sheets.to_bytes({**good, **changes}, **options), "refused")["problem"]
                self.assertEqual(places(problem), wanted)
        missing = self.settle("?period=2024Q1", sheets.to_bytes({"项目": roster}), "refused")["problem"]
        self.assertEqual(missing["errors"][0]["message"]["zh"], "缺少工作表“每季”")
        # What contradicts the past is said at once, by its row though cells above it have several lines.
        self.settle("?period=2024Q1", sheets.to_bytes(good))
        past = [["编号", "期间", "余额"], ["a\n", "2024Q1", 1.0], [], ["b", "2024Q1", 9.0]]
        second = {"项目": roster, "每季": [HEADER, ["a", "2024Q2", 1.0], ["b", "2024Q2", 2.0]], "历史.每季": past}
        status, _, answer = self.send("?period=2024Q2", sheets.to_bytes(second))
        self.assertEqual((status, places(json.loads(answer))), (409, [("history-differs", "历史.每季!C4", None, "余额")]))

    def test_an_idempotency_key_settles_once(self):
        sent = book("2024Q1", [("a", 1.5)])
        first = self.settle("?period=2024Q1", sent, Idempotency_Key="2024Q1-1")
        self.assertEqual(self.settle("?period=2024Q1", sent, Idempotency_Key="2024Q1-1")["id"], first["id"])
        for query, body in (("?period=2024Q1", book("2024Q1", [("a", 1.0)])), ("?period=2024Q2", sent)):
            status, _, answer = self.send(query, body, Idempotency_Key="2024Q1-1")
            self.assertEqual((status, json.loads(answer)["code"]), (422, "idempotency-conflict"))
        self.assertEqual(len(json.loads(self.service.ask("GET", SETTLEMENTS)[2])["settlements"]), 1)

    def test_a_request_that_is_not_well_made(self):
        good = book("2024Q1", [("a", 1.5)])
        for query, status, code, at, zh, en in (
                ("", 400, "missing-query", "period", "工作簿要在查询参数里写 period，例如 ?period=2024Q3",
                 "a workbook needs the query parameter period, for example ?period=2024Q3"),
                ("?period=", 400, "bad-period", "period", "不是期间，应写作 2024Q3 或 2024-07", "no period: write 2024Q3 or 2024-07"),
                ("?period=2024Q5", 400, "bad-period", "period", "不是期间，应写作 2024Q3 或 2024-07", "no period: write 2024Q3 or 2024-07"),
                ("?period=2024Q1&period=2024Q1", 400, "bad-target", "period", "查询参数“period”写了两次", "the query parameter 'period' is given twice"),
                ("?period=2024Q1&polcy=x", 400, "unknown-query", "polcy", "不认识查询参数“polcy”，是不是“policy”？",
                 "unknown query parameter 'polcy', did you mean 'policy'?"),
                ("?period=2024Q1&accept_valid=1", 400, "bad-query", "accept_valid", "查询参数“accept_valid”只能是 true 或 false",
                 "the query parameter 'accept_valid' must be true or false"),
                ("?period=2024Q1&supersedes=x", 409, "other-period", "/supersedes", "这一期还没有结算，没有可替代的",
                 "the period is not settled: there is nothing to supersede")):
            with self.subTest(query=query):
                self.refused(query, good, status, code, at, zh, en)
        for query, status, code in (("?period=2024-01", 422, "not-a-settlement-period"), ("?period=2023Q4", 409, "not-in-force"),
                                    ("?period=2024Q1&policy=x", 404, "unknown-policy")):
            with self.subTest(query=query):
                got, _, answer = self.send(query, good)
                self.assertEqual((got, json.loads(answer)["code"]), (status, code))
        self.refused("?period=2024Q1", b"", 400, "empty-body", "body", "正文是空的：请把工作簿作为正文发送（curl --data-binary @facts.xlsx）",
                     "the body is empty: send the workbook as the body (curl --data-binary @facts.xlsx)")
        for type_ in ("application/vnd.ms-excel", "application/octet-stream", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""):
            with self.subTest(type_=type_):
                self.refused("?period=2024Q1", good, 415, "unsupported-media-type", "Content-Type",
                             f"Content-Type 应当是 application/json，正文是工作簿时是 {TYPE}",
                             f"Content-Type must be application/json, or {TYPE} where the body is a workbook", Content_Type=type_)
        with self.service.connect() as connection:
            connection.sendall(f"POST {SETTLEMENTS}?period=2024Q1 HTTP/1.1\r\nHost: a\r\nContent-Type: {TYPE}\r\nContent-Length: {LIMIT + 1}\r\n\r\n".encode())
            self.assertIn(b" 413 ", receive(connection).splitlines()[0])
        # JSON says it in its body, and holds no workbook.
        self.refused("?period=2024Q1", b'{"period": "2024Q1"}', 400, "bad-query", "period", "JSON 请求把“period”写在正文里；正文是工作簿时才写在网址里",
                     "a JSON request says 'period' in its body; it is for the query where the body is a workbook", Content_Type="application/json")
        self.refused("", b'{"period": "2024Q1", "files": {"facts.xlsx": "UEsDBA=="}}', 400, "bad-request", "/files/facts.xlsx",
                     "工作簿不是文本：请把它单独作为请求的正文，期间等写在网址里",
                     "a workbook is no text: send it as the body of the request, with the period in the query", Content_Type="application/json")
        # A media type is what it is in any case.
        self.settle("?period=2024Q1", good, Content_Type=TYPE.upper() + " ; x=y")

    def test_a_workbook_that_cannot_be_read(self):
        good = book("2024Q1", [("a", 1.5)])
        nothing = BytesIO()
        with zipfile.ZipFile(nothing, "w") as out:
            out.writestr("x", "")
        doctype = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;">]><worksheet/>'
        no_workbook = "不是 .xlsx 工作簿（旧的 .xls 和加密的不行）；请另存为 .xlsx"
        for body, code, at, zh in (
                (good[:200], "bad-workbook", "facts.xlsx", no_workbook),
                (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "bad-workbook", "facts.xlsx", no_workbook),
                ("编号,名称\n".encode(), "bad-workbook", "facts.xlsx", no_workbook),
                (nothing.getvalue(), "bad-workbook", "facts.xlsx",
                 "不是能读的工作簿（xl/workbook.xml：没有这一部分）；请在表格软件里另存为 .xlsx"),
                (book("2024Q1", [("a", 1.5)], parts={"xl/worksheets/sheet2.xml": doctype}), "bad-workbook", "每季",
                 "工作表已损坏（a document type is not allowed）"),
                # Bombs: 65 MiB in one part, and in one text of many cells.
                (book("2024Q1", [("a", 1.5)], parts={"xl/worksheets/sheet2.xml": " " * (65 << 20)}), "workbook-too-large", "facts.xlsx",
                 "工作簿展开后太大，请写成 CSV"),
                (book("2024Q1", [("a", Raw('t="s"><v>0</v>'))] * 2500, shared=f"<si><t>{'x' * 32767}</t></si>"), "workbook-too-large", "每季",
                 "工作表太大，请写成 CSV"),
                (book("2024Q1", [("a", Raw("><f>1+1</f><v>2</v>"))]), "formula", "每季!C2", "是公式：请复制后用“选择性粘贴”粘贴成数值"),
                (book("2024Q1", [("a", 0.1 + 0.2)]), "number-not-exact", "每季!C2",
                 "存的数 0.30000000000000004 不是 15 位以内的小数，多半是算出来的：请写成要用的数")):
            with self.subTest(zh=zh):
                error = self.refused("?period=2024Q1", body, 422, "facts-refused", at, "数据被拒绝，没有结算", "facts are refused: nothing was settled")
                self.assertEqual((error["code"], error["message"]["zh"]), (code, zh))
        # A sheet is no way out of the folder of the facts.
        for name in ("../../x", "/x"):
            with self.subTest(name=name):
                self.assertEqual(json.loads(self.send("?period=2024Q1", sheets.to_bytes({name: [["编号"]]}))[2])["code"], "bad-file-name")
        self.assertEqual(json.loads(self.service.ask("GET", SETTLEMENTS)[2]), {"settlements": []})


if __name__ == "__main__":
    unittest.main(verbosity=1)
