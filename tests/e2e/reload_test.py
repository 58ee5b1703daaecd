#!/usr/bin/env python3
"""What a running service notices by itself, and what it says: folders that go and come, symbolic links, what needs a restart. The same
configuration for `heng check` and `heng serve`."""

import json
import shutil
import socket
import subprocess
import tempfile
import unittest
from pathlib import Path

from service import HENG, ROOT, Service, attempts, run_heng

DISTRICT = "/v1/districts/shiliuzhuang"
BOUND = DISTRICT + "/policies/plates/versions/2024.1/parameters"
STORE = "store: sqlite:heng.db\n"


class Reload(unittest.TestCase):
    def make(self, **options):
        service = Service(**options)
        self.addCleanup(service.kill)
        return service

    def until(self, wanted, ask):
        seen = None
        for _ in attempts():
            seen = ask()
            if seen == wanted:
                return
        self.fail(f"{seen} is not {wanted}")

    def readiness(self, service):
        status, _, body = service.ask("GET", "/readyz?strict=true")
        answer = json.loads(body)
        return status, answer["broken"], answer.get("service")

    def bound(self, service):
        status, _, body = service.ask("GET", BOUND)
        return json.loads(body)["open_parameters"][0]["bound"] if status == 200 else status

    def test_a_folder_of_districts_that_goes_and_comes(self):
        service = self.make()
        districts = service.folder / "districts"
        shutil.copytree(districts, service.folder / "save")
        shutil.rmtree(districts)
        self.until((503, [], "change-refused"), lambda: self.readiness(service))
        file = service.folder / "save/shiliuzhuang.yaml"
        file.write_text(file.read_text(encoding="utf-8").replace("5 次/月", "6 次/月"), encoding="utf-8")
        shutil.copytree(service.folder / "save", districts)
        self.until("6 次/月", lambda: self.bound(service))
        self.until((200, [], None), lambda: self.readiness(service))
        self.assertEqual(service.stop(), 0)

    def test_a_policy_folder_that_is_replaced(self):
        service = self.make(districts=("shiliuzhuang", "bb"))
        policies = service.folder / "policies"
        shutil.copytree(policies / "shiliuzhuang", policies / "new")
        plates = policies / "new/plates.heng"
        plates.write_text(plates.read_text(encoding="utf-8").replace('版本 "2024.1"', '版本 "2024.2"'), encoding="utf-8")
        (policies / "shiliuzhuang").rename(policies / "old")
        (policies / "new").rename(policies / "shiliuzhuang")
        versions = DISTRICT + "/policies/plates/versions"
        self.until(["2024.2"], lambda: [one["version"] for one in json.loads(service.ask("GET", versions)[2])["versions"]])
        self.assertEqual(service.stop(), 0)

    def test_a_release_behind_a_link(self):
        service = self.make(start=False)
        release = service.folder / "v1"
        release.mkdir()
        for name in ("heng.yaml", "districts"):
            (service.folder / name).rename(release / name)
        shutil.copytree(release, service.folder / "v2")
        for number in (1, 2):
            file = service.folder / f"v{number}/districts/shiliuzhuang.yaml"
            file.write_text(file.read_text(encoding="utf-8").replace("5 次/月", f"{number} 次/月"), encoding="utf-8")
        # The service reads heng.yaml and districts through it.
        (service.folder / "current").symlink_to("v1")
        for name in ("heng.yaml", "districts"):
            (service.folder / name).symlink_to(f"current/{name}")
        service.start()
        self.assertEqual(self.bound(service), "1 次/月")
        (service.folder / "next").symlink_to("v2")
        (service.folder / "next").rename(service.folder / "current")
        self.until("2 次/月", lambda: self.bound(service))
        file.write_text(file.read_text(encoding="utf-8").replace("2 次/月", "3 次/月"), encoding="utf-8")
        self.until("3 次/月", lambda: self.bound(service))
        # A district's file that is itself a link, and its target is edited.
        target = service.folder / "target"
        file.rename(target)
        file.symlink_to(target)
        self.until("3 次/月", lambda: self.bound(service))
        target.write_text(target.read_text(encoding="utf-8").replace("3 次/月", "4 次/月"), encoding="utf-8")
        self.until("4 次/月", lambda: self.bound(service))
        self.assertEqual(service.stop(), 0)

    def test_a_module_that_comes_back(self):
        service = self.make(start=False)
        shutil.copytree(ROOT / "policies/xiangmihu", service.folder / "xiangmihu")
        shutil.copytree(ROOT / "policies/common", service.folder / "common")
        text = (ROOT / "policies/districts/xiangmihu.yaml").read_text(encoding="utf-8")
        (service.folder / "districts/xiangmihu.yaml").write_text(text, encoding="utf-8")
        service.start()
        self.assertEqual(self.readiness(service), (200, [], None))
        (service.folder / "common").rename(service.folder / "common.x")
        self.until((503, ["xiangmihu"], None), lambda: self.readiness(service))
        (service.folder / "common.x").rename(service.folder / "common")
        self.until((200, [], None), lambda: self.readiness(service))
        self.assertEqual(service.stop(), 0)

    def test_a_district_without_its_data(self):
        service = self.make(start=False, extra=STORE)
        with open(service.folder / "districts/shiliuzhuang.yaml", "a", encoding="utf-8") as file:
            file.write("data: ../data\n")
        service.start()
        self.assertIn("shiliuzhuang.yaml:4:7: error no-such-path", service.said)
        self.assertEqual(self.readiness(service), (503, ["shiliuzhuang"], None))
        district = json.loads(service.ask("GET", DISTRICT)[2])
        self.assertTrue(district["ready"])
        self.assertIn("shiliuzhuang.yaml:4:7", district["mistakes"][0]["at"])
        self.assertEqual(service.evaluate({"period": "2024Q3", "subjects": []})[0], 200)
        order = json.dumps({"period": "2024Q3"}), {"Content-Type": "application/json"}
        status, _, body = service.ask("POST", DISTRICT + "/settlements", *order)
        self.assertEqual((status, json.loads(body)["code"]), (503, "no-such-path"))
        shutil.copytree(ROOT / "policies/shiliuzhuang/sample", service.folder / "data")
        self.until((200, [], None), lambda: self.readiness(service))
        self.assertEqual(service.ask("POST", DISTRICT + "/settlements", *order)[0], 202)
        self.assertEqual(service.stop(), 0)

    def test_two_files_of_one_district(self):
        service = self.make()
        other = service.folder / "districts/shiliuzhuang.yml"
        shutil.copy(service.folder / "districts/shiliuzhuang.yaml", other)
        self.until((503, ["shiliuzhuang"], None), lambda: self.readiness(service))
        self.assertIn("shiliuzhuang.yaml and shiliuzhuang.yml", service.ask("GET", DISTRICT)[2].decode())
        # The last good state answers.
        self.assertEqual(service.evaluate({"period": "2024Q3", "subjects": []})[0], 200)
        service.end(15)
        service.start()
        self.assertEqual(service.evaluate({"period": "2024Q3", "subjects": []})[0], 503)
        self.assertFalse(json.loads(service.ask("GET", DISTRICT)[2])["ready"])
        other.unlink()
        self.until((200, [], None), lambda: self.readiness(service))
        self.assertEqual(service.stop(), 0)

    def test_what_needs_a_restart_is_said(self):
        service = self.make(extra=STORE)
        file = service.folder / "heng.yaml"
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace("threads: 2", "threads: 3").replace(STORE, "").replace("127.0.0.1:0", "127.0.0.1:1"), encoding="utf-8")
        waiting = ["listen", "store", "threads"]
        self.until((200, waiting), lambda: (lambda a: (a[0], json.loads(a[2]).get("after_restart")))(service.ask("GET", "/readyz")))
        self.until(True, lambda: "heng.yaml: changes of listen, store, threads hold after a restart" in service.said)
        self.assertIn('"event":"restart-needed","message":"listen, store, threads"', service.said)
        file.write_text(text, encoding="utf-8")
        self.until({"ready": True, "broken": []}, lambda: json.loads(service.ask("GET", "/readyz")[2]))
        self.assertEqual(service.stop(), 0)

    def test_a_reload_says_what_is_new(self):
        service = self.make(districts=("shiliuzhuang", "bb"))
        self.assertEqual(service.said.count("\n"), 5, service.said)
        self.assertRegex(service.said, r"district bb 石榴庄街道: shiliuzhuang\.plates version 2024\.1 \(\d+ notes, see heng check\)\n")
        began = len(service.said)
        bb = service.folder / "districts/bb.yaml"
        bb.write_text(bb.read_text(encoding="utf-8").replace("5 次/月", "6 次/月"), encoding="utf-8")
        self.until(True, lambda: "district bb" in service.said[began:])
        self.assertNotIn("shiliuzhuang 石榴庄街道", service.said[began:])
        self.assertNotIn("H4015", service.said)
        began = len(service.said)
        bb.unlink()
        self.until(True, lambda: "district bb: its file is gone" in service.said[began:])
        self.assertEqual(service.stop(), 0)


