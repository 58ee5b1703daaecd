#!/usr/bin/env python3
"""The service over time, as its own process: keys and roles, the decision log and its replay, reloads, what it says of itself.

HENG names the command (default: build/bin/heng).
"""

import gzip
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from make_request import make_request  # noqa: E402
from service import EVALUATE, HENG, ROOT, Service, attempts, receive  # noqa: E402

SAMPLE = ROOT / "policies/shiliuzhuang/sample"
DISTRICT = "/v1/districts/shiliuzhuang"
STORE = "store: sqlite:heng.db\nlog: requests\n"


def request_of(subject="slz-01"):
    return json.dumps(make_request(SAMPLE, "2024Q3", [subject]), ensure_ascii=False).encode()


def heng(*arguments):
    return subprocess.run([HENG, "--lang", "en", *arguments], capture_output=True, text=True, timeout=60, check=False)


class Logged(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.service = Service(extra=STORE)

    @classmethod
    def tearDownClass(cls):
        assert cls.service.stop() == 0, cls.service.said

    def json(self, method, path, body=None, headers=None, status=200):
        got, _, answer = self.service.ask(method, path, body, headers or {"Content-Type": "application/json"})
        self.assertEqual(got, status, answer)
        return json.loads(answer)

    def test_a_decision_is_in_the_log_and_replays(self):
        status, _, body = self.service.evaluate(request_of())
        self.assertEqual(status, 200, body)
        decision = json.loads(body)["decision"]
        kept = self.json("GET", f"{DISTRICT}/decisions/{decision}")
        self.assertEqual(kept["answer"].encode(), body)
        self.assertEqual(kept["request"].encode(), request_of())
        replay = self.json("POST", f"{DISTRICT}/decisions/{decision}/replay", b"{}")
        self.assertTrue(replay["identical"], replay)

    def test_lines_replay_too(self):
        lines = "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in
                        make_request(SAMPLE, "2024Q3")["subjects"]).encode()
        _, headers, body = self.service.evaluate(lines, "?period=2024Q3&roster=complete", "application/x-ndjson")
        replay = self.json("POST", f"{DISTRICT}/decisions/{headers['Heng-Decision']}/replay", b"{}")
        self.assertTrue(replay["identical"], replay)

    def test_the_chain(self):
        for _ in range(3):
            self.service.evaluate(request_of())
        page = self.json("GET", f"{DISTRICT}/decisions?limit=1000")["decisions"]
        self.assertEqual([one["sequence"] for one in page], list(range(1, len(page) + 1)))
        self.assertEqual([one["previous"] for one in page[1:]], [one["hash"] for one in page[:-1]])
        newest = self.json("GET", f"{DISTRICT}/decisions?newest=true&limit=1")["decisions"]
        self.assertEqual(newest[0]["decision"], page[-1]["decision"])
        self.json("GET", f"{DISTRICT}/decisions?limit=0", status=400)
        self.json("GET", f"{DISTRICT}/decisions/none", status=404)

    def test_an_idempotency_key_gives_the_same_answer(self):
        headers = {"Content-Type": "application/json", "Idempotency-Key": "a-1"}
        first = self.service.ask("POST", EVALUATE, request_of(), headers)
        again = self.service.ask("POST", EVALUATE, request_of(), headers)
        self.assertEqual(first[2], again[2])
        other = self.service.ask("POST", EVALUATE, request_of("slz-02"), headers)
        self.assertEqual((other[0], json.loads(other[2])["code"]), (422, "idempotency-conflict"))

    def test_gzip_is_asked_for(self):
        path = f"{DISTRICT}/policies/plates/versions/2024.1/source"
        plain = self.service.ask("GET", path)[2]
        _, headers, packed = self.service.ask("GET", path, headers={"Accept-Encoding": "br, gzip;q=0.5"})
        self.assertEqual(headers["Content-Encoding"], "gzip")
        self.assertEqual(gzip.decompress(packed), plain)
        status, _, _ = self.service.ask("GET", path, headers={"If-None-Match": headers["ETag"]})
        self.assertEqual(status, 304)
        self.assertNotIn("Content-Encoding", self.service.ask("GET", path, headers={"Accept-Encoding": "gzip;q=0"})[1])

    def test_trace(self):
        trace = "4bf92f3577b34da6a3ce929d0e0e4736"
        headers = self.service.ask("GET", "/livez", headers={"traceparent": f"00-{trace}-00f067aa0ba902b7-01"})[1]
        self.assertTrue(headers["traceparent"].startswith(f"00-{trace}-"))
        self.assertNotIn("0" * 32, self.service.ask("GET", "/livez", headers={"traceparent": "00-x"})[1]["traceparent"])

    def test_metrics(self):
        self.service.evaluate(request_of())
        text = self.service.ask("GET", "/metrics")[2].decode()
        self.assertIn('heng_decisions_total{district="shiliuzhuang",result="logged"}', text)
        self.assertIn('heng_http_requests_total{route="/v1/districts/{district}/evaluate",status="200"}', text)
        self.assertIn("heng_http_connections ", text)

    def test_what_a_proxy_forwards_needs_a_key(self):
        for name in ("X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"):
            status, headers, body = self.service.ask("GET", "/v1/districts", headers={name: "1.1 proxy"})
            self.assertEqual((status, json.loads(body)["code"]), (401, "no-key"))
            self.assertIn("WWW-Authenticate", headers)
            self.assertEqual(self.service.ask("GET", "/livez", headers={name: "1.1 proxy"})[0], 200)

    def test_check_format_diff(self):
        source = (ROOT / "policies/shiliuzhuang/plates.heng").read_text(encoding="utf-8")
        names = [line.split('"')[1] for line in source.splitlines() if line.strip().startswith("引用 \"")]
        self.assertEqual(names, [])
        good = self.json("POST", "/v1/check", json.dumps({"source": source}).encode())
        self.assertEqual((good["errors"], good["policy"]["id"]), (0, "shiliuzhuang.plates"))
        bad = self.json("POST", "/v1/check", json.dumps({"source": source.replace("对象 项目", "对象")}).encode())
        self.assertGreater(bad["errors"], 0)
        self.assertNotIn(tempfile.gettempdir(), json.dumps(bad))
        formatted = self.json("POST", "/v1/format", json.dumps({"source": source}).encode())["source"]
        self.assertEqual(self.json("POST", "/v1/format", json.dumps({"source": formatted}).encode())["source"], formatted)
        same = self.json("POST", "/v1/diff", json.dumps({"old": {"source": source}, "new": {"source": formatted}}).encode())
        self.assertEqual(same["differences"], 0)

    def test_texts_reach_no_file_of_the_server(self):
        for path in ("../../../../../../etc/passwd", "/etc/passwd"):
            source = f'政策 a.b "甲"\n  版本 "1"\n  施行 2024-01-01 起   自定 "例"\n\n引用 "{path}"\n'
            got = self.service.ask("POST", "/v1/check", json.dumps({"source": source}).encode(),
                                   {"Content-Type": "application/json"})
            self.assertEqual((got[0], json.loads(got[2])["code"]), (400, "file-not-given"))
            self.assertNotIn(b"root:", got[2])
            got = self.service.ask("POST", "/v1/check", json.dumps({"source": "", "path": path}).encode(),
                                   {"Content-Type": "application/json"})
            self.assertEqual((got[0], json.loads(got[2])["code"]), (400, "bad-file-name"))


