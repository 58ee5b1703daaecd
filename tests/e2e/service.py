"""A running `heng serve` for the end-to-end tests, and how to speak to it: honestly through http.client, or in raw bytes."""

import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HENG = os.environ.get("HENG", str(ROOT / "build/bin/heng"))
EVALUATE = "/v1/districts/shiliuzhuang/evaluate"
LIMIT = 1 << 20


def attempts():
    """For asking until something has become so, which takes a second or so, and much longer where the disk is busy. Between two questions
    others may work; what is asserted does not depend on the time."""
    pause = threading.Event()
    for _ in range(4000):
        yield
        pause.wait(0.03)


def run_heng(*arguments, **options):
    return subprocess.run([HENG, "--lang", "en", *arguments], capture_output=True, text=True, timeout=120, check=False, **options)


class Service:
    """A `heng serve`; its folder holds the configuration, and a copy of the policy for each of `districts` if there are several.
    With start=False it can be given keys before it runs (`make_key`, `start`)."""

    def __init__(self, broken=False, limit=LIMIT, limits="head_seconds: 1, body_seconds: 1, write_seconds: 1", threads=2,
                 extra="", districts=("shiliuzhuang",), start=True):
        self.folder = Path(tempfile.mkdtemp(prefix="heng-http-"))
        (self.folder / "districts").mkdir()
        (self.folder / "heng.yaml").write_text(
            f"listen: 127.0.0.1:0\ndistricts: districts\nthreads: {threads}\nrequest_limit_bytes: {limit}\n"
            f"limits: {{ {limits} }}\n{extra}", encoding="utf-8")
        for district in districts:
            policy = ROOT / "policies/shiliuzhuang"
            if len(districts) > 1:
                policy = self.folder / "policies" / district
                policy.mkdir(parents=True)
                shutil.copy(ROOT / "policies/shiliuzhuang/plates.heng", policy)
            (self.folder / f"districts/{district}.yaml").write_text(
                f"name: 石榴庄街道\npolicy: {policy}\nparameters: {{ 红牌检查频次: 5 次/月 }}\n", encoding="utf-8")
        if broken:
            (self.folder / "districts/broken.yaml").write_text("name: yes\npolicy: nowhere\n", encoding="utf-8")
        self.said = ""
        if start:
            self.start()

    def start(self, **options):
        self.process = subprocess.Popen([HENG, "--lang", "en", "serve", "--config", str(self.folder / "heng.yaml")],
                                        stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, **options)
        began = len(self.said)
        while "Ctrl-C" not in self.said[began:]:
            line = self.process.stderr.readline()
            if not line:
                raise RuntimeError("heng serve ended: " + self.said)
            self.said += line
        # What it says is read all the time: a full pipe would stop it.
        self.reader = threading.Thread(target=self.read_on, daemon=True)
        self.reader.start()
        self.port = int(re.findall(r"http://127\.0\.0\.1:(\d+)", self.said)[-1])

    @property
    def store(self):
        """Of a service with `store: sqlite:heng.db`."""
        return f"sqlite:{self.folder}/heng.db"

    def make_key(self, *grants):
        made = run_heng("key", "create", "--store", self.store, "--name", "test", *[x for g in grants for x in ("--grant", g)])
        assert made.returncode == 0, made.stderr
        return made.stdout.strip()

    def read_on(self):
        for line in self.process.stderr:
            self.said += line

    def connect(self, timeout=20):
        return socket.create_connection(("127.0.0.1", self.port), timeout=timeout)

    def ask(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            return response.status, dict(response.getheaders()), response.read()
        finally:
            connection.close()

    def evaluate(self, request, query="", type_="application/json"):
        body = request if isinstance(request, bytes) else json.dumps(request, ensure_ascii=False).encode()
        return self.ask("POST", EVALUATE + query, body, {"Content-Type": type_})

    def end(self, number):
        """The exit status. The folder stays, and it can be started again."""
        self.process.send_signal(number)
        status = self.process.wait(timeout=30)
        self.reader.join(timeout=30)
        self.process.stderr.close()
        return status

    def kill(self):
        """Whatever state a test that failed has left it in."""
        process = getattr(self, "process", None)
        if process is not None and process.poll() is None:
            self.end(signal.SIGKILL)
        shutil.rmtree(self.folder, ignore_errors=True)

    def stop(self, number=signal.SIGTERM):
        """The exit status."""
        status = self.end(number)
        shutil.rmtree(self.folder, ignore_errors=True)
        return status


def receive(connection):
    """Everything until the other side ends or resets the connection."""
    data = b""
    try:
        while part := connection.recv(65536):
            data += part
    except (ConnectionResetError, BrokenPipeError):
        pass
    return data


def post(headers, body=b""):
    return b"POST " + EVALUATE.encode() + b" HTTP/1.1\r\nHost: a\r\n" + headers + b"\r\n" + body


def get(path=b"/livez", headers=b""):
    return b"GET " + path + b" HTTP/1.1\r\nHost: a\r\n" + headers + b"\r\n"