class Check(unittest.TestCase):
    """What serve refuses, check refuses, with the same code."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        (self.folder / "districts").mkdir()
        self.district("")

    def district(self, rest):
        (self.folder / "districts/shiliuzhuang.yaml").write_text(
            f"name: 石榴庄街道\npolicy: {ROOT}/policies/shiliuzhuang\n{rest}", encoding="utf-8")

    def check(self, text):
        (self.folder / "heng.yaml").write_text("districts: districts\nlisten: 127.0.0.1:0\n" + text, encoding="utf-8")
        return run_heng("check", "--config", f"{self.folder}/heng.yaml")

    def test_of_the_service(self):
        (self.folder / "wrong.pem").write_text("no key", encoding="utf-8")
        for text, code in (("store: mysql://x\n", "heng.yaml:3:8: error bad-store-url"),
                           ("signing_key: none.pem\n", "heng.yaml:3:14: error file-unreadable"),
                           ("signing_key: wrong.pem\n", "heng.yaml:3:14: error bad-key"),
                           ("socket: " + "s" * 108 + "\n", "heng.yaml:3:9: error bad-socket"),
                           ("socket: districts\n", "heng.yaml:3:9: error bad-socket")):
            checked = self.check(text)
            self.assertEqual(checked.returncode, 1, text)
            self.assertIn(code, checked.stderr)
            served = run_heng("serve", "--config", f"{self.folder}/heng.yaml")
            self.assertIn(served.returncode, (1, 3), text)
            self.assertIn(code, served.stderr)

    def test_of_a_district(self):
        (self.folder / "damaged.xlsx").write_bytes(b"PK\3\4 and no more")
        (self.folder / "facts.xls").write_bytes(b"\xd0\xcf\x11\xe0")
        (self.folder / "facts.pdf").write_bytes(b"%PDF-1.7")
        for rest, code in (("publication: store\n", "error no-store"), ("data: ../facts.xls\n", ".yaml:3:7: error not-a-workbook"),
                           ("data: ../facts.pdf\n", ".yaml:3:7: error not-a-workbook"),
                           ("data: ../damaged.xlsx\n", "damaged.xlsx: error bad-workbook"),
                           ("data: ../none\n", ".yaml:3:7: error no-such-path")):
            self.district(rest)
            checked = self.check("")
            self.assertEqual(checked.returncode, 1, rest)
            self.assertIn(code, checked.stderr)
            self.assertEqual(checked.stderr.count(" error "), 1, checked.stderr)

    def test_why_it_cannot_listen_in_chinese(self):
        self.check("")
        with socket.create_server(("127.0.0.1", 0)) as taken:
            address = f"127.0.0.1:{taken.getsockname()[1]}"
            done = subprocess.run([HENG, "--lang", "zh", "serve", "--config", f"{self.folder}/heng.yaml", "--listen", address],
                                  capture_output=True, text=True, timeout=60, check=False)
            self.assertEqual(done.returncode, 3, done.stderr)
            self.assertIn(f"cannot-listen: 不能监听 {address}：这个地址和端口已有程序在用", done.stderr)

    def test_of_an_open_quote(self):
        (self.folder / "districts/shiliuzhuang.yaml").write_text(
            f"policy: {ROOT}/policies/shiliuzhuang\nname: \"石榴庄街道\npublication: store\n", encoding="utf-8")
        checked = self.check("")
        self.assertEqual(checked.returncode, 1)
        self.assertIn("shiliuzhuang.yaml:2:7: error unclosed-quote", checked.stderr)

    def test_counts_each_policy_and_remark_once(self):
        policies = str(ROOT / "policies")
        alone = run_heng("check", policies)
        both = run_heng("check", policies, policies + "/heng.yaml")
        self.assertEqual((both.stdout, both.returncode), (alone.stdout, 0))
        self.assertRegex(alone.stdout, r"^\d+ policies: 0 errors, 0 warnings, \d+ notes\n$")
        notes = int(alone.stdout.split()[-2])
        self.assertEqual(both.stderr.count("note H"), notes)
        self.assertEqual(alone.stderr.count("note H"), notes)


if __name__ == "__main__":
    unittest.main(verbosity=1)
