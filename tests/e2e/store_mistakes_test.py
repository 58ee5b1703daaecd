"""What district IT gets wrong with a store, and that it is told instead of passed over: mistyped addresses and districts, names that only
look like another person's, keys for districts that are not there, policies that are not ready, copies that cannot be written."""
import json
import os
import pathlib
import re
import shutil
import signal
import sqlite3
import stat
import subprocess
import tempfile
import time
import unittest

import store_test
from service import ROOT, Service, run_heng
from store_test import D

CONFIG = ["--config", str(ROOT / "policies/heng.yaml")]


class StoreMistakes(unittest.TestCase):
    setUp, done, refused = store_test.StoreVerbs.setUp, store_test.StoreVerbs.done, store_test.StoreVerbs.refused
    draft, log_decisions = store_test.StoreVerbs.draft, store_test.StoreVerbs.log_decisions

    def left(self):
        return sorted(path.name for path in self.folder.iterdir())

    def test_a_mistyped_address_makes_nothing(self):
        path = self.folder / "heng.db"
        reading = (["log", "verify"], ["log", "export", *D], ["log", "replay", *D], ["versions", *D], ["key", "list"], ["key", "revoke", "x"],
                   ["publish", "approve", "x", *D, "--by", "李"])
        for verb in reading:
            with self.subTest(verb):
                self.refused(f"{path}: error no-such-store", 3, *verb, *self.store)
        for url in (str(path), f"SQLITE:{path}", f"sqlite://{path}", "x:y"):
            for verb in (*reading, ["key", "create", "--name", "a", "--grant", "shiliuzhuang=viewer"]):
                with self.subTest(url=url, verb=verb):
                    self.refused("write sqlite:FILE or postgresql://", 2, *verb, "--store", url)
        self.refused("no-such-folder", 3, "key", "create", "--name", "a", "--grant", "shiliuzhuang=viewer", "--store", f"sqlite:{self.folder}/no/heng.db")
        self.assertEqual(self.left(), [])

    def test_what_is_made_is_said_and_is_its_owners_alone(self):
        service = Service(start=False, extra="store: sqlite:heng.db\n")
        self.addCleanup(service.kill)
        service.start()
        self.assertIn(f"store {service.folder}/heng.db (new)\n", service.said)
        for suffix in ("", "-wal", "-shm"):
            self.assertEqual(stat.S_IMODE(os.stat(f"{service.folder}/heng.db{suffix}").st_mode), 0o600, suffix)
        service.end(signal.SIGTERM)
        service.start()
        self.assertTrue(service.said.rstrip().split("\n")[-1].startswith("Ctrl-C"))
        self.assertEqual(service.said.count("(new)"), 1)
        self.assertEqual(service.said.count(f"store {service.folder}/heng.db"), 2)

    def test_nothing_verified_is_not_all_is_well(self):
        deployment = self.draft()["deployment"]
        wrong = ["--district", "shiliuzhang"]
        for verb in (["log", "verify"], ["log", "verify", *D], ["log", "export", *D], ["log", "replay", *D]):
            self.refused("empty-log", 1, *verb, *self.store)
        self.log_decisions(deployment)
        for verb in ("verify", "export", "replay"):
            self.refused("has no record of the district 'shiliuzhang', it has of: shiliuzhuang", 1, "log", verb, *wrong, *self.store)
        self.refused("'shiliuzhang' has no versions, those that have are: shiliuzhuang", 1, "versions", *wrong, *self.store)
        self.refused("has no version of the policy 'x', it has of: shiliuzhuang.plates", 1, "versions", *D, "--policy", "x", *self.store)
        exported = self.folder / "log.ndjson"
        self.done("log", "export", *D, *self.store, "-o", str(exported))
        self.done("log", "verify", str(exported))
        self.refused("unknown-district", 1, "log", "verify", str(exported), *wrong)
        for text in ("", "".join(line for line in exported.read_text(encoding="utf-8").splitlines(True) if '"record"' not in line and '"checkpoint"' not in line)):
            empty = self.folder / "empty.ndjson"
            empty.write_text(text, encoding="utf-8")
            self.refused("empty-log", 1, "log", "verify", str(empty))

    def test_a_failed_export_leaves_the_one_before(self):
        self.log_decisions(self.draft()["deployment"])
        exported = self.folder / "log.ndjson"
        self.done("log", "export", *D, *self.store, "-o", str(exported))
        before = exported.read_bytes()
        self.assertIn(b'"record"', before)
        self.refused("unknown-district", 1, "log", "export", "--district", "shiliuzhang", *self.store, "-o", str(exported))
        self.assertEqual(exported.read_bytes(), before)
        # A disk that is full while it is written.
        full = subprocess.run(["sh", "-c", 'ulimit -f 1; exec "$0" "$@"', os.environ.get("HENG", str(ROOT / "build/bin/heng")), "log", "export",
                               *D, *self.store, "-o", str(exported)], capture_output=True, timeout=60, preexec_fn=ignore_sigxfsz)
        self.assertEqual(full.returncode, 3, full.stderr)
        self.assertEqual(exported.read_bytes(), before)
        self.assertEqual([name for name in self.left() if name.endswith(".tmp")], [])
        # Through a link, and into a pipe.
        link = self.folder / "link"
        link.symlink_to(exported)
        self.done("log", "export", *D, *self.store, "-o", str(link))
        self.assertTrue(link.is_symlink())
        self.assertEqual(exported.read_bytes(), before)
        self.assertEqual(self.done("log", "export", *D, *self.store, "-o", "/dev/stdout").encode(), before)

    def test_one_person_is_one_person(self):
        version = self.draft()["id"]
        step = ["publish", "approve", version, *D, *self.store, "--by"]
        for name in ("张 ", " ", "", "张\u200b", "张\u00a0", "\u3000张", "张\u202e"):
            with self.subTest(name):
                run = run_heng(*step, name)
                self.assertEqual(run.returncode, 2, run.stderr)
                self.assertIn("bad-name", run.stderr)
                self.assertNotIn("CHECK", run.stderr)
        for name in ("Li Si", "ＬＩ　Ｓｉ".replace("　", " "), "lisi"):
            drafted = run_heng("publish", "draft", *CONFIG, *D, *self.store, "--by", "li si", "--json")
            self.refused("same-person", 1, "publish", "approve", json.loads(drafted.stdout)["id"], *D, *self.store, "--by", name)
        self.refused("bad-name", 2, "key", "create", *self.store, "--name", "张三 ", "--grant", "shiliuzhuang=viewer")

    def test_a_draft_is_chosen_by_policy_and_version(self):
        which = ["publish", "draft", *CONFIG, "--district", "tianqiao", *self.store, "--by", "张"]
        said = run_heng(*which)
        self.assertEqual(said.returncode, 2)
        known = re.findall(r"--policy (\S+) --version ([^;\n]+)", said.stderr)
        self.assertGreater(len(known), 2, said.stderr)
        policy, version = known[0]
        drafted = json.loads(self.done(*which, "--policy", policy, "--version", version, "--json"))
        self.assertEqual((drafted["policy"], drafted["version"]), (policy, version))
        alone = [one for one, _ in known if [name for name, _ in known].count(one) == 1]
        self.assertEqual(json.loads(self.done(*which, "--policy", alone[0], "--json"))["policy"], alone[0])
        several = [one for one, _ in known if one not in alone]
        refused = run_heng(*which, "--policy", several[0])
        self.assertIn("which-policy", refused.stderr)
        self.assertNotIn(alone[0], refused.stderr)
        self.refused("unknown-policy", 2, *which, "--policy", policy, "--version", "1999")

    def test_open_parameters_are_bound_before_release(self):
        draft = run_heng("publish", "draft", str(ROOT / "policies/shiliuzhuang"), *D, *self.store, "--by", "张", "--json")
        self.assertEqual(draft.returncode, 0, draft.stderr)
        self.assertIn("warning: open parameters are not bound, it cannot be published: 红牌检查频次", draft.stderr)
        step = [json.loads(draft.stdout)["id"], *D, *self.store, "--by", "李"]
        self.refused("wrong-state", 1, "publish", "release", *step)
        self.done("publish", "approve", *step)
        self.refused("open-parameter", 1, "publish", "release", *step)
        bound = run_heng("publish", "draft", str(ROOT / "policies/shiliuzhuang"), *D, *self.store, "--by", "张", "--json", "--set", "红牌检查频次=5 次/月")
        self.assertNotIn("warning", bound.stderr)
        step[0] = json.loads(bound.stdout)["id"]
        self.done("publish", "approve", *step)
        self.done("publish", "release", *step)

    def test_keys_are_for_districts_that_are_there(self):
        create = ["key", "create", *self.store, "--name", "张"]
        self.refused("has no district 'shiliuzhang', did you mean 'shiliuzhuang'?", 2, *create, *CONFIG, "--grant", "shiliuzhang=viewer")
        self.refused("unknown-district", 2, *create, *CONFIG, "--grant", "nosuch=viewer")
        for grant in ("*=admin", "石榴庄街道=viewer", "=viewer"):
            self.refused("bad-grant", 2, *create, "--grant", grant)
        for days in ("0", "-1", "36501", "9223372036854775807"):
            run = run_heng(*create, "--grant", "shiliuzhuang=viewer", "--days", days)
            self.assertEqual((run.returncode, "--days is 1 to 36500" in run.stderr), (2, True), run.stderr)
        self.assertEqual(self.left(), [])
        self.done(*create, *CONFIG, "--grant", "shiliuzhuang=viewer", "--days", "36500")
        year = time.gmtime(time.time() + 36500 * 86400).tm_year
        self.assertIn(f"until {year}-", self.done("key", "list", *self.store))

    def test_a_copy_that_cannot_be_written_is_verified(self):
        self.log_decisions(self.draft()["deployment"])
        copies = self.folder / "copies"
        copies.mkdir()
        shutil.copy(self.folder / "heng.db", copies / "copy #1?.db")
        (copies / "copy #1?.db").chmod(0o444)
        copies.chmod(0o555)
        self.folder.chmod(0o755)
        self.addCleanup(copies.chmod, 0o755)
        # Nothing stops root.
        as_reader = {"user": "nobody"} if os.geteuid() == 0 else {}
        for verb in (["log", "verify"], ["log", "replay", *D], ["versions", *D], ["key", "list"]):
            run = run_heng(*verb, "--store", f"sqlite:{copies}/copy #1?.db", **as_reader)
            self.assertEqual(run.returncode, 0, run.stderr)
        self.assertEqual([path.name for path in copies.iterdir()], ["copy #1?.db"])
        # What writes says why it cannot.
        run = run_heng("key", "revoke", "x", "--store", f"sqlite:{copies}/copy #1?.db", **as_reader)
        self.assertEqual(run.returncode, 3, run.stderr)

    def test_clients_are_not_told_the_databases_words(self):
        service = Service(start=False, extra="store: sqlite:heng.db\n")
        self.addCleanup(service.kill)
        service.start()
        with sqlite3.connect(f"{service.folder}/heng.db") as database:
            database.execute("DROP TABLE log_groups")
        status, _, body = service.ask("GET", "/v1/districts/shiliuzhuang/decisions", headers={"Accept-Language": "en"})
        answer = json.loads(body)
        self.assertEqual((status, answer["code"], answer["detail"]), (503, "store-failed", "the store failed"))
        self.assertNotIn("log_groups", body.decode())
        self.assertNotIn("errors", answer)
        service.end(signal.SIGTERM)
        self.assertRegex(service.said, r'"event":"answer","code":"store-failed","message":"the store failed: .*no such table: log_groups')


def ignore_sigxfsz():
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)


if __name__ == "__main__":
    unittest.main()
