// The stage `diff`: two versions of a policy, what differs between them. The old one is tests/data/diff/base.heng and the input says what
// is edited in it; or, where a file new.heng stands beside it, the input is the old policy itself.
#include <gtest/gtest.h>

#include "engine/diff/diff.h"
#include "engine/load/load.h"
#include "tests/unit/file_test.h"
#include "tests/unit/temporary_folder.h"

namespace heng::tests {
namespace {

// Hunks of lines `-text` and `+text`: the block of text that goes, which must stand there once, and what comes in its place.
std::string Edited(std::string policy, const std::string& edits) {
  std::string gone;
  std::string come;
  const auto apply = [&] {
    if (gone.empty()) return;
    const size_t at = policy.find(gone);
    EXPECT_NE(at, std::string::npos) << "not in base.heng: " << gone;
    if (at == std::string::npos) return;
    EXPECT_EQ(policy.find(gone, at + 1), std::string::npos) << "twice in base.heng: " << gone;
    policy.replace(at, gone.size(), come);
    gone.clear();
    come.clear();
  };
  for (size_t at = 0; at < edits.size();) {
    const size_t end = edits.find('\n', at) + 1;
    const std::string line = edits.substr(at, end - at);
    if (line[0] == '-' && !come.empty()) apply();
    if (line[0] == '-') gone += line.substr(1);
    if (line[0] == '+') come += line.substr(1);
    if (line[0] == '\n') apply();
    at = end;
  }
  apply();
  return policy;
}

}  // namespace

std::string DiffStage(const FileTestInput& input) {
  const TemporaryFolder old_folder;
  const TemporaryFolder new_folder;
  std::string old_text = input.text;
  std::string new_text;
  for (const auto& [name, text] : input.files) {
    if (name == "new.heng") new_text = text;
    if (!name.starts_with("new/")) old_folder.Write(name.starts_with("old/") ? name.substr(4) : name, text);
    if (!name.starts_with("old/")) new_folder.Write(name.starts_with("new/") ? name.substr(4) : name, text);
  }
  if (new_text.empty()) {
    old_text = ReadText(std::string(HENG_SOURCE_DIR) + "/tests/data/diff/base.heng");
    new_text = Edited(old_text, input.text);
  }
  const graph::Compiled before = load::Load(old_folder.path() + "/test.heng", old_text);
  const graph::Compiled after = load::Load(new_folder.path() + "/test.heng", new_text);
  for (const graph::Compiled* compiled : {&before, &after}) {
    for (const Diagnostic& diagnostic : compiled->diagnostics) {
      if (!compiled->graph) ADD_FAILURE() << diagnostic.message().en;
    }
  }
  if (!before.graph || !after.graph) return "the policies do not compile\n";
  const std::vector<diff::Difference> differences = {diff::Diff(before.graph.get(), after.graph.get())};
  std::string shown =
      RenderText(differences, Language::kChinese) + "---- en\n" + RenderText(differences, Language::kEnglish);
  if (input.Option("json") == "yes") shown += "---- json\n" + RenderJson(differences);
  for (const std::string& folder : {old_folder.path() + "/", new_folder.path() + "/"}) {
    for (size_t at; (at = shown.find(folder)) != std::string::npos;) shown.erase(at, folder.size());
  }
  return shown;
}

}  // namespace heng::tests
