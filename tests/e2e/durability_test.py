#!/usr/bin/env python3
"""What was answered is in the decision log, whatever happens to the service or its store: kill -9 at random moments under load, a full
disk, a disk that fails, a PostgreSQL that goes away. Otherwise the answer is 503, and the service recovers.

    durability_test.py [--kills N] [unittest's arguments]    N is 8 if not given

HENG names the command (default: build/bin/heng). PostgreSQL is a cluster of its own, in a temporary folder.
"""

import contextlib
import http.client
import json
import os
import random
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from make_request import make_request  # noqa: E402
from service import EVALUATE, ROOT, Service, attempts, run_heng  # noqa: E402

SAMPLE = ROOT / "policies/shiliuzhuang/sample"
BODIES = [json.dumps(make_request(SAMPLE, "2024Q3", [f"slz-{i:02}"]), ensure_ascii=False).encode() for i in range(1, 9)]
CLIENTS = 6
MOST = 3000  # answers, after which a store that takes nothing must have been noticed
kills = 8


class Clients:
    """Evaluations from several kept-alive connections at once, until the service is gone or `stop`. `answered`: decision → its request and
    answer, of every 200; `statuses`: of all answers. Each second request has an Idempotency-Key."""

    def __init__(self, port, name=""):
        self.port, self.name = port, name
        self.answered, self.statuses, self.by_key = {}, set(), {}
        self.stopping = False
        self.news = threading.Condition()
        self.threads = [threading.Thread(target=self.run, args=(i,)) for i in range(CLIENTS)]
        for thread in self.threads:
            thread.start()

    def run(self, number):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        count = 0
        while not self.stopping:
            body = BODIES[(number + count) % len(BODIES)]
            headers = {"Content-Type": "application/json"}
            if count % 2:
                headers["Idempotency-Key"] = f"{self.name}-{number}-{count}"
            count += 1
            try:
                connection.request("POST", EVALUATE, body, headers)
                response = connection.getresponse()
                answer = response.read()
            except (OSError, http.client.HTTPException):
                break
            with self.news:
                self.statuses.add(response.status)
                if response.status == 200:
                    self.answered[json.loads(answer)["decision"]] = (body, answer)
                    if "Idempotency-Key" in headers:
                        self.by_key[headers["Idempotency-Key"]] = (body, answer)
                self.news.notify_all()
        connection.close()

    def wait_for(self, true):
        with self.news:
            return self.news.wait_for(lambda: true(self), timeout=120)

    def wait_for_refusal(self):
        """True once one of them is refused; not if thousands more are answered although nothing can be kept."""
        with self.news:
            self.statuses.discard(503)
            most = len(self.answered) + MOST
        return self.wait_for(lambda all_: 503 in all_.statuses or len(all_.answered) > most) and 503 in self.statuses

    def join(self):
        self.stopping = True
        for thread in self.threads:
            thread.join()


def postgres(folder, program, *arguments):
    """Runs one of its programs, which refuse root."""
    binary = subprocess.run(["pg_config", "--bindir"], capture_output=True, text=True, check=True).stdout.strip()
    as_other = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    subprocess.run([*as_other, f"{binary}/{program}", *arguments], cwd=folder, check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)


