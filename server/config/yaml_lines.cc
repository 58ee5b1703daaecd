#include "server/config/yaml_lines.h"

#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "engine/base/text.h"
#include "server/config/odd_characters.h"

namespace heng::config {
namespace {

constexpr std::string_view kFullWidthColon = "：";

bool IsBlank(char c) { return c == ' ' || c == '\t'; }

std::string_view WithoutBlanks(std::string_view text) {
  while (!text.empty() && IsBlank(text.back())) text.remove_suffix(1);
  return text;
}

// Goes through the lines, as far as it is needed to know what is between quotes, in a comment, or within {} and [].
class LineReader {
 public:
  explicit LineReader(MistakeList& mistakes) : mistakes_(mistakes) {}

  // False: the rest cannot be told any more.
  bool Read(std::string_view line) {
    line_ = line;
    ++number_;
    at_ = 0;
    while (at_ < line_.size() && IsBlank(line_[at_])) ++at_;
    const size_t tab = line_.substr(0, at_).find('\t');
    if (at_ == line_.size()) return true;
    if (open_.empty() && tab != std::string_view::npos) {
      Refuse(tab, "tab",
             {"行首不能用制表符（Tab），请用空格缩进", "a line must not begin with a tab: indent with spaces"});
      return true;
    }
    if (line_[at_] == '#') return true;
    if (open_.empty()) return ReadBlockLine();
    return ReadFlow();
  }

  bool found() const { return found_; }

 private:
  void Refuse(size_t at, std::string code, Bilingual message) {
    found_ = true;
    mistakes_.Add(std::move(code), number_, static_cast<uint32_t>(CountCodePoints(line_.substr(0, at))) + 1,
                  std::move(message));
  }

  char Here() const { return at_ < line_.size() ? line_[at_] : '\0'; }
  bool SpaceBehind(size_t at) const { return at + 1 >= line_.size() || IsBlank(line_[at + 1]); }
  void SkipBlanks() {
    while (at_ < line_.size() && IsBlank(line_[at_])) ++at_;
  }
  // At the end of the line, or of what is not a comment.
  bool AtEnd() const { return at_ >= line_.size() || (line_[at_] == '#' && (at_ == 0 || IsBlank(line_[at_ - 1]))); }

  // `key: value`, `- item`, or something that is left to YAML.
  bool ReadBlockLine() {
    while (Here() == '-' && SpaceBehind(at_)) {
      ++at_;
      SkipBlanks();
    }
    if (AtEnd()) return true;
    if (Here() == '{' || Here() == '[') return ReadFlow();
    if (std::string_view("?&!*%|>@`:-.").find(Here()) != std::string_view::npos) return ReadValue();
    const size_t begin = at_;
    if (Here() == '"' || Here() == '\'') {
      if (!ReadQuoted()) return false;
      SkipBlanks();
      if (AtEnd()) return true;
    } else {
      while (!AtEnd() && !(Here() == ':' && SpaceBehind(at_))) ++at_;
    }
    const bool has_key = Here() == ':' && SpaceBehind(at_);
    if (!has_key) return ReadBadKey(begin);
    CheckSpaces(begin, at_);
    ++at_;
    SkipBlanks();
    return AtEnd() || ReadValue();
  }

  // A line without `: `; it begins at `begin`, and at_ is behind it, or behind its quoted key.
  bool ReadBadKey(size_t begin) {
    const size_t from = line_[begin] == '"' || line_[begin] == '\'' ? at_ : begin;
    while (!AtEnd()) ++at_;
    const std::string_view rest = line_.substr(from, at_ - from);
    const size_t ascii = rest.find(':');
    const size_t wide = rest.find(kFullWidthColon);
    const std::string key(WithoutBlanks(line_.substr(begin, from + std::min({ascii, wide, rest.size()}) - begin)));
    if (wide < ascii) {
      RefuseWideColon(from + wide, key);
    } else if (ascii != std::string_view::npos) {
      size_t next = from + ascii + 1;
      const char32_t behind = DecodeUtf8(line_, next);
      if (IsOddSpace(behind)) {
        RefuseOddSpace(from + ascii + 1, behind);
      } else {
        RefuseNoSpace(from + ascii, key);
      }
    } else if (from != begin) {
      RefuseBehindQuote(from);
    } else {
      CheckSpaces(begin, at_);
    }
    return true;
  }

  void RefuseWideColon(size_t at, const std::string& key) {
    Refuse(at, "full-width-colon",
           {fmt::format("这里是全角冒号（：），请用半角冒号加一个空格，写成“{}: …”", key),
            fmt::format("this is a full-width colon: write an ASCII one and a space, '{}: …'", key)});
  }

  void RefuseNoSpace(size_t at, const std::string& key) {
    Refuse(at, "no-space-after-colon",
           {fmt::format("冒号后面要有一个空格，请写成“{}: …”", key),
            fmt::format("a space must follow the colon: write '{}: …'", key)});
  }

  void RefuseOddSpace(size_t at, char32_t space) {
    Refuse(at, "odd-space",
           {fmt::format("这里有一个特殊空格（{}），请换成普通空格，或者删去", NameOf(space)),
            fmt::format("here is a special space ({}): write an ordinary one, or none", NameOf(space))});
  }

  void RefuseBehindQuote(size_t at) {
    Refuse(at, "text-after-quote",
           {"引号后面还有字，请把整个值放在一对引号里",
            "there is text behind the closing quote: put the whole value between quotes"});
  }

