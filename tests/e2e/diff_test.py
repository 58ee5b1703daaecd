"""heng diff over every policy of the repository: the formatter and the translation of keywords make no difference; one number that is
changed is one change, with that number. And the command: folders, versions, exit status."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
HENG = os.environ.get("HENG", str(ROOT / "build/bin/heng"))
POLICIES = sorted((ROOT / "policies").rglob("*.heng"))
NEEDS = sorted((ROOT / "tests/data/needs").glob("*.heng"))
# Of each policy about so many numbers are changed, evenly over it.
NUMBERS_OF_A_POLICY = 6


def heng(*arguments):
    return subprocess.run([HENG, "--lang", "zh", *map(str, arguments)], capture_output=True, text=True, timeout=120)


def changes(old, new):
    """The changes, or None if one of the two does not compile."""
    done = heng("diff", "--json", old, new)
    if not done.stdout:
        return None
    found = [change for policy in json.loads(done.stdout)["policies"] for change in policy["changes"]]
    assert done.returncode == (1 if found else 0), done.returncode
    return found


def is_module(policy):
    return policy.read_text(encoding="utf-8").lstrip().startswith(("模块", "module"))


class Workspace(unittest.TestCase):
    """A copy of the policies, in which one may write."""

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        for name in ("policies", "tests/data/needs"):
            shutil.copytree(ROOT / name, pathlib.Path(self.folder.name) / name, ignore=shutil.ignore_patterns("sample"))

    def tearDown(self):
        self.folder.cleanup()

    def copy_of(self, policy):
        return pathlib.Path(self.folder.name) / policy.relative_to(ROOT)


class Disguises(Workspace):
    def test_layout_and_keywords_are_no_difference(self):
        self.assertGreater(len(POLICIES), 10)
        for policy in filter(lambda p: not is_module(p), POLICIES + NEEDS):
            with self.subTest(policy.name):
                copy = self.copy_of(policy)
                for arguments in [["fmt", "--keywords", "en"]] if policy in NEEDS else [["fmt"], ["fmt", "--keywords", "en"]]:
                    self.assertEqual(heng(*arguments, copy).returncode, 0)
                    self.assertEqual(changes(policy, copy), [])


class Numbers(Workspace):
    # A number of the policy: not in a text or a comment, in no name, date or example.
    NUMBER = re.compile(r'(?<![\w.\-"“])(\d+(?:\.\d+)?)(?![\w.\-]*["”\-])(?= ?[%分元件户次级至位,\n ]|万)')

    def numbers(self, text):
        text = text.split("\n算例")[0]
        hidden = re.sub(r'"[^"\n]*"|“[^”]*”|#[^\n]*|\d{4}-\d\d-\d\d', lambda m: "·" * len(m[0]), text)
        found = [m for m in self.NUMBER.finditer(hidden)]
        return found[:: max(1, len(found) // NUMBERS_OF_A_POLICY)]

    def test_a_number_changed_is_one_change_with_that_number(self):
        compared = 0
        for policy in filter(lambda p: not is_module(p), POLICIES):
            text = policy.read_text(encoding="utf-8")
            for match in self.numbers(text):
                value = match[1]
                changed = str(int(value) + 1) if value.isdigit() else value + "1"
                copy = self.copy_of(policy)
                copy.write_text(text[: match.start()] + changed + text[match.end() :], encoding="utf-8")
                found = changes(policy, copy)
                if found is None:
                    continue
                compared += 1
                with self.subTest(policy=policy.name, line=text.count("\n", 0, match.start()) + 1, value=value):
                    # Several facts can share a range.
                    self.assertGreaterEqual(len(found), 1)
                    self.assertEqual(len({(c["old"].get("number"), c["new"].get("number")) for c in found}), 1, found)
                    for change in found:
                        self.assertEqual(change["what"], "changed")
                        before, after = (change[side]["number"] for side in ("old", "new"))
                        scale = float(before) / float(value) if float(value) else 1
                        self.assertAlmostEqual(float(after), float(changed) * scale, msg=str(change))
        self.assertGreater(compared, 30)


class Command(Workspace):
    POLICY = ROOT / "policies/gallery/cards.heng"

    def version(self, name, number, first, last=None):
        text = self.POLICY.read_text(encoding="utf-8")
        text = re.sub(r'版本 "[^"]*"', f'版本 "{number}"', text, count=1)
        end = f"至 {last}" if last else "起"
        text = re.sub(r"施行 \S+ (起|至 \S+)", f"施行 {first} {end}", text, count=1)
        path = pathlib.Path(self.folder.name) / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def test_versions_in_a_folder(self):
        old = self.version("both/a.heng", "8", "2024-01-01", "2024-12-31")
        new = self.version("both/b.heng", "9", "2025-01-01")
        done = heng("diff", old.parent)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("8 → 9", done.stdout)
        self.assertEqual(done.stdout, heng("diff", old, new).stdout)

    def test_folders_are_matched_by_id_and_version(self):
        self.version("old/a.heng", "8", "2024-01-01", "2024-12-31")
        self.version("new/x.heng", "8", "2024-01-01", "2024-12-31")
        self.version("new/y.heng", "9", "2025-01-01")
        done = heng("diff", self.folder.name + "/old", self.folder.name + "/new")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("8 → 8\n没有差别", done.stdout)
        self.assertIn("版本 9：旧的一边没有", done.stdout)

    def test_status(self):
        same = heng("diff", self.POLICY, self.POLICY)
        self.assertEqual((same.returncode, same.stderr), (0, ""))
        self.assertIn("没有差别", same.stdout)
        self.assertEqual(heng("diff").returncode, 2)
        self.assertEqual(heng("diff", self.version("one/a.heng", "8", "2024-01-01").parent).returncode, 2)
        later = heng("diff", self.POLICY, self.POLICY, "--prove")
        self.assertEqual(later.returncode, 2)
        self.assertIn("--prove", later.stderr)
        self.assertEqual(heng("diff", self.POLICY, "/nothing.heng").returncode, 3)


if __name__ == "__main__":
    unittest.main()
