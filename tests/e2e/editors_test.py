"""The editors' grammar: generated from today's keywords, and what it makes of sample texts (tests/e2e/highlight).

A sample is a text, a line `==== output`, and a line for each coloured part: its scope (without `.heng`) and the part. With
HENG_UPDATE=1 what comes out is written into the samples; review the diff. The walk is that of a TextMate tokeniser for the
patterns that the grammar uses: at each place the pattern that begins first, of those the one that is listed first.
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
EDITORS = ROOT / "tools/editors"
GRAMMAR = json.loads((EDITORS / "vscode/syntaxes/heng.tmLanguage.json").read_text(encoding="utf-8"))
SEPARATOR = "==== output\n"


PATTERNS = [(re.compile(pattern["match"]), pattern) for pattern in GRAMMAR["patterns"]]


def tokens(text):
    """(scope, part) in order; parts without a scope are left out."""
    for line in text.split("\n"):
        ahead = [expression.search(line) for expression, _ in PATTERNS]  # the next match of each
        at = 0
        while True:
            for number, match in enumerate(ahead):
                if match and match.start() < at:
                    ahead[number] = PATTERNS[number][0].search(line, at)
            found = [(match.start(), number) for number, match in enumerate(ahead) if match]
            if not found:
                break
            number = min(found)[1]
            match, pattern = ahead[number], PATTERNS[number][1]
            if "name" in pattern:
                yield pattern["name"], match.group()
            for group, capture in sorted(pattern.get("captures", {}).items()):
                if match.group(int(group)):
                    yield capture["name"], match.group(int(group))
            assert match.end() > at, f"{pattern} matches nothing"
            at = match.end()


def shown(text):
    return "".join(f"{scope.removesuffix('.heng')}  {part}\n" for scope, part in tokens(text))


class Grammar(unittest.TestCase):
    def test_is_generated_from_todays_keywords(self):
        generated = subprocess.run([sys.executable, str(EDITORS / "generate.py"), "--print"], capture_output=True, check=True,
                                   timeout=60).stdout
        self.assertEqual((EDITORS / "vscode/syntaxes/heng.tmLanguage.json").read_bytes(), generated,
                         "run tools/editors/generate.py")

    def test_extension_names_files_that_exist(self):
        package = json.loads((EDITORS / "vscode/package.json").read_text(encoding="utf-8"))["contributes"]
        for path in [language["configuration"] for language in package["languages"]] + [g["path"] for g in package["grammars"]]:
            json.loads((EDITORS / "vscode" / path).read_text(encoding="utf-8"))
        self.assertEqual(package["grammars"][0]["scopeName"], GRAMMAR["scopeName"])

    def test_every_keyword_has_a_colour(self):
        for line in (ROOT / "engine/syntax/keywords.def").read_text(encoding="utf-8").splitlines():
            for spelling in re.findall(r'"([^"]+)"', line) if line.startswith("KEYWORD") else []:
                scopes = [scope for scope, part in tokens(f" {spelling} ") if part == spelling]
                self.assertEqual(len(scopes), 1, spelling)
                self.assertNotEqual(scopes[0], "variable.other.heng", spelling)
                # A longer name is not two words.
                self.assertEqual(list(tokens(f"甲{spelling}")), [("variable.other.heng", f"甲{spelling}")])

    def test_samples(self):
        samples = sorted((ROOT / "tests/e2e/highlight").glob("*.test"))
        self.assertGreater(len(samples), 5)
        for path in samples:
            text, separator, expected = path.read_text(encoding="utf-8").partition(SEPARATOR)
            self.assertTrue(separator, path)
            got = shown(text)
            if os.environ.get("HENG_UPDATE"):
                path.write_text(text + SEPARATOR + got, encoding="utf-8")
            else:
                with self.subTest(path.name):
                    self.assertEqual(got, expected)

    def test_policies_leave_nothing_but_blanks_uncoloured(self):
        for path in sorted((ROOT / "policies").rglob("*.heng")):
            text = path.read_text(encoding="utf-8")
            coloured = "".join(part for _, part in tokens(text))
            self.assertEqual(re.sub(r"\s", "", coloured), re.sub(r"\s", "", text), path)


if __name__ == "__main__":
    unittest.main()
