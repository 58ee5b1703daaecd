// File tests: an input and its expected output in one file under tests/data/<stage>/, as tests/data/README.md describes.
// A stage is one function from the input to the output; a new one is declared here and entered in the table of file_test.cc.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "engine/diagnostics/diagnostic.h"

namespace heng::tests {

struct FileTestInput {
  std::string text;
  // The `# key: value` lines that stand first in the file; they are no part of the text.
  std::map<std::string, std::string> options;
  // The files beside it: name and content of each `==== file name` before the output.
  std::map<std::string, std::string> files;

  // The value of an option, or empty.
  std::string Option(const std::string& key) const;
};

struct FileTest {
  std::filesystem::path path;
  FileTestInput input;
  // The line `==== output …` as it stands, and what follows it.
  std::string separator;
  std::string expected;
};

FileTest ReadFileTest(const std::filesystem::path& path);
// The files under `root` (an absolute path or one below the repository) that end so, in the order of their paths.
std::vector<std::filesystem::path> FilesUnder(const std::filesystem::path& root, const std::string& extension);
std::string ReadText(const std::filesystem::path& path);

// One GoogleTest for each file of each stage. `update`: the files are given what comes out instead.
void RegisterFileTests(bool update);

// The diagnostics of a sink as people see them, in Chinese and then in English; empty if there are none.
std::string RenderBoth(const DiagnosticSink& sink);

// ---- stages: syntax_stages.cc

// The tokens that the parser sees, a line for each entry.
std::string TokensStage(const FileTestInput& input);
// The dump of the tree, then the diagnostics.
std::string TreeStage(const FileTestInput& input);
// The formatted text, or the diagnostics of a text with errors. Option `keywords`: zh or en.
std::string FormatStage(const FileTestInput& input);

// ---- stages: graph_stages.cc

// The diagnostics of the whole compilation in Chinese and in English, or `no diagnostics`.
std::string DiagnosticsStage(const FileTestInput& input);
// The graph in the kernel's notation, or the diagnostics if there is none. Option `format`: dot, kernel, mermaid, json.
std::string GraphStage(const FileTestInput& input);

// ---- stages: diff_stage.cc

// What differs, in Chinese and in English. Option `json`: yes, to have it as JSON too.
std::string DiffStage(const FileTestInput& input);

}  // namespace heng::tests
