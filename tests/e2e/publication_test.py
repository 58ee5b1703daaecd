#!/usr/bin/env python3
"""Drafts and their way into force over HTTP, as two people with keys go it; what is published is what answers.

HENG names the command (default: build/bin/heng).
"""

import json
import sqlite3
import subprocess
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from make_request import make_request  # noqa: E402
from service import EVALUATE, HENG, ROOT, Service, attempts  # noqa: E402

DISTRICT = "/v1/districts/shiliuzhuang"
DRAFTS = DISTRICT + "/policies/plates/drafts"
VERSIONS = DISTRICT + "/policies/plates/versions"
SOURCE = (ROOT / "policies/shiliuzhuang/plates.heng").read_text(encoding="utf-8")
NEXT = SOURCE.replace('版本 "2024.1"', '版本 "2024.2"')
PARAMETERS = {"红牌检查频次": "5 次/月"}
STORE = "store: sqlite:heng.db\n"


def heng(*arguments):
    return subprocess.run([HENG, "--lang", "en", *arguments], capture_output=True, text=True, timeout=60, check=False)


class Person:
    """Who asks, with a key of their own."""

    def __init__(self, service, name, roles):
        made = heng("key", "create", "--config", f"{service.folder}/heng.yaml", "--name", name, "--grant", f"shiliuzhuang={roles}")
        assert made.returncode == 0, made.stderr
        self.service, self.key = service, made.stdout.strip()

    def ask(self, method, path, body=None):
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.key}"}
        data = None if body is None else body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        status, headers, answer = self.service.ask(method, path, data, headers)
        return status, headers, json.loads(answer)


