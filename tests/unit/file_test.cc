#include "tests/unit/file_test.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <utility>

#include <gtest/gtest.h>

#include "engine/diagnostics/render.h"

namespace heng::tests {
namespace {

namespace fs = std::filesystem;

struct Stage {
  const char* name;
  std::string (*run)(const FileTestInput&);
};

// The folder below tests/data, and what is done with its files.
constexpr Stage kStages[] = {
    {"tokens", TokensStage}, {"tree", TreeStage},
    {"format", FormatStage}, {"diagnostics", DiagnosticsStage},
    {"graph", GraphStage},   {"gallery_faults", DiagnosticsStage},
    {"diff", DiffStage},
};

fs::path Data() { return fs::path(HENG_SOURCE_DIR) / "tests" / "data"; }

class StageTest : public testing::Test {
 public:
  StageTest(const Stage& stage, fs::path path, bool update) : stage_(stage), path_(std::move(path)), update_(update) {}

  void TestBody() override {
    const FileTest test = ReadFileTest(path_);
    const std::string actual = stage_.run(test.input);
    if (!update_) {
      ASSERT_FALSE(test.separator.empty()) << path_ << " has no line `==== output`; run with --update";
      EXPECT_EQ(actual, test.expected) << path_
                                       << ": if the new output is right, run with --update and review the diff";
      return;
    }
    if (actual == test.expected) return;
    std::string text = ReadText(path_);
    text.resize(text.size() - test.separator.size() - test.expected.size());
    std::ofstream(path_, std::ios::binary)
        << text << (test.separator.empty() ? "==== output\n" : test.separator) << actual;
  }

 private:
  const Stage& stage_;
  fs::path path_;
  bool update_;
};

bool IsOption(std::string_view line) {
  const size_t colon = line.find(": ");
  if (!line.starts_with("# ") || colon == std::string_view::npos) return false;
  const std::string_view key = line.substr(2, colon - 2);
  return !key.empty() && std::all_of(key.begin(), key.end(), [](char c) { return c >= 'a' && c <= 'z'; });
}

}  // namespace

std::string FileTestInput::Option(const std::string& key) const {
  const auto found = options.find(key);
  return found == options.end() ? "" : found->second;
}

std::string ReadText(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file.good()) << "cannot read " << path;
  return {std::istreambuf_iterator<char>(file), {}};
}

FileTest ReadFileTest(const fs::path& path) {
  FileTest test{path, {}, "", ""};
  std::string_view rest;
  const std::string text = ReadText(path);
  rest = text;
  const auto next_line = [&] {
    const size_t end = rest.find('\n');
    const std::string_view line = rest.substr(0, end == std::string_view::npos ? rest.size() : end + 1);
    rest.remove_prefix(line.size());
    return line;
  };
  bool in_options = true;
  std::string* part = &test.input.text;
  while (!rest.empty()) {
    const std::string_view line = next_line();
    in_options = in_options && IsOption(line);
    if (in_options) {
      const size_t colon = line.find(": ");
      test.input.options.emplace(line.substr(2, colon - 2), line.substr(colon + 2, line.find('\n') - colon - 2));
    } else if (line.starts_with("==== output")) {
      test.separator = line;
      test.expected = rest;
      break;
    } else if (line.starts_with("==== file ")) {
      part = &test.input.files[std::string(line.substr(10, line.find('\n') - 10))];
    } else {
      *part += line;
    }
  }
  return test;
}

std::vector<fs::path> FilesUnder(const fs::path& root, const std::string& extension) {
  std::vector<fs::path> files;
  const fs::path folder = fs::path(HENG_SOURCE_DIR) / root;
  if (!fs::exists(folder)) return files;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.path().extension() == extension) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::string RenderBoth(const DiagnosticSink& sink) {
  if (sink.size() == 0) return "";
  const std::vector<Diagnostic> sorted = sink.Sorted();
  return "---- zh\n" + RenderText(sorted, Language::kChinese, false) + "---- en\n" +
         RenderText(sorted, Language::kEnglish, false);
}

void RegisterFileTests(bool update) {
  for (const Stage& stage : kStages) {
    for (const fs::path& path : FilesUnder(Data() / stage.name, ".test")) {
      const std::string name = path.lexically_relative(Data() / stage.name).replace_extension().string();
      testing::RegisterTest(stage.name, name.c_str(), nullptr, nullptr, path.c_str(), 1,
                            [&stage, path, update]() -> testing::Test* { return new StageTest(stage, path, update); });
    }
  }
}

TEST(FileTests, EveryFileHasAStage) {
  for (const fs::path& path : FilesUnder(Data(), ".test")) {
    const std::string folder = path.lexically_relative(Data()).begin()->string();
    EXPECT_TRUE(std::any_of(std::begin(kStages), std::end(kStages), [&](const Stage& s) { return folder == s.name; }))
        << path;
  }
}

TEST(FileTests, EveryStageHasFiles) {
  for (const Stage& stage : kStages) EXPECT_FALSE(FilesUnder(Data() / stage.name, ".test").empty()) << stage.name;
}

}  // namespace heng::tests