class Keys(unittest.TestCase):
    def test_roles_and_districts(self):
        service = Service(extra=STORE)
        store = f"sqlite:{service.folder}/heng.db"

        def make(name, *grants):
            made = heng("key", "create", "--store", store, "--name", name, *[x for g in grants for x in ("--grant", g)])
            self.assertEqual(made.returncode, 0, made.stderr)
            return made.stdout.strip()

        def ask(key, method, path, body=None):
            headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {key}"} if key else {})}
            status, _, answer = service.ask(method, path, body, headers)
            return status, json.loads(answer)

        def ask_until(status, *question):
            for _ in attempts():
                if ask(*question)[0] == status:
                    return
            self.fail(f"never {status}")

        self.assertEqual(ask("", "GET", DISTRICT)[0], 200)
        viewer = make("看", "shiliuzhuang=viewer")
        evaluator = make("算", "shiliuzhuang=evaluator")
        auditor = make("审", "shiliuzhuang=auditor")
        stranger = make("别处", "elsewhere=admin")
        # The first key closes the service.
        ask_until(401, "", "GET", DISTRICT)
        ask_until(200, stranger, "GET", "/v1/districts")
        table = [(viewer, "GET", DISTRICT, None, 200), (viewer, "POST", EVALUATE, request_of(), 403),
                 (viewer, "GET", DISTRICT + "/decisions", None, 403), (evaluator, "POST", EVALUATE, request_of(), 200),
                 (evaluator, "GET", DISTRICT + "/decisions", None, 403), (auditor, "GET", DISTRICT + "/decisions", None, 200),
                 (auditor, "POST", EVALUATE, request_of(), 403), (stranger, "GET", DISTRICT, None, 403),
                 (stranger, "GET", "/v1/districts/nowhere", None, 403), (stranger, "POST", EVALUATE, request_of(), 403),
                 (viewer + "x", "GET", DISTRICT, None, 401), ("heng_x_y", "GET", DISTRICT, None, 401),
                 ("", "GET", "/livez", None, 200), ("", "GET", "/readyz", None, 200), ("", "GET", "/metrics", None, 401)]
        for key, method, path, body, status in table:
            with self.subTest(f"{method} {path} {status}"):
                self.assertEqual(ask(key, method, path, body)[0], status)
        self.assertEqual(ask(stranger, "GET", "/v1/districts")[1], {"districts": []})
        # Nobody waits for the body of a request that its head refuses.
        for key, status in (("heng_x_y", b"401"), (viewer, b"403")):
            for expect in (b"", b"Expect: 100-continue\r\n"):
                with service.connect() as connection:
                    connection.sendall(b"POST " + EVALUATE.encode() + b" HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                                       b"Authorization: Bearer " + key.encode() + b"\r\n" + expect +
                                       b"Content-Length: 1000000\r\n\r\n")
                    self.assertEqual(receive(connection)[:12], b"HTTP/1.1 " + status)
        # What is counted of a district is for those who see it.
        for key, seen in ((viewer, True), (stranger, False)):
            figures = service.ask("GET", "/metrics", headers={"Authorization": f"Bearer {key}"})[2].decode()
            self.assertEqual('heng_decisions_total{district="shiliuzhuang"' in figures, seen)
            self.assertIn("heng_http_connections ", figures)
        listed = heng("key", "list", "--store", store).stdout
        self.assertNotIn(viewer.split("_")[2], listed)
        revoked = heng("key", "revoke", "--store", store, viewer.split("_")[1])
        self.assertEqual(revoked.returncode, 0, revoked.stderr)
        ask_until(401, viewer, "GET", DISTRICT)
        self.assertEqual(service.stop(), 0)
        denials = [json.loads(line) for line in service.said.splitlines() if line.startswith("{") and '"denied"' in line]
        self.assertTrue(any(one.get("code") == "not-allowed" and one["district"] == "shiliuzhuang" for one in denials))
        for secret in (viewer, evaluator, auditor, stranger):
            self.assertNotIn(secret.split("_")[2], service.said)
        for identity in ("slz-01", "127.0.0.1:"):
            self.assertNotIn(identity, "".join(json.dumps(one) for one in denials))

    def test_a_key_has_its_rate(self):
        service = Service(extra=STORE, limits="requests_per_second: 5")
        key = heng("key", "create", "--store", f"sqlite:{service.folder}/heng.db", "--name", "a", "--grant",
                   "shiliuzhuang=viewer").stdout.strip()
        headers = {"Authorization": f"Bearer {key}"}
        statuses = {service.ask("GET", DISTRICT, headers=headers)[0] for _ in range(500)}
        while 429 not in statuses:
            statuses.add(service.ask("GET", DISTRICT, headers=headers)[0])
        self.assertLessEqual(statuses, {200, 401, 429})
        self.assertEqual(service.stop(), 0)

    def test_beyond_this_machine_a_key_is_needed(self):
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "districts").mkdir()
            (Path(folder) / "heng.yaml").write_text("districts: districts\nstore: sqlite:heng.db\n", encoding="utf-8")
            refused = heng("serve", "--config", f"{folder}/heng.yaml", "--listen", "0.0.0.0:0")
            self.assertEqual(refused.returncode, 1, refused.stderr)
            self.assertIn("heng key create", refused.stderr)


