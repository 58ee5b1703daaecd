#!/usr/bin/env python3
"""Five districts of one service, side by side: what goes wrong in one changes nothing in the other four.

HENG names the command (default: build/bin/heng).
"""

import concurrent.futures
import json
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from make_request import make_request  # noqa: E402
from service import ROOT, Service, attempts, run_heng  # noqa: E402

SAMPLE = ROOT / "policies/shiliuzhuang/sample"
DISTRICTS = ("dahongmen", "fatou", "guangwai", "shiliuzhuang", "yangqiao")
BAD, OTHERS = DISTRICTS[1], (DISTRICTS[0], *DISTRICTS[2:])
RATE = 10  # so few that a slow machine exceeds it, too
REQUEST = json.dumps(make_request(SAMPLE, "2024Q3", ["slz-01"]), ensure_ascii=False).encode()


class Districts(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.service = Service(start=False, extra="store: sqlite:heng.db\n", districts=DISTRICTS,
                              limits=f"requests_per_second: {RATE}")
        # Many keys a district: what the test itself asks must stay below the rate.
        cls.keys = {district: [cls.service.make_key(f"{district}=evaluator,auditor") for _ in range(16)] for district in DISTRICTS}
        cls.flooding = cls.service.make_key(f"{BAD}=evaluator")
        cls.service.start()
        cls.asked = 0
        status, _, answer = cls.ask("POST", OTHERS[0], "/evaluate", REQUEST)
        assert status == 200, answer
        cls.right = json.loads(answer)["results"]

    @classmethod
    def tearDownClass(cls):
        assert cls.service.stop() == 0, cls.service.said

    @classmethod
    def ask(cls, method, district, path, body=None, key=None):
        cls.asked += 1
        keys = cls.keys[district]
        return cls.service.ask(method, f"/v1/districts/{district}{path}", body, {
            "Content-Type": "application/json", "Authorization": f"Bearer {key or keys[cls.asked % len(keys)]}"})

    def assert_others_are_as_they_were(self):
        """Their answers, their state, and their logs, which go on without a gap."""
        for district in OTHERS:
            status, _, answer = self.ask("POST", district, "/evaluate", REQUEST)
            self.assertEqual(status, 200, (district, answer))
            self.assertEqual(json.loads(answer)["results"], self.right)
            state = json.loads(self.ask("GET", district, "")[2])
            self.assertTrue(state["ready"], state)
            self.assertNotIn("change_refused", state)
            log = json.loads(self.ask("GET", district, "/decisions?limit=1000")[2])["decisions"]
            self.assertEqual([one["sequence"] for one in log], list(range(1, len(log) + 1)))
            self.assertEqual(log[-1]["decision"], json.loads(answer)["decision"])

    def until(self, wanted, ask):
        for _ in attempts():
            if ask() == wanted:
                return
        self.fail(f"never {wanted}, but {ask()}")

    def readiness(self):
        status, _, body = self.service.ask("GET", "/readyz?strict=true")
        return status, json.loads(body)["broken"]

    def test_errors(self):
        for body, wanted in ((b"{", 400), (b'{"period": "1999Q1", "subjects": []}', 409), (b"[" * 100000, 400)):
            for _ in range(20):
                status = 429
                while status == 429:
                    status = self.ask("POST", BAD, "/evaluate", body)[0]
                self.assertEqual(status, wanted)
        self.assert_others_are_as_they_were()

    def test_a_wrong_key(self):
        for district in OTHERS:
            for key, wanted in ((self.keys[BAD][0], 403), (self.keys[BAD][0] + "x", 401)):
                for method, path in (("POST", "/evaluate"), ("GET", ""), ("GET", "/decisions"), ("GET", "/policies")):
                    status, _, answer = self.ask(method, district, path, REQUEST if method == "POST" else None, key)
                    if status != 429:
                        self.assertEqual(status, wanted, (district, path, answer))
        self.assert_others_are_as_they_were()

    def test_a_flood(self):
        """One key asks as fast as four connections can, and is told to wait; nobody else is."""
        def flood(_):
            return [self.ask("POST", BAD, "/evaluate", REQUEST, self.flooding)[0] for _ in range(150)]

        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            floods = [pool.submit(flood, i) for i in range(4)]
            while not all(one.done() for one in floods):
                self.assert_others_are_as_they_were()
                self.until(200, lambda: self.ask("POST", BAD, "/evaluate", REQUEST)[0])
            statuses = [status for one in floods for status in one.result()]
        self.assertEqual(set(statuses), {200, 429})

    def test_a_flood_of_long_requests(self):
        """One district fills its half of the queue of a service with one thread; the others wait for their turn, and are never turned away."""
        whole = json.dumps(make_request(SAMPLE, "2024Q3", explain=True), ensure_ascii=False).encode()
        service = Service(districts=DISTRICTS, threads=1, limits="queued: 8")

        def evaluate(district, body):
            status, _, answer = service.ask("POST", f"/v1/districts/{district}/evaluate", body, {"Content-Type": "application/json"})
            return status, answer

        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            floods = [pool.submit(lambda: evaluate(BAD, whole)[0]) for _ in range(60)]
            while not all(one.done() for one in floods):
                for district in OTHERS:
                    status, answer = evaluate(district, whole)
                    self.assertEqual(status, 200, answer)
        self.assertLessEqual({one.result() for one in floods}, {200, 503})
        self.assertEqual(service.stop(), 0)

    def test_a_broken_reload(self):
        """Of its configuration, of its policy, by its disappearance; each time the others stay as they were, and it comes back."""
        file = self.service.folder / f"districts/{BAD}.yaml"
        policy = self.service.folder / f"policies/{BAD}/plates.heng"
        for path, broken in ((file, "name: yes\n"), (policy, "政策\n"), (file, "name: a\npolicy: nowhere\n")):
            good = path.read_text(encoding="utf-8")
            path.write_text(broken, encoding="utf-8")
            self.until((503, [BAD]), self.readiness)
            self.assert_others_are_as_they_were()
            # It answers by its last good state.
            self.until(200, lambda: self.ask("POST", BAD, "/evaluate", REQUEST)[0])
            path.write_text(good, encoding="utf-8")
            self.until((200, []), self.readiness)
            self.assert_others_are_as_they_were()
        good = file.read_text(encoding="utf-8")
        file.unlink()
        self.until(404, lambda: self.ask("POST", BAD, "/evaluate", REQUEST)[0])
        self.assert_others_are_as_they_were()
        file.write_text(good, encoding="utf-8")
        self.until(200, lambda: self.ask("POST", BAD, "/evaluate", REQUEST)[0])

    def test_the_logs_verify(self):
        self.assert_others_are_as_they_were()
        for district in OTHERS:
            run = run_heng("log", "verify", "--store", self.service.store, "--district", district)
            self.assertEqual(run.returncode, 0, run.stdout + run.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=1)
