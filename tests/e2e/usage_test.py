#!/usr/bin/env python3
"""What is wrong with the words after `heng`, in both languages: status 2, a line that says it, and where the usage stands.

HENG names the command (default: build/bin/heng).
"""

import os
import subprocess
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HENG = os.environ.get("HENG", str(ROOT / "build/bin/heng"))

# The words, what is said in Chinese and in English, whose usage is named.
CASES = [
    ("", "要写做什么：check fmt test", "say what to do: check fmt test", "heng"),
    ("chekc policies", "没有“heng chekc”，是不是“check”？", "there is no 'heng chekc', did you mean 'check'?", "heng"),
    ("publication", "没有“heng publication”，有：check fmt", "there is no 'heng publication', there are: check fmt", "heng"),
    ("log", "要写做什么：verify export replay", "say what to do: verify export replay", "heng log"),
    ("log verfy x", "没有“heng log verfy”，是不是“verify”？", "there is no 'heng log verfy', did you mean 'verify'?", "heng log"),
    ("serve --config y --listn x", "“heng serve”不认识 --listn x，是不是“--listen”？", "'heng serve' does not know --listn x, did you mean '--listen'?", "heng serve"),
    ("check --formt=json policies", "不认识 --formt=json，是不是“--format”？", "does not know --formt=json, did you mean '--format'?", "heng check"),
    ("schema --frob x", "“heng schema”不认识 --frob", "'heng schema' does not know --frob", "heng schema"),
    ("eval", "“heng eval”还要写 POLICY", "'heng eval' needs POLICY", "heng eval"),
    ("log export", "“heng log export”还要写 --district", "'heng log export' needs --district", "heng log export"),
    ("run x --period", "--period 后面要写值", "--period needs a value behind it", "heng run"),
    ("check --format xml x", "--format 不能是“xml”，可以是：text,json,sarif", "--format cannot be 'xml', it can be: text,json,sarif", "heng check"),
    ("log export --district a --after -1", "--after 不能是“-1”，要写不小于 0 的数", "--after cannot be '-1', it is a number of 0 or more",
     "heng log export"),
]


class Usage(unittest.TestCase):
    def said(self, words, **environment):
        run = subprocess.run([HENG, *words], capture_output=True, text=True, timeout=60, env={"PATH": os.environ["PATH"], **environment})
        self.assertEqual((run.returncode, run.stdout), (2, ""), words)
        return run.stderr

    def test_each_mistake_is_said(self):
        for words, zh, en, verb in CASES:
            with self.subTest(words):
                for said, told, usage in ((self.said(words.split()), zh, "用法"), (self.said(words.split(), LANG="en_GB.UTF-8"), en, "usage")):
                    first, second = said.splitlines()
                    self.assertIn(told, first)
                    self.assertIn(second, (f"{usage}：{verb} --help", f"{usage}: {verb} --help"))

    def test_the_language_that_is_asked_for(self):
        for words in (["--lang", "en", "chekc"], ["chekc", "--lang=en"]):
            self.assertIn("did you mean", self.said(words))
        self.assertIn("是不是", self.said(["--lang=zh", "chekc"], LANG="en_GB.UTF-8"))

    def test_help_is_no_mistake(self):
        for words in (["--help"], ["log", "verify", "--help"]):
            run = subprocess.run([HENG, *words], capture_output=True, text=True, timeout=60)
            self.assertEqual((run.returncode, run.stderr), (0, ""))
            self.assertIn("Usage: heng", run.stdout)


if __name__ == "__main__":
    unittest.main()
