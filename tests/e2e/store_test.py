"""The verbs over the store as their users meet them: publication by two people, keys, and a log that is exported, verified and replayed."""
import json
import os
import pathlib
import sqlite3
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
HENG = os.environ.get("HENG", str(ROOT / "build/bin/heng"))
LOGGED = os.environ.get("HENG_STORE_LOGGED", str(ROOT / "build/bin/store_logged"))
CONFIG = ["--config", str(ROOT / "policies/heng.yaml")]
D = ["--district", "shiliuzhuang"]


def heng(*arguments):
    return subprocess.run([HENG, "--lang", "en", *arguments], capture_output=True, text=True, timeout=120)


class StoreVerbs(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.store = ["--store", f"sqlite:{self.folder}/heng.db"]

    def done(self, *arguments):
        run = heng(*arguments)
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)
        return run.stdout

    def refused(self, code, status, *arguments):
        run = heng(*arguments)
        self.assertEqual(run.returncode, status, run.stdout + run.stderr)
        self.assertIn(code, run.stdout + run.stderr)

    def draft(self, config=CONFIG, district=D):
        drafted = json.loads(self.done("publish", "draft", *config, *district, *self.store, "--by", "张", "--json"))
        self.assertEqual(drafted["state"], "draft")
        return drafted

    def test_two_people_publish(self):
        version = self.draft()["id"]
        step = [version, *D, *self.store, "--by"]
        self.refused("same-person", 1, "publish", "approve", *step, "张")
        self.refused("wrong-state", 1, "publish", "release", *step, "李")
        self.done("publish", "approve", *step, "李")
        self.done("publish", "release", *step, "张")
        listed = self.done("versions", *D, *self.store)
        self.assertIn("published", listed)
        self.assertIn("李", listed)
        self.assertIn("2024-07-01", listed)
        self.refused("unknown-version", 1, "publish", "approve", "nobody", *D, *self.store, "--by", "李")
        self.refused("bad-store-url", 2, "versions", *D, "--store", "mysql://x/y")

    def test_keys(self):
        text = self.done("key", "create", *self.store, "--name", "张", "--grant", "shiliuzhuang=editor,viewer", "--author", "管理员",
                         "--days", "30").strip()
        self.assertRegex(text, r"^heng_[0-9a-f]{16}_[0-9a-f]{64}$")
        listed = self.done("key", "list", *self.store)
        self.assertIn("shiliuzhuang=viewer,editor", listed)
        self.assertNotIn(text.split("_")[2], listed)
        self.done("key", "revoke", text.split("_")[1], *self.store, "--author", "管理员")
        self.assertIn("revoked", self.done("key", "list", *self.store))
        self.refused("bad-grant", 2, "key", "create", *self.store, "--name", "张", "--grant", "shiliuzhuang=king")

    def log_decisions(self, deployment, *form):
        """Has the sample's quarter answered and logged, as the service does; the decision's id."""
        request = subprocess.run([sys.executable, str(ROOT / "tests/e2e/make_request.py"),
                                  str(ROOT / "policies/shiliuzhuang/sample"), "2024Q3", "--explain"] + list(form),
                                 capture_output=True, check=True, timeout=120).stdout
        media = "application/x-ndjson" if form else "application/json"
        run = subprocess.run([LOGGED, self.store[1], str(self.folder / "key.pem"), "shiliuzhuang", deployment, media],
                             input=request, capture_output=True, timeout=120)
        self.assertEqual(run.returncode, 0, run.stderr)
        return run.stdout.decode().strip()

    def test_log(self):
        deployment = self.draft()["deployment"]
        decisions = [self.log_decisions(deployment), self.log_decisions(deployment, "--ndjson")]
        exported, key = self.folder / "log.ndjson", self.folder / "public.pem"
        subprocess.run(["openssl", "pkey", "-in", str(self.folder / "key.pem"), "-pubout", "-out", str(key)], check=True)
        self.done("log", "export", *D, *self.store, "--signing-key", str(self.folder / "key.pem"), "-o", str(exported))
        for where in (self.store, [str(exported)]):
            said = json.loads(self.done("log", "verify", *where, "--key", str(key), "--json"))
            self.assertEqual((said["ok"], said["records"], said["signed_to"]), (True, 2, 2))
        self.assertEqual(self.done("log", "replay", *D, *self.store).count("the same, byte for byte"), 2)
        self.assertIn("byte for byte", self.done("log", "replay", *D, *self.store, decisions[1]))
        self.refused("unknown-decision", 1, "log", "replay", *D, *self.store, "nothing")
        # Somebody alters the exported file, or the database.
        lines = exported.read_text(encoding="utf-8").splitlines()
        record = json.loads(lines[-1])
        record["record"]["period"] = "2024Q4"
        altered = self.folder / "altered.ndjson"
        altered.write_text("\n".join(lines[:-1] + [json.dumps(record, ensure_ascii=False)]) + "\n", encoding="utf-8")
        self.refused("record-altered", 1, "log", "verify", str(altered), "--key", str(key))
        altered.write_text("\n".join(lines[:-1]) + "\n", encoding="utf-8")
        self.refused("truncated", 1, "log", "verify", str(altered), "--key", str(key))
        altered.write_text("{}\n", encoding="utf-8")
        self.refused("bad-log-line", 1, "log", "verify", str(altered), "--key", str(key))
        with sqlite3.connect(self.folder / "heng.db") as database:
            database.execute("DROP TRIGGER \"log_groups-UPDATE-immutable\"")
            # As rows are that are not packed.
            record = json.loads(lines[-1])["record"]
            fields = [str(record["time_ms"]), record["deployment"], record["period"], record["media"], "", record["request"],
                      record["answer"].replace('"outputs"', '"0utputs"', 1), record["hash"], "", "", ""]
            row = b"".join(b"%d:%s" % (len(field.encode()), field.encode()) for field in fields)
            database.execute("UPDATE log_groups SET records = ?, record_bytes = NULL WHERE last_sequence = 2", (row,))
        self.refused("record-altered", 1, "log", "verify", *self.store, "--key", str(key))
        replayed = heng("log", "replay", *D, *self.store, decisions[1])
        self.assertEqual(replayed.returncode, 1)
        self.assertIn("differs", replayed.stdout)
        with sqlite3.connect(self.folder / "heng.db") as database:
            database.executescript("DROP TRIGGER \"log_groups-DELETE-immutable\"; DROP TRIGGER \"checkpoints-DELETE-immutable\"; "
                                   "DELETE FROM log_groups; DELETE FROM checkpoints")
        self.refused("truncated", 1, "log", "verify", *self.store, "--key", str(key), "--checkpoints", str(exported))


    def test_a_log_exported_in_parts(self):
        deployment = self.draft()["deployment"]
        parts, key = [self.folder / f"part{n}.ndjson" for n in (1, 2, 3)], self.folder / "public.pem"
        for after, part in zip((0, 1, 3), parts):
            for _ in range(2 if after == 1 else 1):
                self.log_decisions(deployment)
            self.done("log", "export", *D, *self.store, "--after", str(after), "--signing-key", str(self.folder / "key.pem"), "-o", str(part))
        subprocess.run(["openssl", "pkey", "-in", str(self.folder / "key.pem"), "-pubout", "-out", str(key)], check=True)
        first, second, third = map(str, parts)
        for files, records, begin in (([first, second, third], 4, 1), ([second, "--after", "1"], 2, 2), ([second, third, "--after", "1"], 3, 2),
                                      ([third, "--after", "3", "--checkpoints", first], 1, 4)):
            said = json.loads(self.done("log", "verify", *files, "--key", str(key), "--json"))
            self.assertEqual((said["ok"], said["records"], said["first"], said["signed_to"]), (True, records, begin, begin + records - 1))
        # Once each, though all three hold the first one.
        self.assertEqual(said["checkpoints"], 3)
        for files, finding in (([second], "record-missing"), ([first, third], "record-missing"), ([second, first], "record-missing"),
                               ([first, second, second, third], "record-inserted"), ([second, "--after", "2"], "no-checkpoint"),
                               ([third, "--after", "1"], "record-missing")):
            self.refused(finding, 1, "log", "verify", *files, "--key", str(key))
        # The whole part was made anew by somebody without the key.
        lines = parts[1].read_text(encoding="utf-8").splitlines()
        parts[1].write_text("\n".join(line.replace('"2024Q3"', '"2024Q4"') for line in lines) + "\n", encoding="utf-8")
        self.refused("record-altered", 1, "log", "verify", second, "--after", "1", "--key", str(key))
        self.refused("usage", 2, "log", "verify", *self.store, "--after", "1")

    def test_a_policy_with_modules_and_imported_tables_is_rebuilt(self):
        for district in ("xiangmihu", "qinzao", "guancheng"):
            with self.subTest(district):
                folder = ROOT / "policies" / district
                for policy in sorted(folder.glob("*.heng")):
                    run = heng("publish", "draft", str(policy), "--district", district, *self.store, "--by", "张", "--json")
                    self.assertEqual(run.returncode, 0, run.stderr)
                    deployment = json.loads(run.stdout)["deployment"]
                    rebuilt = subprocess.run([LOGGED, self.store[1], district, deployment], capture_output=True, text=True, timeout=120)
                    self.assertEqual((rebuilt.returncode, rebuilt.stdout.strip()), (0, deployment), rebuilt.stderr)


if __name__ == "__main__":
    unittest.main()