  // Spaces that are none to YAML, at the ends of a key or a value.
  void CheckSpaces(size_t begin, size_t end) {
    const std::string_view text = WithoutBlanks(line_.substr(begin, end - begin));
    if (text.empty()) return;
    size_t at = 0;
    const char32_t first = DecodeUtf8(text, at);
    if (IsOddSpace(first)) return RefuseOddSpace(begin, first);
    size_t last = text.size() - 1;
    while ((static_cast<unsigned char>(text[last]) & 0xC0) == 0x80) --last;
    at = last;
    const char32_t ending = DecodeUtf8(text, at);
    if (IsOddSpace(ending)) return RefuseOddSpace(begin + last, ending);
    if ((first == U'“' && ending == U'”') || (first == U'‘' && ending == U'’')) {
      return Refuse(begin, "full-width-quote",
                    {"这里是中文引号，会当作文字的一部分：请用半角引号（\"），或者不加引号",
                     "these are Chinese quotes, which are text to YAML: write ASCII ones (\"), or none"});
    }
    // A comment only looks like one behind such a space.
    for (size_t next = 0; next < text.size();) {
      const size_t here = next;
      const char32_t space = DecodeUtf8(text, next);
      if (IsOddSpace(space) && next < text.size() && text[next] == '#') return RefuseOddSpace(begin + here, space);
    }
  }

  // The value of a key, or an item.
  bool ReadValue() {
    switch (Here()) {
      case '{':
      case '[': return ReadFlow();
      case '|':
      case '>':
        Refuse(at_, "text-block",
               {fmt::format("不能用 YAML 的多行文字（{}），请把值写在一行里", Here()),
                fmt::format("YAML text blocks ({}) cannot be used: write the value in one line", Here())});
        return false;
      case '"':
      case '\'': {
        if (!ReadQuoted()) return false;
        const size_t behind = at_;
        SkipBlanks();
        if (!AtEnd() && !(Here() == ':' && SpaceBehind(at_))) RefuseBehindQuote(behind);
        return true;
      }
      default: break;
    }
    const size_t begin = at_;
    while (!AtEnd()) ++at_;
    CheckSpaces(begin, at_);
    return true;
  }

  // From the opening quote to behind the closing one.
  bool ReadQuoted() {
    const size_t begin = at_;
    const char quote = line_[at_++];
    for (; at_ < line_.size(); ++at_) {
      if (quote == '"' && line_[at_] == '\\') {
        ++at_;
      } else if (line_[at_] == quote) {
        ++at_;
        if (quote == '"' || Here() != '\'') return true;
      }
    }
    Refuse(begin, "unclosed-quote",
           {fmt::format("引号（{}）在这一行里没有配对：值要写在一行里，前后都有引号", quote),
            fmt::format("the quote ({}) is not closed in this line: a value is written in one line", quote)});
    return false;
  }

  // Within {} and [], to the end of the line or of the outermost.
  bool ReadFlow() {
    while (true) {
      SkipBlanks();
      if (AtEnd()) return true;
      const char c = Here();
      if (c == '{' || c == '[') {
        open_.push_back(c);
      } else if (c == '}' || c == ']') {
        if (!open_.empty()) open_.pop_back();
        if (open_.empty()) return true;
      } else if (c == '"' || c == '\'') {
        if (!ReadQuoted()) return false;
        continue;
      } else if (c != ',' && c != ':') {
        ReadPlainInFlow();
        continue;
      }
      ++at_;
    }
  }

  void ReadPlainInFlow() {
    const size_t begin = at_;
    while (!AtEnd() && std::string_view("{}[],").find(Here()) == std::string_view::npos &&
           !(Here() == ':' && SpaceBehind(at_)))
      ++at_;
    CheckSpaces(begin, at_);
    // A value stands behind a colon; a key without one in front of it is what was mistyped.
    const std::string_view before = WithoutBlanks(line_.substr(0, begin));
    const bool is_value = before.ends_with(':');
    const std::string_view text = line_.substr(begin, at_ - begin);
    const size_t comma = text.find("，");
    if (is_value && Here() == ':' && comma != std::string_view::npos) {
      return Refuse(
          begin + comma, "full-width-comma",
          {"花括号里的各项要用半角逗号（,）隔开", "what stands between braces is divided by ASCII commas (,)"});
    }
    if (is_value || Here() == ':' || open_.back() != '{') return;
    const size_t wide = text.find(kFullWidthColon);
    const size_t ascii = text.find(':');
    if (wide < ascii) {
      RefuseWideColon(begin + wide, std::string(text.substr(0, wide)));
    } else if (ascii != std::string_view::npos) {
      RefuseNoSpace(begin + ascii, std::string(text.substr(0, ascii)));
    }
  }

  MistakeList& mistakes_;
  std::string_view line_;
  uint32_t number_ = 0;
  size_t at_ = 0;
  std::vector<char> open_;
  bool found_ = false;
};

}  // namespace

bool LookAtLines(std::string_view text, MistakeList& mistakes) {
  LineReader reader(mistakes);
  while (!text.empty()) {
    // A line ends where YAML ends it: at "\r" too.
    const size_t end = std::min(text.find_first_of("\r\n"), text.size());
    if (!reader.Read(text.substr(0, end))) break;
    text.remove_prefix(end);
    text.remove_prefix(text.starts_with("\r\n") ? 2 : std::min<size_t>(text.size(), 1));
  }
  return !reader.found();
}

}  // namespace heng::config
