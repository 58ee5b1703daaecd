#include "server/config/yaml.h"

#include <algorithm>
#include <sstream>

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include "engine/base/text.h"
#include "server/config/yaml_lines.h"
#include "server/config/yaml_words.h"

namespace heng::config {
namespace {

struct At {
  uint32_t line = 1;
  uint32_t column = 1;
};

// yaml-cpp counts from 0, and columns in bytes.
At Locate(std::string_view text, const YAML::Mark& mark) {
  if (mark.is_null()) return {};
  const size_t end = std::min(static_cast<size_t>(mark.pos), text.size());
  const size_t newline = text.substr(0, end).rfind('\n');
  const size_t begin = newline == std::string_view::npos ? 0 : newline + 1;
  return {static_cast<uint32_t>(mark.line) + 1,
          static_cast<uint32_t>(CountCodePoints(text.substr(begin, end - begin))) + 1};
}

// Builds the tree from yaml-cpp's events; goes on behind a mistake.
class Builder : public YAML::EventHandler {
 public:
  Builder(std::string_view text, MistakeList& mistakes) : text_(text), mistakes_(mistakes) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (documents_++ > 0) {
      Report(mark, "second-document",
             {"文件里只能有一个 YAML 文档，不要写 ---", "the file can hold one YAML document only: no ---"});
    }
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    CheckAnchor(mark, anchor);
    Add(New(YamlNode::Kind::kNull, mark));
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    Report(mark, "yaml-alias",
           {"不能用 YAML 的引用（*），请把值写出来", "YAML aliases (*) cannot be used: write the value"});
    Add(New(YamlNode::Kind::kScalar, mark));
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    CheckAnchor(mark, anchor);
    CheckTag(mark, tag);
    YamlNode node = New(YamlNode::Kind::kScalar, mark);
    node.plain = tag != "!";
    node.text = value;
    // Behind quotes there is nothing in a second line: LookAtLines has seen to it. A tag stands where the text should.
    const bool bare = tag == "?" && anchor == YAML::NullAnchor && !mark.is_null();
    if (bare && text_.substr(std::min(static_cast<size_t>(mark.pos), text_.size()), value.size()) != value) {
      over_lines_ = true;
      Report(mark, "text-over-lines",
             {"值要写在一行里；下一行如果是另一个键，请检查它的冒号和缩进，以及括号是否配对",
              "a value is written in one line; if the next line is another key, look at its colon, its indentation and "
              "the brackets"});
    }
    Add(std::move(node));
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    CheckAnchor(mark, anchor);
    CheckTag(mark, tag);
    open_.push_back({New(YamlNode::Kind::kList, mark), {}, false});
  }
  void OnSequenceEnd() override { Close(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    CheckAnchor(mark, anchor);
    CheckTag(mark, tag);
    open_.push_back({New(YamlNode::Kind::kMap, mark), {}, false});
  }
  void OnMapEnd() override { Close(); }

  void Report(const YAML::Mark& mark, std::string code, Bilingual message) {
    const At at = Locate(text_, mark);
    mistakes_.Add(std::move(code), at.line, at.column, std::move(message));
  }

  // What comes behind one is not what was meant.
  bool over_lines() const { return over_lines_; }

  YamlNode Take() { return std::move(root_); }

 private:
  struct Frame {
    YamlNode node;
    YamlMember member;  // of a map: what is being read
    bool key_read = false;
  };

  YamlNode New(YamlNode::Kind kind, const YAML::Mark& mark) const {
    const At at = Locate(text_, mark);
    YamlNode node;
    node.kind = kind;
    node.line = at.line;
    node.column = at.column;
    return node;
  }

  void CheckAnchor(const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (anchor == YAML::NullAnchor) return;
    Report(mark, "yaml-anchor", {"不能用 YAML 的锚点（&）", "YAML anchors (&) cannot be used"});
  }

  // Untagged nodes have `?` or nothing, quoted scalars `!`.
  void CheckTag(const YAML::Mark& mark, const std::string& tag) {
    if (tag.empty() || tag == "?" || tag == "!") return;
    Report(mark, "yaml-tag", {"不能用 YAML 的标签（!）", "YAML tags (!) cannot be used"});
  }

  void Close() {
    YamlNode node = std::move(open_.back().node);
    open_.pop_back();
    Add(std::move(node));
  }

  void Add(YamlNode node) {
    if (open_.empty()) {
      if (documents_ == 1) root_ = std::move(node);
      return;
    }
    Frame& frame = open_.back();
    if (frame.node.is(YamlNode::Kind::kList)) {
      frame.node.items.push_back(std::move(node));
    } else if (!frame.key_read) {
      ReadKey(frame, node);
    } else {
      // The mark of a value that is not there is that of whatever comes next.
      if (node.is(YamlNode::Kind::kNull))
        std::tie(node.line, node.column) = std::tie(frame.member.line, frame.member.column);
      frame.member.value = std::move(node);
      if (!frame.member.key.empty()) frame.node.members.push_back(std::move(frame.member));
      frame.member = {};
      frame.key_read = false;
    }
  }

  // A key that is refused stays empty, so that its value is dropped.
  void ReadKey(Frame& frame, YamlNode& node) {
    frame.key_read = true;
    frame.member.line = node.line;
    frame.member.column = node.column;
    const auto refuse = [&](std::string code, Bilingual message) {
      mistakes_.Add(std::move(code), node.line, node.column, std::move(message));
    };
    if (!node.is(YamlNode::Kind::kScalar) || node.text.empty()) {
      return refuse("yaml-key", {"键必须是文字", "a key must be text"});
    }
    if (node.plain && node.text == "<<") {
      return refuse("yaml-merge-key", {"不能用 YAML 的合并键（<<）", "YAML merge keys (<<) cannot be used"});
    }
    for (const YamlMember& member : frame.node.members) {
      if (member.key != node.text) continue;
      return refuse("duplicate-key",
                    {fmt::format("键“{}”写了两次，第一次在第 {} 行", node.text, member.line),
                     fmt::format("the key '{}' is written twice, the first time in line {}", node.text, member.line)});
    }
    frame.member.key = std::move(node.text);
  }

  std::string_view text_;
  MistakeList& mistakes_;
  std::vector<Frame> open_;
  YamlNode root_;
  int documents_ = 0;
  bool over_lines_ = false;
};

}  // namespace

std::optional<YamlNode> ParseYaml(std::string_view text, MistakeList& mistakes) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  if (const auto bad = FindInvalidUtf8(text)) {
    const auto line =
        static_cast<uint32_t>(std::count(text.begin(), text.begin() + static_cast<ptrdiff_t>(*bad), '\n'));
    mistakes.Add("bad-encoding", line + 1, 1, {"文件不是有效的 UTF-8 文本", "the file is not valid UTF-8 text"});
    return std::nullopt;
  }
  if (!LookAtLines(text, mistakes)) return std::nullopt;
  Builder builder(text, mistakes);
  try {
    std::istringstream in{std::string(text)};
    YAML::Parser parser(in);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const YAML::Exception& error) {
    if (!builder.over_lines()) builder.Report(error.mark, "bad-yaml", SayYaml(error.msg));
    return std::nullopt;
  }
  if (builder.over_lines()) return std::nullopt;
  YamlNode root = builder.Take();
  if (root.is(YamlNode::Kind::kNull)) {
    mistakes.Add("empty-file", 1, 1, {"文件是空的，没有任何“键: 值”", "the file is empty: it has no 'key: value'"});
    return std::nullopt;
  }
  return root;
}

}  // namespace heng::config
