"""Runs every example of the documents: the policies and the session of grammar/README.md, the tasks of grammar/TASKS.md, the commands of README.md.

How a block of a page is run:
  ```heng            a whole policy; the first one of a page is what its parts are added to
  ```heng NAME       the same, and a file of that name
  ```csv NAME        a file of that name, for the session and for whatever reads it; ```heng-file NAME likewise, not checked
  ```heng-part       added to the first policy of the page; it stands alone, no other part is there
  ```heng-wrong      the same, and the compiler says exactly what its lines `# H… message` say
  ```console         the lines behind `$` are run one after the other; of what they print, the page shows lines
Every policy must check without errors or warnings, pass its examples, and survive the formatter in both languages of keywords."""
import collections
import os
import pathlib
import re
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
HENG = os.environ.get("HENG", str(ROOT / "build/bin/heng"))
PAGES = (ROOT / "grammar/README.md", ROOT / "grammar/TASKS.md")
Block = collections.namedtuple("Block", "kind name text line")


def blocks(page, *kinds):
    text = page.read_text(encoding="utf-8")
    found = re.finditer(r"^```(\S+)(?: (\S+))?\n(.*?)^```$", text, re.M | re.S)
    return [Block(b[1], b[2], b[3], f"{page.name}:{text.count(chr(10), 0, b.start()) + 1}") for b in found if b[1] in kinds]


def run(*arguments, **keys):
    return subprocess.run([HENG, *arguments], capture_output=True, text=True, timeout=120, **keys)


def write(folder, name, text):
    path = pathlib.Path(folder) / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


class Pages(unittest.TestCase):
    def check(self, page, text):
        with tempfile.TemporaryDirectory() as folder:
            for block in blocks(page, "heng", "csv"):
                if block.name:
                    write(folder, block.name, block.text)
            policy = write(folder, "example.heng", text)
            checked = run("--lang", "en", "check", "--strict", str(policy))
            self.assertEqual(checked.returncode, 0, checked.stderr)
            tested = run("test", str(policy))
            self.assertEqual(tested.returncode, 0, tested.stdout + tested.stderr)
            self.assertEqual(run("fmt", "--check", str(policy)).returncode, 0, "not in the layout of heng fmt")
            for language in ("en", "zh"):
                self.assertEqual(run("fmt", "--keywords", language, str(policy)).returncode, 0)
                self.assertEqual(run("fmt", "--check", str(policy)).returncode, 0, policy.read_text(encoding="utf-8"))
                again = run("--lang", "en", "check", "--strict", str(policy))
                self.assertEqual(again.returncode, 0, again.stderr)
                self.assertEqual(run("test", str(policy)).returncode, 0)

    def test_whole_policies(self):
        for page in PAGES:
            for block in blocks(page, "heng"):
                with self.subTest(block.line):
                    self.check(page, block.text)

    def test_parts(self):
        for page in PAGES:
            prelude = blocks(page, "heng")[0].text
            parts = blocks(page, "heng-part")
            self.assertGreaterEqual(len(parts), 8)
            for part in parts:
                with self.subTest(part.line):
                    self.check(page, prelude + "\n" + part.text)

    def test_the_table_of_keywords(self):
        declared = re.findall(r'^KEYWORD\(\w+, "([^"]+)", "([^"]+)"\)', (ROOT / "engine/syntax/keywords.def").read_text(encoding="utf-8"), re.M)
        section = PAGES[0].read_text(encoding="utf-8").split("\n## Keywords\n")[1]
        told = []
        for group, count, words, why in re.findall(r"^\| ([^|]+) \| (\d+) \| ([^|]+) \| ([^|]+) \|$", section, re.M):
            told += [tuple(word.split()) for word in words.split(" · ")]
            self.assertEqual(words.count(" · ") + 1, int(count), group)
            self.assertTrue(why.strip(), group)
        self.assertIn("%d words" % len(declared), section)
        self.assertEqual(sorted(told), sorted(declared))

    def test_mistakes(self):
        page = PAGES[0]
        prelude = blocks(page, "heng")[0].text
        wrong = blocks(page, "heng-wrong")
        self.assertGreaterEqual(len(wrong), 8)
        for part in wrong:
            with self.subTest(part.line), tempfile.TemporaryDirectory() as folder:
                policy = write(folder, "example.heng", prelude + "\n" + part.text)
                said = run("--lang", "zh", "check", str(policy)).stderr
                expected = re.findall(r"^# (H\d{4}) (.+)$", part.text, re.M)
                found = [line.split(" ", 2)[2].replace(": ", " ", 1) for line in said.split("\n") if re.search(r": (错误|警告) H\d{4}: ", line)]
                self.assertEqual([f"{code} {message}" for code, message in expected], found)

    def test_session(self):
        """The ten minutes of the reference, and the commands of the tools: files are written and commands run in the order of the page."""
        for page in (PAGES[0], ROOT / "tools/README.md"):
            self.session(page)

    def session(self, page):
        with tempfile.TemporaryDirectory() as folder:
            write(folder, "bin/heng", f'#!/bin/sh\nexec "{HENG}" --lang zh "$@"\n').chmod(0o755)
            environment = {**os.environ, "PATH": f"{folder}/bin:{os.environ['PATH']}"}
            for block in blocks(page, "heng", "heng-file", "csv", "console"):
                if block.kind != "console":
                    write(folder, block.name or "other.heng", block.text)
                    continue
                for session in re.split(r"^\$ ", block.text, flags=re.M)[1:]:
                    command, *shown = session.strip("\n").split("\n")
                    done = subprocess.run(["sh", "-c", command], cwd=folder, env=environment, capture_output=True, text=True, timeout=120)
                    for line in filter(None, shown):
                        self.assertIn(line, done.stdout + done.stderr, f"{block.line}: {command}")

    def test_keywords_are_those_of_the_grammar(self):
        words = re.findall(r'KEYWORD\(\w+, "([^"]+)", "([^"]+)"\)', (ROOT / "engine/syntax/keywords.def").read_text(encoding="utf-8"))
        chapter = PAGES[0].read_text(encoding="utf-8").split("\n## Keywords\n")[1]
        self.assertIn(f"{len(words)} words", chapter)
        rows = re.findall(r"^\| [^|]+ \| (\d+) \| (.*?) \| ", chapter, re.M)
        groups = [[tuple(pair.split(" ")) for pair in pairs.split(" · ")] for _, pairs in rows]
        self.assertEqual([int(n) for n, _ in rows], [len(group) for group in groups])
        self.assertEqual(sorted(words), sorted(sum(groups, [])))

    def test_every_need_has_its_example(self):
        page = PAGES[1].read_text(encoding="utf-8")
        for policy in sorted((ROOT / "tests/data/needs").glob("*.heng")):
            self.assertIn(policy.stem, page)


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
