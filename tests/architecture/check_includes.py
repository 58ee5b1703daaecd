#!/usr/bin/env python3
"""Holds the #includes of the tree to its architecture, and its files to their length.

The rule between folders is read from CMake: `heng_folder(name folder links...)` in engine/, server/ and
tools/CMakeLists.txt, and the link list of the command `heng` for tools/. A folder may include only itself and what it
links, directly or through what it links. Third-party headers that are slow, or that must be replaceable, have a
place of their own each (see check_library).

    check_includes.py [ROOT]      checks the tree at ROOT (default: the repository that this file stands in)
    check_includes.py --self-test proves on small made-up trees that each rule fires

Exit status: 0 clean, 1 findings, 2 wrong usage, 3 the tree cannot be read.
"""

import re
import sys
import tempfile
from pathlib import Path, PurePosixPath

AREAS = ("engine", "server", "tools", "tests")
LINKED_AREAS = ("engine", "server", "tools")
FAIL_ABOVE_LINES = 600
NOTE_ABOVE_LINES = 400
FOREIGN_SUFFIXES = (".c", ".cpp", ".cxx", ".c++", ".hh", ".hpp", ".hxx", ".inl")

INCLUDE = re.compile(r'^\s*#\s*include\s*(?:<([^>]+)>|"([^"]+)")')
CMAKE_CALL = re.compile(r"\b(heng_folder|target_link_libraries)\s*\(([^()]*)\)", re.IGNORECASE)
SCOPES = ("PUBLIC", "PRIVATE", "INTERFACE")


class BadTree(Exception):
    pass


class Rules:
    """What CMake says: which target a folder is, and what each target reaches by its links."""

    def __init__(self, root):
        self.target_of = {}
        self.findings = []
        links = {}
        for area in LINKED_AREAS:
            path = root / area / "CMakeLists.txt"
            if not path.is_file():
                raise BadTree(f"{path} is missing")
            # Comments become blanks, so that line numbers stand.
            text = re.sub(r"#[^\n]*", "", path.read_text(encoding="utf-8"))
            for call in CMAKE_CALL.finditer(text):
                at = f"{area}/CMakeLists.txt:{text.count(chr(10), 0, call.start()) + 1}"
                words = call.group(2).split()
                if call.group(1).lower() == "heng_folder":
                    if len(words) < 2:
                        raise BadTree(f"{at}: heng_folder needs a name and a folder")
                    name, folder = "heng_" + words[0], words[1]
                    if name in links or folder in self.target_of:
                        raise BadTree(f"{at}: {name} or {folder} is declared twice")
                    self.target_of[folder] = name
                    links[name] = set()
                    self._link(at, links, name, words[2:])
                else:
                    name = words[0] if words else ""
                    if name == "heng":
                        self.target_of["tools"] = name
                        links.setdefault(name, set())
                    if name in links:
                        self._link(at, links, name, [word for word in words[1:] if word not in SCOPES])
        if not links:
            raise BadTree(f"{root}: no heng_folder in any CMakeLists.txt")
        # Links go to folders declared earlier, so one pass in the order of declaration closes them.
        self.reach = {}
        for name, direct in links.items():
            self.reach[name] = {name}.union(*(self.reach.get(link, set()) for link in direct))

    def _link(self, at, links, name, words):
        for word in words:
            if not word.startswith("heng_"):
                continue
            if word not in links or word == name:
                self.findings.append(f"{at}: {name} links {word}, which is not declared above it")
            links[name].add(word)


