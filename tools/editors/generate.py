#!/usr/bin/env python3
"""Writes vscode/syntaxes/heng.tmLanguage.json from the keywords and functions of the engine.

    generate.py          writes the file
    generate.py --print  prints it instead (tests/e2e/editors_test.py compares it with the file)

The expressions use only what Oniguruma (editors) and Python's re (the test) read alike.
"""

import json
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GRAMMAR = Path(__file__).resolve().parent / "vscode/syntaxes/heng.tmLanguage.json"

# Characters of names, as in grammar/HengLexer.g4.
HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f㎡²³℃"
LATIN = "A-Za-z_Ａ-Ｚａ-ｚ＿"
DIGIT = "0-9０-９"
NAME = f"(?:[{HAN}]|[{LATIN}][{LATIN}{DIGIT}]*)+"
# Nothing of a name before a word, and nothing behind it; a digit may follow a Chinese word directly (不满1次).
BEFORE = f"(?<![{HAN}{LATIN}])"
AFTER_ZH = f"(?![{HAN}{LATIN}])"
AFTER_EN = f"(?![{HAN}{LATIN}{DIGIT}])"
BLANK = "[ \\t\u3000]"
NUMBER = f"[{DIGIT}]+(?:[.．][{DIGIT}]+)?"

# The first kind of each group of keywords.def, in its order, and what the words of the group are to an editor.
GROUPS = (
    ("Policy", "storage.type.declaration.heng"),
    ("Sourced", "storage.modifier.provenance.heng"),
    ("If", "keyword.control.heng"),
    ("AtLeast", "keyword.operator.comparison.heng"),
    ("Round", "keyword.other.clause.heng"),
    ("Version", "keyword.other.contextual.heng"),
)
# Kinds that are something else than their group.
EXCEPTIONS = {
    "And": "keyword.operator.logical.heng",
    "Or": "keyword.operator.logical.heng",
    "Not": "keyword.operator.logical.heng",
    "In": "keyword.operator.logical.heng",
    "Yes": "constant.language.heng",
    "No": "constant.language.heng",
}


def entries(path, macro):
    """The arguments of each MACRO(…) line of a .def file, in order."""
    out = []
    for line in (ROOT / path).read_text(encoding="utf-8").splitlines():
        match = re.match(rf"{macro}\((.*)\)$", line)
        if match:
            out.append([word.strip().strip('"') for word in match.group(1).split(",")])
    if not out:
        raise SystemExit(f"{path}: no {macro} in it")
    return out


def keywords():
    """Kind, Chinese, English."""
    return entries("engine/syntax/keywords.def", "KEYWORD")


def words_by_scope():
    groups, scope, out = dict(GROUPS), None, {}
    for kind, zh, en in keywords():
        scope = groups.pop(kind, scope)
        zh_words, en_words = out.setdefault(EXCEPTIONS.get(kind, scope), ([], []))
        zh_words.append(zh)
        en_words.append(en)
    if groups:
        raise SystemExit(f"keywords.def has no {', '.join(groups)}: mend GROUPS")
    return out


def either(words):
    """The longest first, as the lexer takes them."""
    return "(?:" + "|".join(sorted(words, key=lambda word: (-len(word), word))) + ")"


def word(zh, en):
    return f"{BEFORE}(?:{either(zh)}{AFTER_ZH}|{either(en)}{AFTER_EN})"


def spellings(*kinds):
    return [spelling for kind, zh, en in keywords() if kind in kinds for spelling in (zh, en)]


