#!/usr/bin/env python3
"""Many clients at once, and slow ones, against `heng serve` as its own process: nobody who behaves waits for those who do not.

HENG names the command (default: build/bin/heng).
"""

import os
import resource
import selectors
import socket
import sys
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from service import Service, get, post, receive  # noqa: E402

JSON = b"Content-Type: application/json\r\n"
CLOSE = b"Connection: close\r\n"
RESET = b"\1\0\0\0\0\0\0\0"  # linger 0: closing resets the connection


def read_answers(connection, count, timeout=30):
    """The number of answers that came, up to `count`; each `/livez` answer ends with its object."""
    connection.settimeout(timeout)
    data = b""
    while data.count(b'"alive":true') < count:
        part = connection.recv(1 << 16)
        if not part:
            break
        data += part
    return data.count(b"HTTP/1.1 200 OK")


class Crowd(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        files = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (files[1], files[1]))
        cls.service = Service()

    @classmethod
    def tearDownClass(cls):
        assert cls.service.stop() == 0, cls.service.said

    def assert_honest_is_answered(self):
        self.assertEqual(self.service.ask("GET", "/livez")[0], 200)

    def test_512_of_512_beside_500_that_drip(self):
        drips = [self.service.connect(timeout=30) for _ in range(500)]
        for i, connection in enumerate(drips):
            connection.sendall(b"GET /livez HTTP/1.1\r\nHo" if i % 2 else post(JSON + b"Content-Length: 100\r\n", b"{"))
        kept = [self.service.connect(timeout=30) for _ in range(512)]
        for _ in range(3):
            for connection in kept:
                connection.sendall(get())
            self.assertEqual(sum(read_answers(connection, 1) for connection in kept), 512)
        for connection in drips:
            self.assertTrue(receive(connection).startswith(b"HTTP/1.1 408 "))
            connection.close()
        for connection in kept:
            connection.sendall(get())
        self.assertEqual(sum(read_answers(connection, 1) for connection in kept), 512)
        for connection in kept:
            connection.close()

    def test_20000_pipelined(self):
        count = 20000
        data = memoryview(get() * (count - 1) + get(headers=CLOSE))
        with self.service.connect() as connection:
            connection.setblocking(False)
            answers, tail, sent = 0, b"", 0
            with selectors.DefaultSelector() as selector:
                selector.register(connection, selectors.EVENT_READ | selectors.EVENT_WRITE)
                ended = False
                while not ended:
                    for _, events in selector.select(timeout=30):
                        if events & selectors.EVENT_WRITE and sent < len(data):
                            sent += connection.send(data[sent:sent + 65536])
                        if sent == len(data):
                            selector.modify(connection, selectors.EVENT_READ)
                        if events & selectors.EVENT_READ:
                            part = connection.recv(1 << 16)
                            ended = not part
                            text = tail + part
                            answers += text.count(b"HTTP/1.1 200 OK")
                            tail = text[-14:] if not text.endswith(b"OK") else b""
                            answers -= tail.count(b"HTTP/1.1 200 OK")
        self.assertEqual(answers, count)

    def test_who_never_reads_is_cut(self):
        with socket.socket() as connection:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.settimeout(10)
            connection.connect(("127.0.0.1", self.service.port))
            with self.assertRaises(OSError):
                # Until the server stops reading, and then until it cuts.
                while True:
                    connection.sendall(get(b"/v1/districts") * 1000)
        self.assert_honest_is_answered()

    def test_resets_leave_nothing_behind(self):
        descriptors = f"/proc/{self.service.process.pid}/fd"
        self.assert_honest_is_answered()
        before = len(os.listdir(descriptors))
        for i in range(1000):
            connection = self.service.connect()
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            connection.sendall((b"GET /li", get(), post(JSON + b"Content-Length: 2\r\n", b"{}"))[i % 3])
            connection.close()
        for _ in range(1000):
            if len(os.listdir(descriptors)) <= before + 2:
                break
            self.assert_honest_is_answered()
        self.assertLessEqual(len(os.listdir(descriptors)), before + 2)

    def test_memory_is_given_back(self):
        def resident_kb():
            status = Path(f"/proc/{self.service.process.pid}/status").read_text(encoding="utf-8")
            return int(status.split("VmRSS:")[1].split()[0])

        size = (1 << 20) - 10
        before = resident_kb()
        for _ in range(100):
            with self.service.connect() as connection:
                connection.sendall(post(JSON + CLOSE + b"Content-Length: %d\r\n" % size, b" " * size))
                self.assertTrue(receive(connection).startswith(b"HTTP/1.1 400 "))
        # The allocator keeps what is free for a second, in a service that has nothing to do as well.
        end = time.monotonic() + 20
        while resident_kb() >= before + 20000 and time.monotonic() < end:
            time.sleep(0.1)
        self.assertLess(resident_kb(), before + 20000)

    def test_what_a_body_held_is_given_back_with_its_answer(self):
        """Else some kept-alive connections that once sent much would take the room of all."""
        size, step = 900000, 256 << 10

        def held():
            return int(self.service.ask("GET", "/metrics")[2].split(b"\nheng_http_held_bytes ")[1].split()[0])

        with self.service.connect() as connection:
            # Who announces much and sends little takes little.
            connection.sendall(post(JSON + b"Content-Length: %d\r\n" % size, b" "))
            while held() < 1:
                pass
            self.assertLessEqual(held(), step + 1)
            connection.sendall(b" " * 600000)
            while held() < 600001:
                pass
            connection.sendall(b" " * (size - 600001))
            self.assertTrue(connection.recv(1 << 16).startswith(b"HTTP/1.1 400 "))
            self.assertIn(b"\nheng_http_held_bytes 0\n", self.service.ask("GET", "/metrics")[2])


