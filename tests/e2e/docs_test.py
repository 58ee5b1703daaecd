"""Runs every example of the documents: the policies of grammar/README.md, the commands of README.md.

A block ```heng is a whole policy; a block ```heng-part is added to the first whole policy of the page. Each must check without errors
or warnings about numbers, pass its examples, and survive the formatter in both languages of keywords."""
import os
import pathlib
import re
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
HENG = os.environ.get("HENG", str(ROOT / "build/bin/heng"))


def blocks(path, kind):
    return re.findall(r"^```" + kind + r"\n(.*?)^```$", path.read_text(encoding="utf-8"), re.M | re.S)


def run(*arguments, **keys):
    return subprocess.run([HENG, *arguments], capture_output=True, text=True, timeout=120, **keys)


class LanguageReference(unittest.TestCase):
    page = ROOT / "grammar/README.md"

    def check(self, text):
        with tempfile.TemporaryDirectory() as folder:
            policy = pathlib.Path(folder) / "example.heng"
            policy.write_text(text, encoding="utf-8")
            checked = run("--lang", "en", "check", "--strict", str(policy))
            self.assertEqual(checked.returncode, 0, checked.stderr)
            tested = run("test", str(policy))
            self.assertEqual(tested.returncode, 0, tested.stdout)
            for language in ("en", "zh"):
                self.assertEqual(run("fmt", "--keywords", language, str(policy)).returncode, 0)
                self.assertEqual(run("fmt", "--check", str(policy)).returncode, 0, policy.read_text(encoding="utf-8"))
                again = run("--lang", "en", "check", "--strict", str(policy))
                self.assertEqual(again.returncode, 0, again.stderr)
                self.assertEqual(run("test", str(policy)).returncode, 0)

    def test_whole_policies(self):
        whole = blocks(self.page, "heng")
        self.assertGreaterEqual(len(whole), 1)
        for text in whole:
            self.check(text)

    def test_parts(self):
        prelude = blocks(self.page, "heng")[0]
        parts = blocks(self.page, "heng-part")
        self.assertGreaterEqual(len(parts), 8)
        for part in parts:
            with self.subTest(part.split("\n")[0]):
                self.check(prelude + "\n" + part)

    def test_keywords_are_those_of_the_grammar(self):
        words = re.findall(r'KEYWORD\(\w+, "([^"]+)", "([^"]+)"\)', (ROOT / "engine/syntax/keywords.def").read_text(encoding="utf-8"))
        page = self.page.read_text(encoding="utf-8")
        self.assertIn(f"共 {len(words)} 个词", page)
        for zh, en in words:
            self.assertIn(f"| {zh} | {en} |", page)


class Commands(unittest.TestCase):
    def test_readme_commands(self):
        """Every line of README.md that begins with build/bin/heng is run as it stands, with the binary under test."""
        text = (ROOT / "README.md").read_text(encoding="utf-8")
        lines = [line.split("  #")[0].strip() for line in text.split("\n") if line.startswith("build/bin/heng")]
        self.assertGreaterEqual(len(lines), 5)
        with tempfile.TemporaryDirectory() as folder:
            for line in lines:
                command = line.replace("build/bin/heng", HENG).replace("-o out.csv", f"-o {folder}/out.csv")
                done = subprocess.run(["bash", "-c", command], cwd=ROOT, capture_output=True, text=True, timeout=120)
                self.assertEqual(done.returncode, 0, line + "\n" + done.stderr)

    def test_every_verb_is_documented(self):
        documented = set(re.findall(r"^\| `heng (\w+)", (ROOT / "tools/README.md").read_text(encoding="utf-8"), re.M))
        offered = set(re.findall(r"^  (\w+) +\S", run("--help").stdout.split("Subcommands:")[1], re.M))
        self.assertEqual(documented, offered)


if __name__ == "__main__":
    unittest.main()