def patterns():
    by_scope = words_by_scope()
    all_zh = [zh for _, zh, _ in keywords()]
    all_en = [en for _, _, en in keywords()]
    a_keyword = f"(?:{either(all_zh)}{AFTER_ZH}|{either(all_en)}{AFTER_EN})"
    contextual = by_scope["keyword.other.contextual.heng"]
    reserved = [(zh, en) for scope, (zh, en) in by_scope.items() if scope != "keyword.other.contextual.heng"]
    a_reserved = (f"(?:{either([w for zh, _ in reserved for w in zh])}{AFTER_ZH}"
                  f"|{either([w for _, en in reserved for w in en])}{AFTER_EN})")
    declarations = by_scope["storage.type.declaration.heng"]
    functions = [name for entry in entries("engine/semantic/builtins.def", "BUILTIN") for name in entry[1:3]]
    bands = either(spellings("Band"))
    comparisons = either(spellings("AtLeast", "AtMost", "Greater", "Less"))
    unit_word = f"(?:(?!{bands}|{comparisons})[{HAN}{LATIN}])+"
    unit = f"(?!{a_keyword}){unit_word}(?:[/／]{unit_word})*|[%％](?:[/／]{unit_word})*"
    yield {"name": "comment.line.number-sign.heng", "match": "[#＃].*$"}
    yield {"name": "string.quoted.double.heng", "match": '"[^"]*"|＂[^＂]*＂|“[^“”]*”'}
    yield {"name": "variable.other.quoted.heng", "match": "「[^「」]+」"}
    yield {"name": "entity.other.attribute-name.code.heng", "match": f"[\\[［][{LATIN}][{LATIN}{DIGIT}]*[\\]］]"}
    yield {"name": "constant.other.date.heng",
           "match": f"[{DIGIT}]{{4}}-[{DIGIT}]{{2}}-[{DIGIT}]{{2}}|[{DIGIT}]{{4}}年[{DIGIT}]{{1,2}}月[{DIGIT}]{{1,2}}日"}
    yield {"name": "constant.other.period.heng",
           "match": f"[{DIGIT}]{{4}}-[{DIGIT}]{{2}}|[{DIGIT}]{{4}}[QqHh][{DIGIT}]|[{DIGIT}]{{4}}年?(?:上半年|下半年)"
                    f"|[{DIGIT}]{{4}}年第[{DIGIT}]季度|[{DIGIT}]{{4}}年[{DIGIT}]{{1,2}}月|[{DIGIT}]{{4}}年"}
    yield {"match": f"({NUMBER})(?:{BLANK}*({unit}))?(?:{BLANK}*({bands}))?(?:{BLANK}*({comparisons})(?={BLANK}*[{DIGIT}]))?",
           "captures": {"1": {"name": "constant.numeric.heng"}, "2": {"name": "keyword.other.unit.heng"},
                        "3": {"name": "keyword.operator.comparison.heng"},
                        "4": {"name": "keyword.operator.comparison.heng"}}}
    yield {"match": f"({word(*declarations)}){BLANK}+(?!{a_reserved})({NAME}(?:[.．]{NAME})?)",
           "captures": {"1": {"name": "storage.type.declaration.heng"}, "2": {"name": "entity.name.declaration.heng"}}}
    yield {"name": "support.function.heng", "match": f"{BEFORE}{either(functions)}(?={BLANK}*[(（])"}
    for scope, (zh, en) in by_scope.items():
        if (zh, en) != contextual:
            yield {"name": scope, "match": word(zh, en)}
    yield {"name": "keyword.other.contextual.heng", "match": word(*contextual)}
    yield {"name": "variable.other.heng", "match": NAME}
    yield {"name": "keyword.other.unit.heng", "match": "[%％]"}
    yield {"name": "keyword.operator.arrow.heng", "match": "→|->"}
    yield {"name": "keyword.operator.comparison.heng", "match": ">=|<=|!=|[≥≧≤≦≠<>=＜＞＝]"}
    yield {"name": "keyword.operator.arithmetic.heng", "match": "[+＋－−×*＊÷/／-]"}
    yield {"name": "punctuation.separator.heng", "match": "[,，、:：;；|｜│.．]"}
    yield {"name": "punctuation.brackets.heng", "match": "[(（)）{｛}｝\\[［\\]］]"}


def grammar():
    return {
        "$schema": "https://raw.githubusercontent.com/martinring/tmlanguage/master/tmlanguage.json",
        "comment": "Generated by tools/editors/generate.py from engine/syntax/keywords.def and engine/semantic/builtins.def.",
        "name": "Heng",
        "scopeName": "source.heng",
        "fileTypes": ["heng"],
        "patterns": list(patterns()),
    }


def text():
    return json.dumps(grammar(), ensure_ascii=False, indent=2) + "\n"


def main(arguments):
    if arguments == ["--print"]:
        sys.stdout.write(text())
    elif not arguments:
        GRAMMAR.parent.mkdir(parents=True, exist_ok=True)
        GRAMMAR.write_text(text(), encoding="utf-8")
    else:
        print("usage: generate.py [--print]", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
