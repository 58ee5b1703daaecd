#include "server/config/schema.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>

#include <fmt/format.h>

#include "engine/base/text.h"
#include "server/config/odd_characters.h"

namespace heng::config {
namespace {

using Kind = YamlNode::Kind;

void Refuse(const YamlNode& node, std::string code, Bilingual message, MistakeList& mistakes) {
  mistakes.Add(std::move(code), node.line, node.column, std::move(message));
}

void RefuseType(const YamlMember& member, const Bilingual& wanted, MistakeList& mistakes) {
  if (member.value.is(Kind::kNull)) {
    return Refuse(member.value, "missing-value",
                  {fmt::format("“{}”没有写值", member.key), fmt::format("'{}' is given no value", member.key)},
                  mistakes);
  }
  Refuse(member.value, "wrong-type",
         {fmt::format("“{}”应当是{}", member.key, wanted.zh), fmt::format("'{}' must be {}", member.key, wanted.en)},
         mistakes);
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// What some reader of YAML takes for true or false.
bool IsTruthWord(std::string_view text) {
  static constexpr std::array<std::string_view, 8> kWords = {"yes", "no", "on", "off", "true", "false", "y", "n"};
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
  return std::find(kWords.begin(), kWords.end(), lower) != kWords.end();
}

bool IsVariable(std::string_view name) {
  return !name.empty() && !IsDigit(name[0]) && std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return c < 0x80 && (std::isalnum(c) != 0 || c == '_');
  });
}

bool HasLeadingZero(std::string_view text) {
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  return text.size() > 1 && text[0] == '0' && IsDigit(text[1]);
}

// What some reader of YAML takes for a number: 12, 1e3, 0x1F, 1_000, .5
bool IsNumberLike(std::string_view text) {
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  if (text.empty() || !(IsDigit(text[0]) || (text[0] == '.' && text.size() > 1 && IsDigit(text[1])))) return false;
  return std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::isxdigit(c) != 0 || c == '.' || c == '_' || c == 'x' || c == 'o' || c == '+' || c == '-';
  });
}

void RefuseLeadingZero(const YamlNode& node, MistakeList& mistakes) {
  Refuse(node, "leading-zero",
         {fmt::format("数字“{}”不要以 0 开头：有的程序按八进制读", node.text),
          fmt::format("the number '{}' must not begin with 0: some programs read it as octal", node.text)},
         mistakes);
}

void RefuseTruthWord(const YamlNode& node, MistakeList& mistakes) {
  Refuse(node, "truth-word",
         {fmt::format("“{}”在 YAML 里可能被当作真假值；如果是文字，请加引号", node.text),
          fmt::format("'{}' may be taken for a truth value in YAML; if it is text, put it between quotes", node.text)},
         mistakes);
}

}  // namespace

Members::Members(const YamlNode& map, std::initializer_list<std::string_view> known, MistakeList& mistakes)
    : map_(map), mistakes_(mistakes) {
  if (!map.is(Kind::kMap)) {
    Refuse(map, "wrong-type", {"这里应当是“键: 值”的列表", "expected a map of 'key: value'"}, mistakes);
  }
  const std::vector<std::string> names(known.begin(), known.end());
  for (const YamlMember& member : map.members) {
    if (std::find(known.begin(), known.end(), member.key) != known.end()) continue;
    Bilingual message{fmt::format("不认识键“{}”", member.key), fmt::format("unknown key '{}'", member.key)};
    if (const auto nearest = NearestName(member.key, names)) {
      message.zh += fmt::format("，是不是“{}”？", *nearest);
      message.en += fmt::format(", did you mean '{}'?", *nearest);
    }
    mistakes.Add("unknown-key", member.line, member.column, std::move(message));
  }
}

const YamlMember* Members::Find(std::string_view key) const {
  for (const YamlMember& member : map_.members) {
    if (member.key == key) return &member;
  }
  return nullptr;
}

const YamlMember* Members::Require(std::string_view key) {
  const YamlMember* member = Find(key);
  if (member == nullptr && map_.is(Kind::kMap)) {
    Refuse(map_, "missing-key", {fmt::format("缺少“{}”", key), fmt::format("'{}' is missing", key)}, mistakes_);
  }
  return member;
}