class Full(unittest.TestCase):
    def test_the_oldest_half_open_request_goes(self):
        service = Service(limits="head_seconds: 60, connections: 200")
        half = []
        for _ in range(3000):
            connection = service.connect()
            connection.sendall(b"GET /livez HTTP/1.1\r\nHo")
            half.append(connection)
            if len(half) % 250 == 0:
                self.assertEqual(service.ask("GET", "/livez")[0], 200)
        self.assertEqual(receive(half[0]), b"")
        half[-1].sendall(b"st: a\r\nConnection: close\r\n\r\n")
        self.assertIn(b" 200 OK", receive(half[-1]))
        for connection in half:
            connection.close()
        self.assertEqual(service.stop(), 0)

    def test_a_full_queue_is_said(self):
        service = Service(limits="queued: 1", threads=1)
        size = (1 << 20) - 10
        request = post(JSON + CLOSE + b"Content-Length: %d\r\n" % size, b"[" + b" " * (size - 2) + b"]")
        crowd = [service.connect() for _ in range(60)]
        for connection in crowd:
            connection.sendall(request[:-1])
        for connection in crowd:
            connection.sendall(request[-1:])
        answers = [receive(connection) for connection in crowd]
        for connection in crowd:
            connection.close()
        statuses = {answer[9:12] for answer in answers}
        self.assertLessEqual(statuses, {b"400", b"503"})
        self.assertIn(b"400", statuses)
        for answer in answers:
            self.assertEqual(answer.startswith(b"HTTP/1.1 503"), b"Retry-After: 1\r\n" in answer)
        self.assertEqual(service.ask("GET", "/livez")[0], 200)
        self.assertEqual(service.stop(), 0)

    def test_unix_socket(self):
        service = Service(extra="socket: heng.sock\n")
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(service.folder / "heng.sock"))
            connection.sendall(get(headers=CLOSE))
            self.assertIn(b" 200 OK", receive(connection))
        self.assertEqual(service.stop(), 0)
        self.assertFalse((service.folder / "heng.sock").exists())


if __name__ == "__main__":
    unittest.main(verbosity=1)