class Signed(unittest.TestCase):
    def test_the_service_signs_its_log(self):
        with tempfile.TemporaryDirectory() as folder:
            key, public, other = (f"{folder}/{name}.pem" for name in ("log", "public", "other"))
            for made in (key, other):
                subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", made], check=True, capture_output=True)
            subprocess.run(["openssl", "pkey", "-in", key, "-pubout", "-out", public], check=True, capture_output=True)
            service = Service(extra=f"store: sqlite:{folder}/heng.db\nsigning_key: {key}\n")
            service.evaluate(request_of())
            self.assertEqual(service.stop(), 0)
            store = ["--store", f"sqlite:{folder}/heng.db"]
            exported = heng("log", "export", *store, "--district", "shiliuzhuang")
            checkpoints = [line for line in map(json.loads, exported.stdout.splitlines()) if line.get("checkpoint", {}).get("signature")]
            self.assertEqual(len(checkpoints), 1, exported.stdout)
            self.assertEqual(heng("log", "verify", *store, "--key", public).returncode, 0)
            subprocess.run(["openssl", "pkey", "-in", other, "-pubout", "-out", public], check=True, capture_output=True)
            self.assertEqual(heng("log", "verify", *store, "--key", public).returncode, 1)
            Path(key).write_text("no key", encoding="utf-8")
            (Path(folder) / "districts").mkdir()
            (Path(folder) / "heng.yaml").write_text("districts: districts\nstore: sqlite:heng.db\nsigning_key: log.pem\n", encoding="utf-8")
            refused = heng("serve", "--config", f"{folder}/heng.yaml")
            self.assertNotEqual(refused.returncode, 0, refused.stderr)
            self.assertIn(key, refused.stderr)

    def checkpoints(self, store):
        """The sequences at which there is one."""
        exported = heng("log", "export", *store, "--district", "shiliuzhuang")
        return [line["checkpoint"]["sequence"] for line in map(json.loads, exported.stdout.splitlines()) if "checkpoint" in line]

    def test_a_district_has_its_own_checkpoints(self):
        """Every 3 records by its file, every 2 by the service's once its file says nothing."""
        service = Service(extra=STORE + "checkpoint_every: 2\n", start=False)
        file = service.folder / "districts/shiliuzhuang.yaml"
        without = file.read_text(encoding="utf-8")
        file.write_text(without + "checkpoint_every: 3\n", encoding="utf-8")
        service.start()
        store = ["--store", f"sqlite:{service.folder}/heng.db"]
        for _ in range(5):
            self.assertEqual(service.evaluate(request_of())[0], 200)
        self.assertEqual(self.checkpoints(store), [1, 3])
        file.write_text(without.replace("石榴庄街道", "石榴庄"), encoding="utf-8")
        for _ in attempts():
            if json.loads(service.ask("GET", DISTRICT)[2])["name"] == "石榴庄":
                break
        for _ in range(3):
            self.assertEqual(service.evaluate(request_of())[0], 200)
        self.assertEqual(self.checkpoints(store), [1, 3, 6, 8])
        self.assertEqual(service.stop(), 0)