class Cluster:
    """A PostgreSQL that listens on a socket in its folder alone."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="heng-postgres-")
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres")
        postgres(self.folder, "initdb", "-D", f"{self.folder}/data", "--no-sync", "--auth=trust", "--encoding=UTF8", "--locale=C")
        self.start()
        self.url = f"postgresql://postgres@/postgres?host={self.folder}"

    def start(self):
        postgres(self.folder, "pg_ctl", "-D", f"{self.folder}/data", "-l", f"{self.folder}/log", "-w", "-o",
                 f"-c listen_addresses= -c unix_socket_directories={self.folder}", "start")
        self.running = True

    def stop(self):
        """As if the machine were gone."""
        postgres(self.folder, "pg_ctl", "-D", f"{self.folder}/data", "-m", "immediate", "-w", "stop")
        self.running = False

    def remove(self):
        if self.running:
            self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


class Durable(unittest.TestCase):
    def load(self, service, name=""):
        """Clients that a test which fails leaves neither waiting nor asking: first the service ends, then they do."""
        clients = Clients(service.port, name)
        self.addCleanup(clients.join)
        self.addCleanup(service.kill)
        return clients

    def assert_logged(self, store, answered):
        """Each is in the log as it was asked and answered, and the log holds together. The log's records."""
        verified = run_heng("log", "verify", "--store", store, "--district", "shiliuzhuang")
        self.assertEqual(verified.returncode, 0, verified.stdout + verified.stderr)
        if store.startswith("sqlite:"):
            with contextlib.closing(sqlite3.connect(store.removeprefix("sqlite:"))) as database:
                self.assertEqual(database.execute("PRAGMA integrity_check").fetchall(), [("ok",)])
        exported = run_heng("log", "export", "--store", store, "--district", "shiliuzhuang")
        self.assertEqual(exported.returncode, 0, exported.stderr)
        lines = [json.loads(line) for line in exported.stdout.splitlines()]
        records = {line["record"]["id"]: line["record"] for line in lines if "record" in line}
        self.assertEqual([one["sequence"] for one in records.values()], list(range(1, len(records) + 1)))
        missing = [decision for decision in answered if decision not in records]
        self.assertEqual(missing, [])
        for decision, (body, answer) in answered.items():
            self.assertEqual((records[decision]["request"].encode(), records[decision]["answer"].encode()), (body, answer))
        return records

    def assert_evaluates(self, service):
        """It does again, in the end; what it says until then is 503."""
        for _ in attempts():
            status, _, answer = service.evaluate(BODIES[0])
            if status == 200:
                return
            self.assertEqual(status, 503, answer)
        self.fail("it never recovered")

    def assert_refused(self, service, codes):
        """It says so; what is left of the room may still take some small ones before."""
        asked = {"Content-Type": "application/json", "Accept-Language": "en", "traceparent": f"00-{'7' * 32}-{'1' * 16}-00"}
        for _ in attempts():
            status, headers, answer = service.ask("POST", EVALUATE, BODIES[0], asked)
            if status != 200:
                break
        self.assertEqual(status, 503, answer)
        problem = json.loads(answer)
        self.assertIn(problem["code"], codes)
        self.assertEqual(problem["instance"], EVALUATE)
        self.assertTrue(problem["detail"].isascii(), problem)
        self.assertIn("Retry-After", headers)
        self.assertTrue(headers["traceparent"].startswith(f"00-{'7' * 32}-"), headers)
        figures = service.ask("GET", "/metrics")[2].decode()
        self.assertRegex(figures, r'heng_http_requests_total\{route="/v1/districts/\{district\}/evaluate",status="503"\} [1-9]')
        self.assertEqual(service.ask("GET", "/livez")[0], 200)


class Killed(Durable):
    def test_at_random_moments_under_load(self):
        service = Service(start=False, extra="store: sqlite:heng.db\n")
        moments = random.Random(20240701)
        answered, by_key = {}, {}
        for i in range(kills):
            service.start()
            clients = self.load(service, f"{i}")
            enough = moments.choice((0, 1, moments.randrange(50), moments.randrange(400)))
            self.assertTrue(clients.wait_for(lambda all_: len(all_.answered) >= enough))
            self.assertEqual(service.end(signal.SIGKILL), -signal.SIGKILL)
            clients.join()
            self.assertLessEqual(clients.statuses, {200})
            answered.update(clients.answered)
            by_key.update(clients.by_key)
        self.assertGreater(len(answered), kills)
        service.start()
        self.assert_logged(service.store, answered)
        # A key that was answered before the end stands for that answer after it.
        for key, (body, answer) in moments.sample(sorted(by_key.items()), min(50, len(by_key))):
            again = service.ask("POST", EVALUATE, body, {"Content-Type": "application/json", "Idempotency-Key": key})
            self.assertEqual((again[0], again[2]), (200, answer))
        self.assert_evaluates(service)
        records = self.assert_logged(service.store, answered)
        # What was logged and not answered is whole, too.
        for one in records.values():
            self.assertEqual(json.loads(one["answer"])["decision"], one["id"])
        replayed = run_heng("log", "replay", "--store", service.store, "--district", "shiliuzhuang", *list(records)[-20:])
        self.assertEqual(replayed.returncode, 0, replayed.stdout + replayed.stderr)
        self.assertEqual(service.stop(), 0)