class Publication(unittest.TestCase):
    def setUp(self):
        self.service = Service(extra=STORE)
        self.addCleanup(self.stop)
        self.file = self.service.folder / "districts/shiliuzhuang.yaml"
        self.author = Person(self.service, "张", "editor")
        self.approver = Person(self.service, "李", "approver,evaluator")
        self.second = Person(self.service, "王", "approver,editor,viewer")
        # The first key closes the service; until it has, nobody has a name.
        self.until(lambda: self.service.ask("GET", DISTRICT)[0] == 401, "the service is closed")
        for one in (self.author, self.approver, self.second):
            self.until(lambda person=one: person.ask("GET", DISTRICT)[0] == 200, "the key is known")

    def stop(self):
        self.assertEqual(self.service.stop(), 0, self.service.said)

    def until(self, holds, what):
        for _ in attempts():
            if holds():
                return
        self.fail("never: " + what)

    def ask(self, person, method, path, body=None, status=200):
        got, _, answer = person.ask(method, path, body)
        self.assertEqual(got, status, answer)
        return answer

    def refused(self, person, path, body, status, code):
        answer = self.ask(person, "POST", path, body, status)
        self.assertEqual(answer["code"], code, answer)
        return answer

    def by_store(self):
        self.file.write_text(self.file.read_text(encoding="utf-8") + "publication: store\n", encoding="utf-8")
        self.until(lambda: self.author.ask("GET", DISTRICT)[2]["policies"] == [], "what lies in the folder is no longer in force")

    def publish(self, body):
        draft = self.ask(self.author, "POST", DRAFTS, body, 201)
        for step in ("approve", "publish"):
            done = self.ask(self.approver, "POST", f"{DRAFTS}/{draft['id']}/{step}")
        return done

    def evaluate(self, period="2024Q3"):
        request = make_request(ROOT / "policies/shiliuzhuang/sample", "2024Q3", ["slz-01"])
        return self.approver.ask("POST", EVALUATE, {**request, "period": period})

    def test_two_people(self):
        status, headers, draft = self.author.ask("POST", DRAFTS, {"source": SOURCE, "parameters": PARAMETERS})
        self.assertEqual(status, 201, draft)
        path = f"{DRAFTS}/{draft['id']}"
        self.assertEqual(headers["Location"], path.replace("/plates/", "/shiliuzhuang.plates/"))
        self.assertEqual((draft["state"], draft["effective"], draft["served"]), ("draft", {"from": "2024-07-01"}, False))
        self.assertEqual([(one["state"], one["person"]) for one in draft["steps"]], [("draft", "张")])
        self.assertEqual(draft["difference"]["differences"], 0)
        self.assertEqual(draft["parameters"], [{"name": "红牌检查频次", "value": "5 次/月", "before": "5 次/月"}])
        # Roles, then people, then states.
        for step in ("approve", "publish", "withdraw"):
            self.refused(self.author, f"{path}/{step}", None, 403, "not-allowed")
        self.refused(self.approver, DRAFTS, {"source": SOURCE}, 403, "not-allowed")
        self.refused(self.approver, f"{path}/publish", None, 409, "wrong-state")
        own = self.ask(self.second, "POST", DRAFTS, {"source": SOURCE}, 201)
        self.refused(self.second, f"{DRAFTS}/{own['id']}/approve", None, 409, "same-person")
        self.refused(self.approver, f"{path}/approve", {"by": "me"}, 400, "bad-request")
        self.ask(self.approver, "POST", f"{path}/approve", {})
        published = self.ask(self.approver, "POST", f"{path}/publish")
        self.assertEqual([(one["state"], one["person"]) for one in published["steps"]],
                         [("draft", "张"), ("approved", "李"), ("published", "李")])
        # The district still serves what lies in its folder.
        self.assertFalse(published["served"])
        self.refused(self.approver, f"{path}/publish", None, 409, "wrong-state")
        shown = self.ask(self.author, "GET", path)
        self.assertEqual(shown["source"], SOURCE)
        states = [one["state"] for one in self.ask(self.author, "GET", DRAFTS)["drafts"]]
        self.assertEqual(sorted(states), ["draft", "published"])
        self.ask(self.author, "GET", DISTRICT + "/policies/grid/drafts/" + draft["id"], status=404)
        self.ask(self.author, "GET", DRAFTS + "/nothing", status=404)

    def test_drafts_that_are_refused(self):
        broken = self.refused(self.author, DRAFTS, {"source": SOURCE.replace("对象 项目", "对象")}, 422, "policy-has-errors")
        self.assertRegex(broken["errors"][0]["at"], r"^policy\.heng:\d+:\d+$")
        self.assertRegex(broken["errors"][0]["code"], r"^H\d{4}$")
        for body, status, code in (
                (b"", 400, "bad-json"), ([], 400, "bad-request"), ({"sauce": SOURCE}, 400, "bad-request"),
                ({"source": SOURCE, "first_day": "soon"}, 400, "bad-request"),
                ({"source": SOURCE, "parameters": {"红牌检查频次": 5}}, 400, "bad-request"),
                ({"source": SOURCE, "path": "../x.heng"}, 400, "bad-file-name"),
                ({"source": SOURCE, "parameters": {"频次": "5 次/月"}}, 422, "unknown-parameter"),
                ({"source": SOURCE, "parameters": {"红牌检查频次": "5 分"}}, 422, "wrong-unit"),
                ({"source": SOURCE, "columns": {"投诉": "诉求"}}, 422, "unknown-name"),
                ({"source": SOURCE, "first_day": "2024-06-30"}, 422, "outside-effective"),
                ({"source": SOURCE, "first_day": "2024-10-01", "last_day": "2024-09-30"}, 422, "last-day-before-first"),
                ({"source": SOURCE.replace("政策 shiliuzhuang.plates", "政策 shiliuzhuang.other")}, 422, "other-policy"),
                ({"version": "1999.1"}, 404, "unknown-version")):
            with self.subTest(code=code, body=str(body)[-60:]):
                self.refused(self.author, DRAFTS, body, status, code)
        self.assertEqual(self.ask(self.author, "GET", DRAFTS)["drafts"], [])

    def test_open_parameters_are_bound_before_it_is_published(self):
        draft = self.ask(self.author, "POST", DRAFTS, {"source": SOURCE, "parameters": {}}, 201)
        self.assertEqual(draft["parameters"][0]["value"], None)
        self.ask(self.approver, "POST", f"{DRAFTS}/{draft['id']}/approve")
        refused = self.refused(self.approver, f"{DRAFTS}/{draft['id']}/publish", None, 422, "open-parameter")
        self.assertIn("红牌检查频次", refused["detail"])

    def test_what_is_published_is_served(self):
        self.by_store()
        status, _, answer = self.evaluate()
        self.assertEqual((status, answer["code"]), (404, "unknown-policy"))
        # The folder's text, with its values.
        first = self.publish({})
        self.assertTrue(first["served"])
        status, _, answer = self.evaluate()
        self.assertEqual((status, answer["policy"]["version"]), (200, "2024.1"))
        served = self.ask(self.author, "GET", VERSIONS + "/2024.1")
        self.assertEqual((served["draft"], served["deployment"]), (first["id"], first["deployment"]))
        self.assertEqual([one["person"] for one in served["steps"]], ["张", "李", "李"])
        # The next version: who approves sees what it changes.
        changed = NEXT.replace("业主评价   20%", "业主评价   25%").replace("环境建设   15%", "环境建设   10%")
        later = {"source": changed, "first_day": "2025-01-01", "parameters": {"红牌检查频次": "6 次/月"}}
        draft = self.ask(self.author, "POST", DRAFTS, later, 201)
        self.assertEqual(draft["against"], {"version": "2024.1", "deployment": first["deployment"]})
        self.assertEqual(draft["parameters"], [{"name": "红牌检查频次", "value": "6 次/月", "before": "5 次/月"}])
        changes = draft["difference"]["policies"][0]["changes"]
        self.assertEqual(sorted(one["within"][0]["name"] for one in changes if one["aspect"] == "weight"), ["业主评价", "环境建设"])
        self.assertEqual(self.evaluate("2025Q1")[2]["policy"]["version"], "2024.1")
        for step in ("approve", "publish"):
            self.ask(self.approver, "POST", f"{DRAFTS}/{draft['id']}/{step}")
        self.assertEqual(self.evaluate("2024Q4")[2]["policy"]["version"], "2024.1")
        self.assertEqual(self.evaluate("2025Q1")[2]["policy"]["version"], "2024.2")
        effective = [one["effective"] for one in self.ask(self.author, "GET", VERSIONS)["versions"]]
        self.assertEqual(effective, [{"from": "2024-07-01", "to": "2024-12-31"}, {"from": "2025-01-01"}])
        # Withdrawn, the one before it holds again.
        withdrawn = self.ask(self.approver, "POST", f"{DRAFTS}/{draft['id']}/withdraw")
        self.assertEqual((withdrawn["state"], withdrawn["served"]), ("withdrawn", False))
        self.assertEqual(self.evaluate("2025Q1")[2]["policy"]["version"], "2024.1")

    def test_another_process_publishes(self):
        self.by_store()
        which = ["--config", str(self.service.folder / "heng.yaml"), "--district", "shiliuzhuang"]
        drafted = heng("publish", "draft", *which, "--by", "赵", "--json")
        self.assertEqual(drafted.returncode, 0, drafted.stderr)
        version = json.loads(drafted.stdout)["id"]
        for verb, by in (("approve", "钱"), ("release", "赵")):
            self.assertEqual(heng("publish", verb, version, *which, "--by", by).returncode, 0)
        self.until(lambda: self.evaluate()[0] == 200, "it is served")
        self.assertIn("published", heng("versions", *which).stdout)
        settled = heng("settle", *which, "--period", "2024Q3", "--data", str(ROOT / "policies/shiliuzhuang/sample"), "-o",
                       str(self.service.folder / "out.csv"))
        self.assertEqual(settled.returncode, 0, settled.stderr)
        self.assertEqual(heng("publish", "withdraw", version, *which, "--by", "钱").returncode, 0)
        self.until(lambda: self.evaluate()[0] == 404, "it is no longer served")
        settled = heng("settle", *which, "--period", "2024Q3", "--data", str(ROOT / "policies/shiliuzhuang/sample"), "-o",
                       str(self.service.folder / "out.csv"))
        self.assertEqual(settled.returncode, 1)
        self.assertIn("unknown-policy", settled.stderr)

    def test_a_version_that_does_not_rebuild_breaks_its_district_alone(self):
        other = self.service.folder / "districts/other.yaml"
        other.write_text(self.file.read_text(encoding="utf-8"), encoding="utf-8")
        self.by_store()
        self.publish({})
        ready = lambda: json.loads(self.service.ask("GET", "/readyz?strict=true")[2])  # noqa: E731
        self.until(lambda: ready()["ready"], "all is well")
        draft = self.ask(self.author, "POST", DRAFTS, {"source": NEXT, "first_day": "2025-01-01"}, 201)
        # A store in which a source has gone: what is published from it cannot be built.
        with sqlite3.connect(self.service.folder / "heng.db") as database:
            database.executescript('DROP TRIGGER "blobs-UPDATE-immutable"')
            database.execute("UPDATE blobs SET bytes = x'00' WHERE CAST(bytes AS TEXT) LIKE '%版本 \"2024.2\"%'")
        for verb, by in (("approve", "钱"), ("release", "赵")):
            done = heng("publish", verb, draft["id"], "--config", str(self.service.folder / "heng.yaml"), "--district", "shiliuzhuang", "--by", by)
            self.assertEqual(done.returncode, 0, done.stderr)
        self.until(lambda: ready() == {"ready": False, "broken": ["shiliuzhuang"]}, "it is named")
        self.assertEqual(self.evaluate("2025Q1")[2]["policy"]["version"], "2024.1")
        district = self.ask(self.author, "GET", DISTRICT)
        self.assertTrue(district["ready"] and district["change_refused"] and district["mistakes"], district)


if __name__ == "__main__":
    unittest.main(verbosity=1)