class Reload(unittest.TestCase):
    def readiness(self, service):
        status, _, body = service.ask("GET", "/readyz?strict=true")
        return status, json.loads(body)

    def until(self, service, wanted):
        for _ in attempts():
            if self.readiness(service) == wanted:
                return
        self.fail(self.readiness(service))

    def test_a_broken_change_keeps_the_last_good_state(self):
        for by_signal in (False, True):
            service = Service(extra=STORE)
            file = service.folder / "districts/shiliuzhuang.yaml"
            good = file.read_text(encoding="utf-8")
            file.write_text("name: yes\n", encoding="utf-8")
            if by_signal:
                service.process.send_signal(signal.SIGHUP)
            self.until(service, (503, {"ready": False, "broken": ["shiliuzhuang"]}))
            self.assertEqual(service.evaluate(request_of())[0], 200)
            district = json.loads(service.ask("GET", DISTRICT)[2])
            self.assertTrue(district["ready"] and district["change_refused"])
            self.assertIn("shiliuzhuang.yaml:1:7", json.dumps(district))
            file.write_text(good.replace("5 次/月", "6 次/月"), encoding="utf-8")
            self.until(service, (200, {"ready": True, "broken": []}))
            version = json.loads(service.ask("GET", DISTRICT + "/policies/plates/versions/2024.1/parameters")[2])
            self.assertEqual(version["open_parameters"][0]["bound"], "6 次/月")
            self.assertEqual(service.stop(), 0)

    def test_a_decision_replays_by_a_deployment_that_is_gone(self):
        service = Service(extra=STORE)
        decision = json.loads(service.evaluate(request_of())[2])["decision"]
        file = service.folder / "districts/shiliuzhuang.yaml"
        file.write_text(file.read_text(encoding="utf-8").replace("5 次/月", "6 次/月"), encoding="utf-8")
        path = DISTRICT + "/policies/plates/versions/2024.1/parameters"
        for _ in attempts():
            if json.loads(service.ask("GET", path)[2])["open_parameters"][0]["bound"] == "6 次/月":
                break
        replay = service.ask("POST", f"{DISTRICT}/decisions/{decision}/replay", b"{}")
        self.assertEqual((replay[0], json.loads(replay[2])["identical"]), (200, True), replay[2])
        self.assertEqual(service.stop(), 0)

    def test_a_broken_service_file_is_said(self):
        service = Service()
        (service.folder / "heng.yaml").write_text("districts: nowhere\n", encoding="utf-8")
        self.until(service, (503, {"ready": False, "broken": [], "service": "change-refused"}))
        self.assertEqual(service.evaluate(request_of())[0], 200)
        self.assertEqual(service.stop(), 0)