class Full(Durable):
    def test_a_full_disk(self):
        service = Service(start=False, extra="store: sqlite:heng.db?max_pages=250\n")
        service.start()
        clients = self.load(service)
        self.assertTrue(clients.wait_for_refusal())
        self.assert_refused(service, {"store-full"})
        clients.join()
        self.assertEqual(clients.statuses, {200, 503})
        self.assertEqual(service.end(signal.SIGTERM), 0)
        self.assert_logged(service.store, clients.answered)
        # There is room again.
        config = service.folder / "heng.yaml"
        config.write_text(config.read_text(encoding="utf-8").replace("?max_pages=250", ""), encoding="utf-8")
        service.start()
        self.assert_evaluates(service)
        self.assertEqual(service.stop(), 0)

    def test_a_disk_that_takes_nothing_for_a_while(self):
        """No file may grow any more, and then it may again: the same process recovers."""
        service = Service(start=False, extra="store: sqlite:heng.db\n")
        # Else the system would end a process that writes too much.
        before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        try:
            service.start(restore_signals=False)
        finally:
            signal.signal(signal.SIGXFSZ, before)
        clients = self.load(service)
        self.assertTrue(clients.wait_for(lambda all_: len(all_.answered) > 20))
        unlimited = resource.prlimit(service.process.pid, resource.RLIMIT_FSIZE)
        for size in (0, 100000):
            resource.prlimit(service.process.pid, resource.RLIMIT_FSIZE, (size, unlimited[1]))
            for _ in range(2):
                self.assertTrue(clients.wait_for_refusal())
            self.assertEqual(service.ask("GET", "/livez")[0], 200)
            resource.prlimit(service.process.pid, resource.RLIMIT_FSIZE, unlimited)
            self.assert_evaluates(service)
        clients.join()
        self.assertLessEqual(clients.statuses, {200, 503})
        self.assert_logged(service.store, clients.answered)
        self.assertEqual(service.stop(), 0)


class Removed(Durable):
    def test_a_file_that_is_taken_away(self):
        service = Service(start=False, extra="store: sqlite:heng.db\n")
        service.start()
        clients = self.load(service)
        self.assertTrue(clients.wait_for(lambda all_: len(all_.answered) > 20))
        files = [service.folder / name for name in ("heng.db", "heng.db-wal", "heng.db-shm")]
        away = service.folder / "away"
        away.mkdir()
        for file in files:
            file.rename(away / file.name)
        self.assertTrue(clients.wait_for_refusal())
        self.assert_refused(service, {"store-unavailable", "no-such-store"})
        self.assertEqual(json.loads(service.ask("GET", "/readyz")[2])["store"], "unavailable")
        self.assertFalse(files[0].exists())
        # The file comes last: from then on it is used.
        for file in reversed(files):
            if (away / file.name).exists():
                (away / file.name).rename(file)
        self.assert_evaluates(service)
        clients.join()
        self.assertLessEqual(clients.statuses, {200, 503})
        self.assert_logged(service.store, clients.answered)
        self.assertEqual(service.stop(), 0)


class Lost(Durable):
    def test_a_postgresql_that_goes_away(self):
        cluster = Cluster()
        self.addCleanup(cluster.remove)
        service = Service(start=False, extra=f"store: \"{cluster.url}\"\n")
        service.start()
        answered = {}
        for _ in range(2):
            clients = self.load(service)
            self.assertTrue(clients.wait_for(lambda all_: len(all_.answered) > 30))
            cluster.stop()
            self.assertTrue(clients.wait_for_refusal())
            self.assert_refused(service, {"store-unavailable", "store-in-doubt"})
            cluster.start()
            self.assert_evaluates(service)
            clients.join()
            self.assertEqual(clients.statuses, {200, 503})
            answered.update(clients.answered)
        self.assert_logged(cluster.url, answered)
        self.assertEqual(service.stop(), 0)


if __name__ == "__main__":
    if "--kills" in sys.argv:
        at = sys.argv.index("--kills")
        kills = int(sys.argv[at + 1])
        del sys.argv[at:at + 2]
    unittest.main(verbosity=1)