def includes_of(path):
    """Yields (line number, header, whether it is quoted)."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        match = INCLUDE.match(line)
        if match:
            yield number, match.group(1) or match.group(2), match.group(2) is not None


def check_library(file, header):
    """The rule that a third-party header breaks in `file` (a path from the root), or None."""
    folder, name = str(file.parent), header.rsplit("/", 1)[-1]
    if name in ("antlr4-runtime.h", "HengLexer.h", "HengParser.h") or header.startswith("antlr4-runtime/"):
        if folder not in ("engine/syntax/antlr", "tests/fuzz"):
            return "ANTLR's headers belong to engine/syntax/antlr (and tests/fuzz) alone"
    elif name == "httplib.h":
        # The bench measures the service against the library's own server.
        if str(file) != "tests/bench/http_echo.cc" and (file.parts[0] != "server" or file.suffix != ".cc"):
            return "httplib.h belongs to the .cc files of one folder of server/"
    elif header.startswith("nlohmann/json") and name != "json_fwd.hpp":
        if file.suffix == ".h":
            return "nlohmann's json is not for headers: take <nlohmann/json_fwd.hpp>"
    elif header.startswith("yaml-cpp/"):
        if folder != "server/config" or file.suffix != ".cc":
            return "yaml-cpp belongs to the .cc files of server/config alone"
    elif header.startswith(("SQLiteCpp/", "sqlite3")):
        if str(file) not in ("engine/store/sqlite.cc", "engine/store/sqlite_vfs.cc"):
            return "SQLite belongs to engine/store/sqlite.cc and sqlite_vfs.cc alone"
    elif header.startswith("pqxx/"):
        if str(file) != "engine/store/postgres.cc":
            return "libpqxx belongs to engine/store/postgres.cc alone"
    return None


def check_own(rules, file, header):
    """The rule that an include of one of our own headers breaks in `file`, or None."""
    if file.parts[0] == "tests":
        return None
    folder, wanted = str(file.parent), str(PurePosixPath(header).parent)
    if folder == wanted:
        return None
    target, wanted_target = rules.target_of[folder], rules.target_of.get(wanted)
    if wanted_target is None:
        return f"{wanted} is no folder that can be linked"
    if wanted_target not in rules.reach[target]:
        return f"{folder} does not link {wanted} ({target} does not reach {wanted_target})"
    if folder == "tools" and file.name != "serve.cc" and header.startswith("server/") and wanted != "server/config":
        return "of tools, only tools/serve.cc includes the server"
    return None


def check(root):
    """Returns (findings, notes) as lines of text, in the order of the files."""
    rules = Rules(root)
    findings, notes = list(rules.findings), []
    httplib_at = {}
    for area in AREAS:
        for path in sorted((root / area).rglob("*")):
            file = PurePosixPath(path.relative_to(root).as_posix())
            if "node_modules" in file.parts or not path.is_file():
                continue
            if path.suffix in FOREIGN_SUFFIXES:
                findings.append(f"{file}:1: our files end in .cc and .h")
            if path.suffix not in (".cc", ".h"):
                continue
            lines = len(path.read_text(encoding="utf-8").splitlines())
            if lines > FAIL_ABOVE_LINES:
                at = f"{file}:{FAIL_ABOVE_LINES + 1}"
                findings.append(f"{at}: {lines} lines, more than {FAIL_ABOVE_LINES}: divide it")
            elif lines > NOTE_ABOVE_LINES:
                notes.append(f"{file}: {lines} lines, more than {NOTE_ABOVE_LINES}")
            if area != "tests" and str(file.parent) not in rules.target_of:
                findings.append(f"{file}:1: no heng_folder declares {file.parent}")
                continue
            for number, header, quoted in includes_of(path):
                parts = PurePosixPath(header).parts
                if ".." in parts or "." in header.split("/") or (quoted and (path.parent / header).is_file()):
                    broken = "our headers are included by their path from the root"
                elif parts[0] in AREAS:
                    broken = check_own(rules, file, header)
                else:
                    broken = check_library(file, header)
                    if header == "httplib.h" and broken is None and area == "server":
                        httplib_at.setdefault(str(file.parent), f"{file}:{number}")
                if broken:
                    findings.append(f"{file}:{number}: {header}: {broken}")
    # The folder with the first name keeps it: which of them is right is not for this script to know.
    for folder in sorted(httplib_at)[1:]:
        first = sorted(httplib_at)[0]
        findings.append(f"{httplib_at[folder]}: httplib.h: one folder may have it, and {first} has it already")
    return findings, notes


# --- The self-test ---------------------------------------------------------------------------------------------------

CLEAN = {
    "engine/CMakeLists.txt": """# heng_folder(ghost engine/ghost)
heng_folder(base engine/base gmp)
heng_folder(syntax engine/syntax heng_base)
heng_folder(antlr engine/syntax/antlr
            heng_syntax antlr4_shared)  # heng_data
