#!/usr/bin/env python3
"""Each row of hostile.py, sent to a service with keys, a store and two districts: it gets its status, and the next good request its right
bytes at once. Then what is told over several requests: idempotency keys, slow clients.

HENG names the command (default: build/bin/heng).
"""

import concurrent.futures
import hashlib
import json
import re
import socket
import sqlite3
import subprocess
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import hostile  # noqa: E402
from make_request import make_request  # noqa: E402
from service import EVALUATE, HENG, ROOT, Service, receive, run_heng  # noqa: E402

SAMPLE = ROOT / "policies/shiliuzhuang/sample"


def body_of(subject="slz-01"):
    return json.dumps(make_request(SAMPLE, "2024Q3", [subject]), ensure_ascii=False).encode()


def expired_key(store):
    """Written into the store as it would stand there a day after it had expired; its text."""
    identity, salt, secret = "00" * 8, "11" * 16, "22" * 32
    digest = hashlib.sha256(f"heng key 1\n{salt}\n{secret}\n".encode()).hexdigest()
    with sqlite3.connect(store.removeprefix("sqlite:")) as database:
        database.execute("INSERT INTO api_keys VALUES (?, 'old', 'test', ?, ?, 0, 86400000)", (identity, salt, digest))
        database.execute("INSERT INTO api_key_roles VALUES (?, 'shiliuzhuang', 'evaluator')", (identity,))
    return f"heng_{identity}_{secret}"


def results_of(answer):
    """What depends on the facts alone: the answer without its id and district."""
    return answer[answer.index(b'"policy":'):]


class Hostile(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.service = Service(start=False, extra="store: sqlite:heng.db\n", districts=("shiliuzhuang", "fatou"),
                              limits="head_seconds: 1, body_seconds: 1, requests_per_second: 10000")
        cls.keys = {name: cls.service.make_key(*grants) for name, grants in hostile.KEYS.items()}
        cls.keys["expired"] = expired_key(cls.service.store)
        revoked = run_heng("key", "revoke", "--store", cls.service.store, cls.keys["revoked"].split("_")[1])
        assert revoked.returncode == 0, revoked.stderr
        cls.service.start()
        # What is right is said by the command.
        eval_ = subprocess.run([HENG, "eval", str(ROOT / "policies/shiliuzhuang"), "--input", "-", "--set", "红牌检查频次=5 次/月"],
                               input=body_of(), capture_output=True, check=True)
        cls.right = results_of(eval_.stdout.rstrip(b"\n"))
        cls.decision = json.loads(cls.evaluate(body_of())[2])["decision"]

    @classmethod
    def tearDownClass(cls):
        assert cls.service.stop() == 0, cls.service.said

    @classmethod
    def evaluate(cls, body, key="evaluator", headers=None):
        return cls.service.ask("POST", EVALUATE, body, {"Content-Type": "application/json", **(headers or {}),
                                                        "Authorization": f"Bearer {cls.keys[key]}"})

    def assert_good_is_answered(self):
        status, _, answer = self.evaluate(body_of())
        self.assertEqual(status, 200, answer)
        self.assertEqual(results_of(answer), self.right)

    def bytes_of(self, row):
        def fill(match):
            name, _, part = match.group(1).decode().partition(" ")
            if name == "decision":
                return self.decision.encode()
            text = self.keys[name]
            if part == "id":
                return text.rpartition("_")[0].encode()
            return (text.rpartition("_")[2] if part == "secret" else text).encode()

        return re.sub(rb"@([a-z]+(?: [a-z]+)?)@", fill, row)

    def send(self, data):
        """The answer, and nothing behind it: each row is the only request of its connection."""
        with self.service.connect() as connection:
            try:
                connection.sendall(data)
                connection.shutdown(socket.SHUT_WR)
            except OSError:
                pass  # refused before all of it was sent
            return receive(connection)

    def test_each_gets_its_status(self):
        for table, rows in hostile.TABLES.items():
            for name, (data, status) in rows.items():
                with self.subTest(f"{table}: {name}"):
                    answer = self.send(self.bytes_of(data))
                    self.assertTrue(answer.startswith(b"HTTP/1.1 %d " % status), answer[:400])
                    head, _, rest = answer.partition(b"\r\n\r\n")
                    length = int(re.search(rb"Content-Length: (\d+)", head).group(1))
                    problem = json.loads(rest[:length])
                    self.assertIn(b"application/problem+json", head)
                    self.assertNotIn(b"X-Evil", head)
                    self.assertEqual(head.count(b"X-Content-Type-Options: nosniff"), 1)
                    self.assertEqual(problem["status"], status)
                    self.assertTrue(problem["code"] and problem["messages"]["zh"] and problem["messages"]["en"])
                    self.assertEqual(b"WWW-Authenticate" in head, status == 401)
                    self.assertEqual(b"\r\nAllow:" in head, status == 405)
                    for key in self.keys.values():
                        self.assertNotIn(key.rpartition("_")[2].encode(), answer)
                    self.assert_good_is_answered()

    def test_slow_clients_wait_for_nobody_else(self):
        connections = {name: self.service.connect() for name in hostile.SLOW}
        said = dict.fromkeys(connections, b"")
        for name, (begin, _, _) in hostile.SLOW.items():
            connections[name].sendall(self.bytes_of(begin))
        while connections:
            self.assert_good_is_answered()
            for name, connection in list(connections.items()):
                _, more, wanted = hostile.SLOW[name]
                connection.settimeout(0.01)
                try:
                    part = connection.recv(65536)
                    said[name] += part
                    ended = not part
                except TimeoutError:
                    ended = False
                    connection.sendall(more)
                except OSError:
                    ended = True
                if ended:
                    self.assertTrue(said[name].startswith(wanted), (name, said[name][:200]))
                    connections.pop(name).close()

    def test_an_idempotency_key_stands_for_one_request(self):
        def ask(key, body, who="evaluator"):
            return self.evaluate(body, who, {"Idempotency-Key": key})

        first = ask("a", body_of())
        self.assertEqual(first[0], 200, first[2])
        for _ in range(3):
            again = ask("a", body_of())
            self.assertEqual((again[0], again[2]), (200, first[2]))
        for body in (body_of("slz-02"), body_of() + b" "):
            other = ask("a", body)
            self.assertEqual((other[0], json.loads(other[2])["code"]), (422, "idempotency-conflict"))
        self.assertEqual(ask("a", body_of())[2], first[2])
        self.assertEqual(ask("a", b"{}", "stranger")[0], 403)
        # A request that was refused is not what the key stands for.
        self.assertEqual(ask("b", b"{")[0], 400)
        self.assertEqual(ask("b", body_of())[0], 200)

    def test_an_idempotency_key_at_once(self):
        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            answers = list(pool.map(lambda _: self.evaluate(body_of(), headers={"Idempotency-Key": "at once"}), range(32)))
        self.assertEqual({status for status, _, _ in answers}, {200})
        self.assertEqual(len({body for _, _, body in answers}), 1)
        self.assertEqual(len({headers.get("Heng-Decision", json.loads(body)["decision"]) for _, headers, body in answers}), 1)


if __name__ == "__main__":
    unittest.main(verbosity=1)
