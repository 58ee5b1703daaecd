#!/usr/bin/env python3
"""The service end to end: `heng serve` as its own process, on a free port of this machine, spoken to over sockets.

HENG names the command (default: build/bin/heng). Honest requests go through http.client; hostile ones have tests of their own
(hostile_test.py, crowd_test.py). The examples of server/README.md are run as they stand there.
"""

import concurrent.futures
import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from make_request import make_request  # noqa: E402
from service import HENG, LIMIT, ROOT, Service, get, post, receive  # noqa: E402

SAMPLE = ROOT / "policies/shiliuzhuang/sample"
RANKS = ["组内名次", "总名次"]


JSON = b"Content-Type: application/json\r\n"


class Honest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.service = Service()
        cls.request = make_request(SAMPLE, "2024Q3")

    @classmethod
    def tearDownClass(cls):
        assert cls.service.stop() == 0, cls.service.said

    def test_says_what_it_serves(self):
        self.assertIn("shiliuzhuang.plates", self.service.said)
        self.assertIn("no authentication", self.service.said)

    def test_all_projects_at_once(self):
        status, headers, body = self.service.evaluate(self.request)
        self.assertEqual(status, 200, body)
        self.assertEqual(headers["Content-Type"], "application/json")
        self.assertEqual(headers["Cache-Control"], "no-store")
        answer = json.loads(body)
        self.assertRegex(answer["decision"], "^[0-9A-HJKMNP-TV-Z]{26}$")
        self.assertEqual([one["id"] for one in answer["results"]], [one["id"] for one in self.request["subjects"]])
        self.assertEqual(len(answer["results"]), 23)
        for one in answer["results"]:
            for name, output in one["outputs"].items():
                self.assertNotIn("error", output, (one["id"], name))
        ranks = sorted(int(one["outputs"]["总名次"]["value"]) for one in answer["results"])
        self.assertEqual(ranks[0], 1)

    def test_the_command_gives_the_same_bytes(self):
        _, _, body = self.service.evaluate(self.request)
        result = subprocess.run(
            [HENG, "eval", str(ROOT / "policies/shiliuzhuang"), "--input", "-", "--set", "红牌检查频次=5 次/月"],
            input=json.dumps(self.request, ensure_ascii=False).encode(), capture_output=True, check=False)
        self.assertEqual(result.returncode, 0, result.stderr.decode())
        of_command, of_service = result.stdout.rstrip(b"\n"), body
        self.assertEqual(of_command[of_command.index(b'"policy":'):], of_service[of_service.index(b'"policy":'):])

    def test_one_project_alone(self):
        whole = json.loads(self.service.evaluate(self.request)[2])["results"]
        for wanted in (whole[0], whole[7], whole[22]):
            alone = make_request(SAMPLE, "2024Q3", [wanted["id"]])
            outputs = json.loads(self.service.evaluate(alone)[2])["results"][0]["outputs"]
            for name, output in wanted["outputs"].items():
                if name in RANKS:
                    self.assertEqual(outputs[name]["error"]["code"], "needs-roster")
                    self.assertIn(name, outputs[name]["error"]["message"]["zh"])
                else:
                    self.assertEqual(outputs[name], output, name)

    def test_lines(self):
        lines = "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in self.request["subjects"]).encode()
        status, headers, body = self.service.evaluate(lines, "?period=2024Q3&roster=complete", "application/x-ndjson")
        self.assertEqual(status, 200, body)
        self.assertEqual(headers["Content-Type"], "application/x-ndjson")
        whole = json.loads(self.service.evaluate(self.request)[2])["results"]
        self.assertEqual([json.loads(line) for line in body.splitlines()], whole)

    def test_explanations(self):
        one = make_request(SAMPLE, "2024Q3", ["slz-01"], explain=True)
        result = json.loads(self.service.evaluate(one)[2])["results"][0]
        texts = {item["output"]: item["text"] for item in result["explanation"]}
        self.assertTrue(texts["挂牌"]["zh"])
        self.assertTrue(texts["挂牌"]["en"])

    def test_refused_facts(self):
        request = json.loads(json.dumps(self.request))
        request["subjects"][2]["inputs"]["2024-08"]["业主评价"] = "101"
        status, _, body = self.service.evaluate(request)
        self.assertEqual(status, 200, body)
        results = json.loads(body)["results"]
        self.assertEqual(results[2]["errors"][0]["at"], "/subjects/2/inputs/2024-08/业主评价")
        self.assertIn("value", results[3]["outputs"]["挂牌"])
        status, headers, body = self.service.evaluate(request, "?strict=true")
        self.assertEqual(status, 422)
        self.assertEqual(headers["Content-Type"], "application/problem+json")
        self.assertEqual(json.loads(body)["code"], "facts-refused")

    def test_source_and_etag(self):
        path = "/v1/districts/shiliuzhuang/policies/plates/versions/2024.1"
        version = json.loads(self.service.ask("GET", path)[2])
        _, headers, source = self.service.ask("GET", path + "/source")
        self.assertEqual(source, (ROOT / "policies/shiliuzhuang/plates.heng").read_bytes())
        self.assertEqual(headers["ETag"], f'"{version["digest"]}"')
        status, _, body = self.service.ask("GET", path + "/source", headers={"If-None-Match": headers["ETag"]})
        self.assertEqual((status, body), (304, b""))
        for name, type_ in (("graph", "application/json"), ("schema", "application/schema+json")):
            status, headers, body = self.service.ask("GET", f"{path}/{name}")
            self.assertEqual((status, headers["Content-Type"]), (200, type_))
            json.loads(body)

    def test_head(self):
        status, headers, body = self.service.ask("HEAD", "/v1/districts")
        self.assertEqual((status, body), (200, b""))
        self.assertGreater(int(headers["Content-Length"]), 0)

    def test_one_connection_many_requests(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.service.port, timeout=30)
        for _ in range(200):
            connection.request("GET", "/livez")
            response = connection.getresponse()
            response.read()
            self.assertEqual(response.status, 200)
            self.assertFalse(response.will_close)
        connection.close()

    def test_many_at_once(self):
        wanted = json.loads(self.service.evaluate(self.request)[2])["results"]
        with concurrent.futures.ThreadPoolExecutor(12) as pool:
            answers = list(pool.map(lambda _: self.service.evaluate(self.request), range(48)))
        self.assertTrue(all(status == 200 and json.loads(body)["results"] == wanted for status, _, body in answers))
        self.assertEqual(len({json.loads(body)["decision"] for _, _, body in answers}), 48)

    def test_pipelined(self):
        with self.service.connect() as connection:
            connection.sendall(get() * 499 + get(headers=b"Connection: close\r\n"))
            self.assertEqual(receive(connection).count(b"HTTP/1.1 200 OK"), 500)

    def test_empty_lines_before_a_request(self):
        """As clients of old send one behind a body."""
        with self.service.connect() as connection:
            connection.sendall(b"\r\n" * 4 + get() + b"\r\n" + get() + b"\r\n\r\n" + get(headers=b"Connection: close\r\n"))
            self.assertEqual(receive(connection).count(b"HTTP/1.1 200 OK"), 3)

    def test_hosts(self):
        for host in (b"", b"a", b"a:8080", b"127.0.0.1:80", b"[::1]:8080", b"%E7%9F%B3.example"):
            with self.subTest(host), self.service.connect() as connection:
                connection.sendall(b"GET /livez HTTP/1.1\r\nHost: " + host + b"\r\nConnection: close\r\n\r\n")
                self.assertIn(b" 200 OK", receive(connection))

    def test_half_closed(self):
        with self.service.connect() as connection:
            connection.sendall(get() * 3)
            connection.shutdown(socket.SHUT_WR)
            self.assertEqual(receive(connection).count(b"HTTP/1.1 200 OK"), 3)

    def test_expect_continue(self):
        with self.service.connect() as connection:
            connection.sendall(post(JSON + b"Expect: 100-continue\r\nConnection: close\r\nContent-Length: 2\r\n"))
            self.assertEqual(connection.recv(100), b"HTTP/1.1 100 Continue\r\n\r\n")
            connection.sendall(b"{}")
            self.assertIn(b"HTTP/1.1 400", receive(connection))

    def test_old_http(self):
        with self.service.connect() as connection:
            connection.sendall(b"GET /livez HTTP/1.0\r\n\r\n")
            answer = receive(connection)
            self.assertIn(b" 200 OK", answer)
            self.assertIn(b"Connection: close", answer)
        # It takes a connection as ended unless the answer says that it is kept.
        for path, body in ((b"/livez", b""), (b"/v1/check", b'{"source": ""}')):
            asked = (b"POST " if body else b"GET ") + path + b" HTTP/1.0\r\n" + JSON + b"Content-Length: %d\r\n" % len(body)
            with self.service.connect() as connection:
                connection.sendall(asked + b"Connection: keep-alive\r\n\r\n" + body + asked + b"\r\n" + body)
                answer = receive(connection)
                self.assertEqual(answer.count(b" 200 OK"), 2, answer)
                self.assertEqual(re.findall(rb"Connection: (.*)\r\n", answer), [b"keep-alive", b"close"])