target_link_libraries(heng_antlr PRIVATE something)
heng_folder(data engine/data heng_antlr)
heng_folder(format engine/format heng_syntax)
""",
    "server/CMakeLists.txt": "heng_folder(config server/config heng_data yaml-cpp)\n"
    "heng_folder(server server heng_config)\nheng_folder(http server/http heng_server)\n",
    "tools/CMakeLists.txt": "add_executable(heng main.cc)\n"
    "target_link_libraries(heng PRIVATE heng_http CLI11::CLI11)\n",
    "engine/base/id.h": "#include <string>\n",
    "engine/syntax/tree.h": '#include "engine/base/id.h"\n',
    "engine/syntax/antlr/parse.cc": '#include "antlr4-runtime.h"\n#include "HengLexer.h"\n'
    '#include "engine/syntax/tree.h"\n',
    "engine/data/json.cc": '#include <nlohmann/json.hpp>\n#include "engine/base/id.h"\n',
    "engine/data/json.h": "#include <nlohmann/json_fwd.hpp>\n" + "\n" * 399,
    "server/config/config.cc": "#include <yaml-cpp/yaml.h>\n",
    "server/config/config.h": "",
    "server/routes.h": "",
    "server/http/front.cc": '#include <httplib.h>\n#include "server/routes.h"\n#include "engine/data/json.h"\n',
    "tools/serve.cc": '#include "server/routes.h"\n#include "server/config/config.h"\n#include "tools/verb.h"\n',
    "tools/settle.cc": '#include "server/config/config.h"\n#include "engine/data/json.h"\n',
    "tools/verb.h": "",
    "tests/unit/data_test.cc": '#include "engine/data/json.h"\n#include "gtest/gtest.h"\n',
    "tests/fuzz/grammar.cc": '#include "HengParser.h"\n',
}

# Each: what it shows, the files that are added or replaced, and the beginning and a part of each expected finding.
BROKEN = [
    ("an include of what is not linked", {"engine/base/id.h": '\n#include "engine/syntax/tree.h"\n'},
     [("engine/base/id.h:2: ", "engine/base does not link engine/syntax")]),
    ("the same in angle brackets", {"engine/base/id.h": "#include <engine/syntax/tree.h>\n"},
     [("engine/base/id.h:1: ", "does not link")]),
    ("a sub-folder is a folder of its own", {"engine/syntax/tree.h": '#include "engine/syntax/antlr/parse.h"\n'},
     [("engine/syntax/tree.h:1: ", "does not link engine/syntax/antlr")]),
    ("a sibling not linked", {"engine/format/f.cc": '# include "engine/data/json.h"\n'},
     [("engine/format/f.cc:1: ", "does not link engine/data")]),
    ("the engine includes the server", {"engine/data/x.cc": '#include "server/routes.h"\n'},
     [("engine/data/x.cc:1: ", "does not link server")]),
    ("the engine includes a tool", {"engine/data/x.cc": '#include "tools/verb.h"\n'},
     [("engine/data/x.cc:1: ", "does not link tools")]),
    ("the engine includes a test", {"engine/data/x.cc": '#include "tests/unit/fake.h"\n'},
     [("engine/data/x.cc:1: ", "tests/unit is no folder that can be linked")]),
    ("a folder that no heng_folder declares", {"engine/ghost/g.cc": ""},
     [("engine/ghost/g.cc:1: ", "no heng_folder declares engine/ghost")]),
    ("a link to what is declared below", {"engine/CMakeLists.txt": CLEAN["engine/CMakeLists.txt"].replace(
        "engine/base gmp", "engine/base heng_syntax")},
     [("engine/CMakeLists.txt:2: ", "heng_base links heng_syntax, which is not declared above it")]),
    ("a relative include", {"engine/data/x.cc": '#include "../base/id.h"\n'},
     [("engine/data/x.cc:1: ", "by their path from the root")]),
    ("a way round by ..", {"engine/base/id.h": '#include "engine/base/../syntax/tree.h"\n'},
     [("engine/base/id.h:1: ", "by their path from the root")]),
    ("an include by the bare name", {"engine/data/x.cc": '#include "json.h"\n'},
     [("engine/data/x.cc:1: ", "by their path from the root")]),
    ("antlr4-runtime.h elsewhere", {"engine/data/x.cc": '#include "antlr4-runtime.h"\n'},
     [("engine/data/x.cc:1: ", "ANTLR's headers")]),
    ("antlr4-runtime.h by folder", {"engine/data/x.cc": "#include <antlr4-runtime/Token.h>\n"},
     [("engine/data/x.cc:1: ", "ANTLR's headers")]),
    ("HengLexer.h elsewhere", {"tools/x.cc": '#include "HengLexer.h"\n'}, [("tools/x.cc:1: ", "ANTLR's headers")]),
    ("HengParser.h in another test", {"tests/unit/x.cc": '#include "HengParser.h"\n'},
     [("tests/unit/x.cc:1: ", "ANTLR's headers")]),
    ("httplib in the engine", {"engine/data/x.cc": "#include <httplib.h>\n"},
     [("engine/data/x.cc:1: ", "httplib.h belongs")]),
    ("httplib in a header", {"server/http/front.h": "#include <httplib.h>\n"},
     [("server/http/front.h:1: ", "httplib.h belongs")]),
    ("httplib in two folders", {"server/auth.cc": "#include <httplib.h>\n"},
     [("server/http/front.cc:1: ", "and server has it already")]),
    ("json in a header", {"engine/data/json.h": "#include <nlohmann/json.hpp>\n"},
     [("engine/data/json.h:1: ", "json is not for headers")]),
    ("json in a test's header", {"tests/unit/x.h": '#include "nlohmann/json.hpp"\n'},
     [("tests/unit/x.h:1: ", "json is not for headers")]),
    ("yaml-cpp elsewhere", {"server/x.cc": "#include <yaml-cpp/yaml.h>\n"}, [("server/x.cc:1: ", "yaml-cpp belongs")]),
    ("yaml-cpp in a header", {"server/config/config.h": "#include <yaml-cpp/yaml.h>\n"},
     [("server/config/config.h:1: ", "yaml-cpp belongs")]),
    ("SQLite elsewhere", {"engine/data/x.cc": "#include <SQLiteCpp/SQLiteCpp.h>\n"},
     [("engine/data/x.cc:1: ", "SQLite belongs")]),
    ("libpqxx elsewhere", {"engine/data/x.cc": "#include <pqxx/pqxx>\n"}, [("engine/data/x.cc:1: ", "libpqxx belongs")]),
    ("another verb includes the server", {"tools/settle.cc": '#include "server/routes.h"\n'},
     [("tools/settle.cc:1: ", "only tools/serve.cc")]),
    ("a sub-folder of the server, too", {"tools/settle.cc": '#include "server/http/front.h"\n'},
     [("tools/settle.cc:1: ", "only tools/serve.cc")]),
    ("a file too long", {"engine/base/id.h": "\n" * 601}, [("engine/base/id.h:601: ", "601 lines, more than 600")]),
    ("a suffix that is not ours", {"engine/base/id.hpp": ""}, [("engine/base/id.hpp:1: ", ".cc and .h")]),
    ("two rules at once", {"engine/base/x.h": '#include "server/routes.h"\n#include <yaml-cpp/yaml.h>\n'},
     [("engine/base/x.h:1: ", "does not link server"), ("engine/base/x.h:2: ", "yaml-cpp belongs")]),
]


def check_made_up(files):
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            path = Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return check(Path(folder))


def self_test():
    failures = []

    def expect(what, wanted, got):
        fits = len(wanted) == len(got) and all(g.startswith(w[0]) and w[1] in g for w, g in zip(wanted, got))
        if not fits:
            failures.append(f"{what}: expected {wanted}, got {got}")

    findings, notes = check_made_up(CLEAN)
    expect("a clean tree", [], findings)
    expect("400 lines are not noted", [], notes)
    for what, changes, wanted in BROKEN:
        expect(what, wanted, check_made_up({**CLEAN, **changes})[0])
    findings, notes = check_made_up({**CLEAN, "engine/base/id.h": "\n" * 600, "tests/unit/x.cc": "\n" * 401})
    expect("600 lines do not fail", [], findings)
    expect("more than 400 lines are noted", [("engine/base/id.h: ", "600"), ("tests/unit/x.cc: ", "401")], notes)
    for what, text in (("no CMakeLists.txt", None), ("declared twice", CLEAN["engine/CMakeLists.txt"] * 2)):
        files = {**CLEAN, "engine/CMakeLists.txt": text}
        try:
            check_made_up({name: content for name, content in files.items() if content is not None})
            failures.append(f"{what}: expected BadTree")
        except BadTree:
            pass
    for failure in failures:
        print(f"check_includes: self-test: {failure}", file=sys.stderr)
    print(f"check_includes: self-test: {len(BROKEN)} broken trees, {len(failures)} failures")
    return 1 if failures else 0


def main(arguments):
    if arguments == ["--self-test"]:
        return self_test()
    if len(arguments) > 1 or (arguments and arguments[0].startswith("-")):
        print("usage: check_includes.py [ROOT | --self-test]", file=sys.stderr)
        return 2
    root = Path(arguments[0]) if arguments else Path(__file__).resolve().parents[2]
    try:
        findings, notes = check(root)
    except (BadTree, OSError, UnicodeDecodeError) as error:
        print(f"check_includes: {error}", file=sys.stderr)
        return 3
    for note in notes:
        print(f"note: {note}")
    for finding in findings:
        print(finding, file=sys.stderr)
    print(f"check_includes: {len(findings)} findings, {len(notes)} notes")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
