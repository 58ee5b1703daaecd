#!/usr/bin/env python3
"""What tools/deploy ships: the Debian package, taken apart in a scratch root, whose binary says READY=1; the systemd unit, by its own
verifier; nginx with the shipped configuration in front of the service, over TLS.

HENG names the command (default: build/bin/heng), HENG_BUILD the build folder (default: build). Not run: systemd itself, containers.
"""

import http.client
import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from make_request import make_request  # noqa: E402
from service import EVALUATE, ROOT, Service  # noqa: E402

BUILD = Path(os.environ.get("HENG_BUILD", str(ROOT / "build"))).resolve()
DEPLOY = ROOT / "tools/deploy"
BODY = json.dumps(make_request(ROOT / "policies/shiliuzhuang/sample", "2024Q3", ["slz-01"]), ensure_ascii=False).encode()


def run(*command, **options):
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False, **options)
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    return done.stdout + done.stderr


def free_port():
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return listening.getsockname()[1]


class Deploy(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)


class Package(Deploy):
    def test_it_installs_and_its_binary_says_that_it_is_ready(self):
        run("cpack", "-G", "DEB", "-B", str(self.folder), cwd=BUILD)
        (package,) = self.folder.glob("*.deb")
        fields = run("dpkg-deb", "--field", str(package))
        self.assertRegex(fields, r"(?m)^Package: heng$")
        self.assertRegex(fields, r"(?m)^Depends: .*libc6")
        root = self.folder / "root"
        (root / "var/lib/dpkg").mkdir(parents=True)
        (root / "var/lib/dpkg/status").touch()
        # The libraries are this system's: the scratch root has none.
        run("dpkg", f"--root={root}", "--force-not-root", "--force-depends", "--force-script-chrootless", "--log=/dev/null", "--install",
            str(package))
        installed = {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}
        for name in ("usr/bin/heng", "etc/heng/heng.yaml", "usr/lib/systemd/system/heng.service", "usr/share/doc/heng/nginx.conf"):
            self.assertIn(name, installed)
        self.assertTrue((root / "etc/heng/districts").is_dir())
        self.assertIn("/etc/heng/heng.yaml", (root / "var/lib/dpkg/info/heng.conffiles").read_text(encoding="utf-8"))
        self.assert_ready(root / "usr/bin/heng")

    def assert_ready(self, heng):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
            listening.bind(str(self.folder / "notify"))
            listening.settimeout(60)
            # The configuration as it is shipped, but for where it listens and keeps.
            config = (DEPLOY / "heng.yaml").read_text(encoding="utf-8")
            config = config.replace("127.0.0.1:8080", "127.0.0.1:0").replace("/var/lib/heng", str(self.folder))
            (self.folder / "heng.yaml").write_text(config, encoding="utf-8")
            (self.folder / "districts").mkdir()
            process = subprocess.Popen([str(heng), "serve", "--config", str(self.folder / "heng.yaml")], stderr=subprocess.DEVNULL,
                                       env={**os.environ, "NOTIFY_SOCKET": str(self.folder / "notify")})
            try:
                self.assertEqual(listening.recv(100), b"READY=1")
            finally:
                process.send_signal(signal.SIGTERM)
                self.assertEqual(process.wait(timeout=60), 0)


class Unit(Deploy):
    def test_systemd_accepts_it(self):
        """With a command that is there: the verifier looks."""
        unit = (DEPLOY / "heng.service").read_text(encoding="utf-8")
        self.assertIn("ExecStart=/usr/bin/heng serve", unit)
        self.assertIn("Type=notify", unit)
        copy = self.folder / "heng.service"
        copy.write_text(unit.replace("ExecStart=/usr/bin/heng", "ExecStart=/bin/true"), encoding="utf-8")
        said = run("systemd-analyze", "verify", "--man=no", "--recursive-errors=no", str(copy))
        self.assertNotIn("heng.service", said)


class Nginx(Deploy):
    def configure(self, port, tls_port):
        """The shipped configuration with other ports, a lower rate and a certificate of its own; its path."""
        run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=heng.example",
            "-addext", "subjectAltName=DNS:heng.example", "-keyout", str(self.folder / "key.pem"), "-out", str(self.folder / "fullchain.pem"))
        shipped = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
        for old, new in (("/etc/ssl/heng/", f"{self.folder}/"), ("listen 443", f"listen 127.0.0.1:{tls_port}"),
                         ("127.0.0.1:8080", f"127.0.0.1:{port}"),
                         # So that no speed of this machine matters.
                         ("rate=50r/s", "rate=1r/m"), ("burst=200", "burst=20")):
            self.assertIn(old, shipped)
            shipped = shipped.replace(old, new)
        (self.folder / "heng.conf").write_text(shipped, encoding="utf-8")
        temporary = "".join(f"{name}_temp_path {self.folder}/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        (self.folder / "nginx.conf").write_text(
            f"daemon off; master_process off; pid {self.folder}/pid; error_log {self.folder}/error.log;\nevents {{}}\n"
            f"http {{ access_log off; {temporary} include {self.folder}/heng.conf; }}\n", encoding="utf-8")
        return self.folder / "nginx.conf"

    def test_it_stands_in_front(self):
        service = Service(start=False, extra="store: sqlite:heng.db\n")
        self.key = service.make_key("shiliuzhuang=evaluator")
        service.start()
        tls_port = free_port()
        config = self.configure(service.port, tls_port)
        nginx = shutil.which("nginx") or "/usr/sbin/nginx"
        run(nginx, "-t", "-c", str(config), "-p", str(self.folder))
        process = subprocess.Popen([nginx, "-c", str(config), "-p", str(self.folder)], stderr=subprocess.DEVNULL)
        try:
            self.assert_served(tls_port, process)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=60)
            self.assertEqual(service.stop(), 0)

    def connect(self, port, process):
        context = ssl.create_default_context(cafile=str(self.folder / "fullchain.pem"))
        context.check_hostname = False
        while True:
            connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=30, context=context)
            try:
                connection.connect()
                return connection
            except ConnectionRefusedError:
                self.assertIsNone(process.poll(), "nginx ended")

    def assert_served(self, port, process):
        connection = self.connect(port, process)
        json_type = {"Content-Type": "application/json", "Authorization": f"Bearer {self.key}"}
        # A client that does not say the length: the proxy does.
        for body, chunked in ((BODY, False), (iter([BODY[:10], BODY[10:]]), True)):
            connection.request("POST", EVALUATE, body, json_type, encode_chunked=chunked)
            response = connection.getresponse()
            answer = response.read()
            self.assertEqual(response.status, 200, answer)
            self.assertTrue(re.match(rb'\{"decision":"[0-9A-Z]{26}",', answer), answer[:60])
        for path, status in (("/livez", 200), ("/metrics", 403), ("/v1/nothing", 404)):
            connection.request("GET", path, headers=json_type)
            response = connection.getresponse()
            response.read()
            self.assertEqual(response.status, status, path)
        # Beyond what nginx lets through it answers as heng does.
        for _ in range(30):
            connection.request("GET", "/livez")
            response = connection.getresponse()
            answer = response.read()
            if response.status != 200:
                break
        self.assertEqual((response.status, json.loads(answer)["code"]), (429, "too-many-requests"))
        self.assertEqual((response.headers["Retry-After"], response.headers["Content-Type"]), ("1", "application/problem+json"))
        connection.close()


if __name__ == "__main__":
    unittest.main(verbosity=1)
