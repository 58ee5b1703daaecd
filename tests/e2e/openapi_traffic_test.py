#!/usr/bin/env python3
"""/openapi.json is true: whatever the other suites and the examples of server/README.md ask, and are answered, is valid by its schemas; every
answer that it describes is among that; and a schema finds what is missing from an answer.

HENG names the command (default: build/bin/heng).
"""

import http.server
import importlib
import json
import sys
import threading
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import service  # noqa: E402
from json_schema import inner  # noqa: E402
from openapi_check import Api  # noqa: E402

ask = service.Service.ask
mistakes = []


def described():
    one = service.Service()
    document = json.loads(ask(one, "GET", "/openapi.json")[2])
    assert one.stop() == 0, one.said
    return Api(document)


api = described()
lock = threading.Lock()


def ask_and_check(self, method, path, body=None, headers=None):
    answer = ask(self, method, path, body, headers)
    if method != "HEAD":
        with lock:
            mistakes.extend(f"{method} {path} {answer[0]}: {one}" for one in api.mistakes(method, path, body, headers or {}, answer))
    return answer


class Front(http.server.BaseHTTPRequestHandler):
    """Asks the service in place of a client that is another process."""

    protocol_version = "HTTP/1.1"
    service = None

    def forward(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))) or None
        kept = {name: value for name, value in self.headers.items() if name.lower() not in ("host", "content-length", "connection")}
        status, headers, answer = self.service.ask(self.command, self.path, body, kept)
        self.send_response_only(status)
        for name, value in headers.items():
            if name.lower() not in ("content-length", "connection", "keep-alive"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_GET = do_POST = forward

    def log_message(self, *_):
        pass


class Fronted(service.Service):
    """A service whose port is that of the front; `ask` goes to its own."""

    def start(self, **options):
        super().start(**options)
        self.own = self.port
        front = type("FrontOfOne", (Front,), {"service": self})
        self.front = http.server.ThreadingHTTPServer(("127.0.0.1", 0), front)
        self.port = self.front.server_address[1]
        threading.Thread(target=self.front.serve_forever, daemon=True).start()

    def ask(self, method, path, body=None, headers=None):
        behind = object.__new__(service.Service)
        behind.port = self.own
        return behind.ask(method, path, body, headers)

    def end(self, number):
        self.front.shutdown()
        self.front.server_close()
        return super().end(number)


service.Service.ask = ask_and_check
import http_test  # noqa: E402
import openapi_rest  # noqa: E402

# Every suite that asks a service; that of crowds asks the same thing very often.
SUITES = [importlib.import_module(file.stem) for file in sorted(Path(__file__).parent.glob("*_test.py"))
          if ".ask(" in file.read_text(encoding="utf-8") and not file.stem.startswith(("openapi", "crowd", "http"))]


def run_suites():
    """How many tests ran, and what failed."""
    load = unittest.defaultTestLoader
    result = unittest.TestResult()
    for cases in [*map(load.loadTestsFromModule, SUITES), load.loadTestsFromTestCase(http_test.Honest)]:
        cases.run(result)
    # Its clients are processes of curl.
    http_test.Service = Fronted
    load.loadTestsFromTestCase(http_test.Readme).run(result)
    http_test.Service = service.Service
    return result.testsRun, [text for _, text in result.errors + result.failures]


# Bytes; another engine's answers take another program.
UNMET = {"Workbook", "Replay.problem", "Replay.answer"}


def unmet(schema, name):
    """The outermost parts of it that nothing was compared with."""
    if id(schema) not in api.validator.met:
        return {name}
    return {place for part, one in inner(schema) for place in unmet(one, f"{name}.{part}")}


def without(value, key):
    return {name: one for name, one in value.items() if name != key}


class Traffic(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.ran, cls.failed = run_suites()
        openapi_rest.ask_the_rest()

    def test_the_suites_passed(self):
        self.assertFalse(self.failed, "\n".join(self.failed))
        self.assertGreaterEqual(self.ran, 50)

    def test_whatever_was_asked_and_answered_is_described(self):
        self.assertFalse(mistakes, "\n" + "\n".join(mistakes))

    def test_every_answer_that_is_described_was_given(self):
        wanted = set()
        for path, item in api.document["paths"].items():
            for method, operation in item.items():
                for status, response in operation["responses"].items():
                    if status.startswith(("2", "3")):
                        wanted |= {(path, method, int(status), type_) for type_ in response.get("content", {"": None})}
        self.assertEqual(wanted - api.seen.keys(), set())
        self.assertIn(("/readyz", "get", 503, "application/json"), api.seen)

    def test_every_part_of_the_schemas_was_met(self):
        schemas = api.document["components"]["schemas"].items()
        self.assertEqual({place for name, schema in schemas for place in unmet(schema, name)}, UNMET)

    def test_what_is_missing_or_unknown_is_found(self):
        found = 0
        for key, seen in api.seen.items():
            if seen is None or not isinstance(seen[0], dict):
                continue
            value, schema = seen
            with self.subTest(key):
                self.assertTrue(api.validator.valid(value, schema))
                if key[0] != "/openapi.json":
                    self.assertFalse(api.validator.valid({**value, "no_such_member": 1}, schema))
                required = [name for name in value if not api.validator.valid(without(value, name), schema)]
                self.assertTrue(required)
                found += len(required)
                for name in required:
                    # No member is of a type that takes anything.
                    self.assertFalse(api.validator.valid({**value, name: [[]]}, schema), name)
        self.assertGreaterEqual(found, 100)


if __name__ == "__main__":
    unittest.main(verbosity=1)