class Hostile(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.service = Service()

    @classmethod
    def tearDownClass(cls):
        assert cls.service.stop() == 0, cls.service.said

    def assert_honest_is_answered(self):
        self.assertEqual(self.service.ask("GET", "/livez")[0], 200)

    def test_nothing_behind_a_refused_request_is_read(self):
        smuggled = get(b"/v1/districts")
        data = post(JSON + b"Transfer-Encoding: chunked\r\n", b"0\r\n\r\n" + smuggled)
        with self.service.connect() as connection:
            connection.sendall(data)
            self.assertEqual(receive(connection).count(b"HTTP/1.1 "), 1)

    def test_bodies_too_large_are_not_read(self):
        with self.service.connect() as connection:
            connection.sendall(post(JSON + b"Content-Length: %d\r\n" % (LIMIT + 1)))
            self.assertTrue(connection.recv(1000).startswith(b"HTTP/1.1 413 "))

    def test_connections_that_come_to_nothing(self):
        descriptors = f"/proc/{self.service.process.pid}/fd"
        before = len(os.listdir(descriptors))
        for _ in range(300):
            connection = self.service.connect()
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            connection.sendall(b"GET /li")
            connection.close()
        self.assert_honest_is_answered()
        for _ in range(100):
            if len(os.listdir(descriptors)) <= before + 2:
                break
            self.assert_honest_is_answered()
        self.assertLessEqual(len(os.listdir(descriptors)), before + 2)


class Process(unittest.TestCase):
    def run_heng(self, *arguments):
        return subprocess.run([HENG, "--lang", "en", "serve", *arguments], capture_output=True, text=True, timeout=30,
                              check=False)

    def test_a_second_server_on_the_port_fails(self):
        service = Service()
        second = self.run_heng("--config", str(service.folder / "heng.yaml"), "--listen", f"127.0.0.1:{service.port}")
        self.assertEqual(second.returncode, 3, second.stderr)
        self.assertIn("cannot listen on 127.0.0.1", second.stderr)
        self.assertEqual(service.ask("GET", "/livez")[0], 200)
        self.assertEqual(service.stop(), 0)

    def test_signals_stop_it_cleanly(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            service = Service()
            idle = service.connect()
            self.assertEqual(service.ask("GET", "/livez")[0], 200)
            self.assertEqual(service.stop(number), 0, service.said)
            self.assertIn("stopped", service.said)
            idle.close()

    def test_a_request_that_runs_is_finished(self):
        service = Service()
        body = json.dumps(make_request(SAMPLE, "2024Q3"), ensure_ascii=False).encode()
        with service.connect() as connection:
            connection.sendall(post(JSON + b"Content-Length: %d\r\n" % len(body), body[:-1]))
            # Answered behind the request above, whose thread has begun with it.
            self.assertEqual(service.ask("GET", "/livez")[0], 200)
            service.process.send_signal(signal.SIGTERM)
            with self.assertRaises(OSError):
                for _ in range(1000):
                    service.ask("GET", "/livez")
            connection.sendall(body[-1:])
            self.assertTrue(receive(connection).startswith(b"HTTP/1.1 200 OK"))
        self.assertEqual(service.process.wait(timeout=30), 0)
        service.reader.join(timeout=30)
        service.process.stderr.close()
        shutil.rmtree(service.folder)

    def test_an_answer_has_a_limit(self):
        """Short lines have long answers: each says what is missing."""
        service = Service(limit=16 << 20)
        lines = b"".join(b'{"id":"p%d"}\n' % i for i in range(400000))
        status, _, body = service.evaluate(lines, "?period=2024Q3", "application/x-ndjson")
        self.assertEqual((status, json.loads(body)["code"]), (422, "answer-too-large"))
        self.assertEqual(service.evaluate(make_request(SAMPLE, "2024Q3"))[0], 200)
        self.assertEqual(service.stop(), 0)

    def test_a_broken_district_does_not_stop_the_others(self):
        service = Service(broken=True)
        self.assertIn("broken.yaml:1:7: error truth-word", service.said)
        self.assertIn("broken.yaml:2:9: error no-policy", service.said)
        for query, wanted in (("", (200, {"ready": True, "broken": ["broken"]})),
                              ("?strict=true", (503, {"ready": False, "broken": ["broken"]}))):
            status, _, body = service.ask("GET", "/readyz" + query)
            self.assertEqual((status, json.loads(body)), wanted)
        self.assertEqual(service.evaluate(make_request(SAMPLE, "2024Q3"))[0], 200)
        self.assertEqual(service.ask("POST", "/v1/districts/broken/evaluate", b"{}")[0], 503)
        self.assertEqual(service.stop(), 0)

    def test_configurations_that_cannot_be_used(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "heng.yaml"
            self.assertEqual(self.run_heng("--config", str(path)).returncode, 3)
            path.write_text("listen: nowhere\ndistricts: none\nthread: 4\n", encoding="utf-8")
            result = self.run_heng("--config", str(path))
            self.assertEqual(result.returncode, 1)
            for place in ("heng.yaml:1:9: ", "heng.yaml:2:12: ", "heng.yaml:3:1: "):
                self.assertIn(place, result.stderr)
        committed = str(ROOT / "policies/heng.yaml")
        self.assertEqual(self.run_heng("--config", committed, "--listen", "nowhere").returncode, 2)
        self.assertEqual(self.run_heng("--config", committed, "--listen", "192.0.2.1:8080").returncode, 3)


def fits(wanted, got):
    """True if everything of `wanted` is in `got`; "…" stands for anything."""
    if wanted == "…":
        return True
    if isinstance(wanted, dict):
        return isinstance(got, dict) and all(key in got and fits(value, got[key]) for key, value in wanted.items())
    if isinstance(wanted, list):
        return isinstance(got, list) and all(any(fits(value, one) for one in got) for value in wanted)
    return wanted == got


class Readme(unittest.TestCase):
    def test_every_example_runs(self):
        """Each ```sh block with curl is run in the root of the repository; a ```json block behind it is in what comes out."""
        text = (ROOT / "server/README.md").read_text(encoding="utf-8")
        blocks = re.findall(r"```sh\n(.*?)```\n(?:\n```json\n(.*?)```)?", text, re.S)
        examples = [(command, wanted) for command, wanted in blocks if "curl" in command]
        self.assertGreaterEqual(len(examples), 8)
        service = Service(extra="store: sqlite:heng.db\n")
        environment = {**os.environ, "NO_PROXY": "127.0.0.1"}
        for command, wanted in examples:
            with self.subTest(command):
                script = "set -euo pipefail\n" + command.replace("127.0.0.1:8080", f"127.0.0.1:{service.port}")
                result = subprocess.run(["bash", "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True,
                                        timeout=60, check=False)
                self.assertEqual(result.returncode, 0, result.stderr)
                if wanted:
                    self.assertTrue(fits(json.loads(wanted), json.loads(result.stdout)), result.stdout)
        self.assertEqual(service.stop(), 0)


if __name__ == "__main__":
    unittest.main(verbosity=1)