class Command(unittest.TestCase):
    def test_check_config(self):
        good = heng("check", "--config", str(ROOT / "policies/heng.yaml"))
        self.assertEqual(good.returncode, 0, good.stderr)
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "districts").mkdir()
            (Path(folder) / "districts/ab.yaml").write_text("name: on\npolicy: &a x\n", encoding="utf-8")
            (Path(folder) / "heng.yaml").write_text("districts: districts\n", encoding="utf-8")
            bad = heng("check", "--config", f"{folder}/heng.yaml")
            self.assertEqual(bad.returncode, 1)
            self.assertIn("ab.yaml:2:9: error yaml-anchor", bad.stderr)

    def test_a_secret_comes_from_the_environment(self):
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "districts").mkdir()
            (Path(folder) / "heng.yaml").write_text("districts: districts\nstore: $HENG_NO_SUCH\n", encoding="utf-8")
            bad = heng("check", "--config", f"{folder}/heng.yaml")
            self.assertIn("heng.yaml:2:8: error missing-variable", bad.stderr)

    def test_systemd_is_told(self):
        with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
            listening.bind(f"{folder}/notify")
            listening.settimeout(60)
            os.environ["NOTIFY_SOCKET"] = f"{folder}/notify"
            try:
                service = Service()
            finally:
                del os.environ["NOTIFY_SOCKET"]
            self.assertEqual(listening.recv(100), b"READY=1")
            self.assertEqual(service.stop(), 0)


if __name__ == "__main__":
    unittest.main(verbosity=1)
