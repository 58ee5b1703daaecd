#include "tests/bench/policy_text.h"

#include <fstream>
#include <iterator>

#include "engine/base/check.h"

namespace heng::bench {
namespace {

std::string Template(const char* name) {
  std::ifstream file(std::string(HENG_SOURCE_DIR) + "/tests/bench/" + name, std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(file)), {});
  CHECK(!text.empty());
  return text;
}

// `@` is the number of the chapter, `^` that of the one before.
void Append(const std::string& text, size_t chapter, std::string& out) {
  for (const char c : text) {
    if (c == '@') {
      out += std::to_string(chapter);
    } else if (c == '^') {
      out += std::to_string(chapter - 1);
    } else {
      out += c;
    }
  }
}

}  // namespace

std::string PolicyText(size_t first, size_t chapters) {
  static const std::string kHead = Template("policy_head.heng.in");
  static const std::string kChapter = Template("policy_chapter.heng.in");
  std::string out;
  Append(kHead, first, out);
  for (size_t i = 0; i < chapters; ++i) Append(kChapter, first + i, out);
  return out;
}

std::string PolicyTextOfSize(size_t bytes) {
  const size_t chapter = PolicyText(100, 2).size() - PolicyText(100, 1).size();
  size_t chapters = bytes / chapter;
  std::string out = PolicyText(1, chapters);
  while (out.size() < bytes) out = PolicyText(1, ++chapters);
  return out;
}

}  // namespace heng::bench