std::optional<std::string> ReadTextOf(const YamlMember& member, MistakeList& mistakes) {
  const YamlNode& node = member.value;
  if (!node.is(Kind::kScalar) || node.text.empty()) {
    RefuseType(member, {"文字", "a text"}, mistakes);
    return std::nullopt;
  }
  if (node.plain && IsTruthWord(node.text)) {
    RefuseTruthWord(node, mistakes);
    return std::nullopt;
  }
  if (node.plain && IsNumberLike(node.text)) {
    RefuseType(member, {"文字；数字请加引号", "a text; put a number between quotes"}, mistakes);
    return std::nullopt;
  }
  if (const auto unseen = FindCharacter(node.text, IsUnseen)) {
    Refuse(node, "bad-character",
           {fmt::format("“{}”里有看不见的字符（{}），请删去", member.key, NameOf(*unseen)),
            fmt::format("'{}' has a character in it that is not seen ({}): remove it", member.key, NameOf(*unseen))},
           mistakes);
    return std::nullopt;
  }
  return node.text;
}

std::optional<std::string> ReadSettingOf(const YamlMember& member, MistakeList& mistakes) {
  const auto text = ReadTextOf(member, mistakes);
  if (!text) return std::nullopt;
  std::string out;
  for (std::string_view rest = *text; !rest.empty();) {
    const size_t at = rest.find("${");
    out += rest.substr(0, at);
    if (at == std::string_view::npos) break;
    rest.remove_prefix(at + 2);
    const size_t end = rest.find('}');
    const std::string name(rest.substr(0, end));
    if (end == std::string_view::npos || !IsVariable(name)) {
      Refuse(member.value, "bad-variable",
             {"环境变量写成 ${NAME}，名称用字母、数字和下划线",
              "write an environment variable as ${NAME}: letters, digits, underscores"},
             mistakes);
      return std::nullopt;
    }
    const char* value = std::getenv(name.c_str());
    if (value == nullptr || *value == '\0') {
      Refuse(member.value, "missing-variable",
             {fmt::format("环境变量“{}”没有设置", name), fmt::format("the environment variable '{}' is not set", name)},
             mistakes);
      return std::nullopt;
    }
    out += value;
    rest.remove_prefix(end + 1);
  }
  return out;
}

std::optional<std::string> ReadQuantityOf(const YamlMember& member, MistakeList& mistakes) {
  const YamlNode& node = member.value;
  if (!node.is(Kind::kScalar) || node.text.empty()) {
    RefuseType(member, {"一个值，例如 5 次/月", "one value, for example 5 次/月"}, mistakes);
    return std::nullopt;
  }
  if (node.plain && IsTruthWord(node.text)) {
    RefuseTruthWord(node, mistakes);
    return std::nullopt;
  }
  if (HasLeadingZero(node.text)) {
    RefuseLeadingZero(node, mistakes);
    return std::nullopt;
  }
  // A full-width space is one, in the policy's text too.
  const auto odd = FindCharacter(node.text, [](char32_t c) { return c != 0x3000 && (IsOddSpace(c) || IsUnseen(c)); });
  if (odd) {
    Refuse(node, "odd-space",
           {fmt::format("“{}”的值里有特殊空格（{}），请换成普通空格，或者删去", member.key, NameOf(*odd)),
            fmt::format("the value of '{}' has a special space in it ({}): write an ordinary one, or none", member.key,
                        NameOf(*odd))},
           mistakes);
    return std::nullopt;
  }
  return node.text;
}

std::optional<int64_t> ReadWholeOf(const YamlMember& member, int64_t low, int64_t high, MistakeList& mistakes) {
  const YamlNode& node = member.value;
  const bool digits = node.is(Kind::kScalar) && node.plain && !node.text.empty() &&
                      std::all_of(node.text.begin(), node.text.end(), IsDigit);
  if (!digits) {
    RefuseType(member, {"只用数字写的整数", "a whole number in digits"}, mistakes);
    return std::nullopt;
  }
  if (HasLeadingZero(node.text)) {
    RefuseLeadingZero(node, mistakes);
    return std::nullopt;
  }
  const int64_t value = node.text.size() > 18 ? INT64_MAX : std::stoll(node.text);
  if (value < low || value > high) {
    Refuse(node, "out-of-range",
           {fmt::format("“{}”应当在 {} 至 {} 之间", member.key, low, high),
            fmt::format("'{}' must be from {} to {}", member.key, low, high)},
           mistakes);
    return std::nullopt;
  }
  return value;
}

const YamlNode* ReadMapOf(const YamlMember& member, MistakeList& mistakes) {
  if (member.value.is(Kind::kMap)) return &member.value;
  RefuseType(member, {"“键: 值”的列表", "a map of 'key: value'"}, mistakes);
  return nullptr;
}

}  // namespace heng::config
