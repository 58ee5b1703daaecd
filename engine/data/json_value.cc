#include "engine/data/json_value.h"

#include <algorithm>
#include <optional>
#include <unordered_set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "engine/base/limits.h"
#include "engine/base/text.h"

namespace heng::data {
namespace {

std::string EscapePointer(std::string_view key) {
  std::string out;
  for (const char c : key) {
    if (c == '~') {
      out += "~0";
    } else if (c == '/') {
      out += "~1";
    } else {
      out += c;
    }
  }
  return out;
}

// Both from 1; columns count code points.
struct LineAndColumn {
  size_t line = 0;
  size_t column = 0;

  LineAndColumn(std::string_view text, size_t at, size_t first_line) {
    const std::string_view before = text.substr(0, at);
    const size_t line_start = before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1;
    line = first_line + static_cast<size_t>(std::count(before.begin(), before.end(), '\n'));
    column = CountCodePoints(before.substr(line_start)) + 1;
  }
  std::string ToText() const { return fmt::format("{}:{}", line, column); }
};

// The beginning of what may be very long.
std::string Shortened(std::string_view number) {
  constexpr size_t kShown = 20;
  return number.size() <= kShown ? std::string(number) : std::string(number.substr(0, kShown)) + "…";
}

// Takes nlohmann's events. An integer arrives as a number, everything else with its text.
class Builder : public nlohmann::json_sax<nlohmann::json> {
 public:
  bool null() override { return Add({}); }
  bool boolean(bool value) override { return Add({JsonValue::Kind::kBool, value}); }
  // Called for texts with a minus sign only, so that 0 was `-0`.
  bool number_integer(number_integer_t value) override { return AddNumber(value == 0 ? "-0" : std::to_string(value)); }
  bool number_unsigned(number_unsigned_t value) override { return AddNumber(std::to_string(value)); }
  bool number_float(number_float_t, const string_t& text) override { return AddNumber(text); }
  bool string(string_t& value) override { return Add({JsonValue::Kind::kString, false, std::move(value)}); }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override { return Open(JsonValue::Kind::kObject); }
  bool start_array(std::size_t) override { return Open(JsonValue::Kind::kArray); }
  bool end_object() override { return Close(); }
  bool end_array() override { return Close(); }

  bool key(string_t& name) override {
    Frame& frame = open_.back();
    if (!frame.keys.insert(name).second) {
      return Refuse("duplicate-key",
                    {fmt::format("键“{}”出现了两次", name), fmt::format("the key '{}' stands twice", name)},
                    Pointer() + "/" + EscapePointer(name));
    }
    frame.key = std::move(name);
    return true;
  }

  bool parse_error(std::size_t position, const std::string& token, const nlohmann::detail::exception& what) override {
    // It is well written JSON, but no double.
    constexpr int kNumberOverflow = 406;
    if (what.id == kNumberOverflow) {
      const std::string number = Shortened(token);
      return Refuse("number-too-large",
                    {fmt::format("数 {} 不能处理：最多 {} 位数字，不写指数", number, limits::kNumberDigits),
                     fmt::format("the number {} cannot be taken: at most {} digits, and no exponent", number,
                                 limits::kNumberDigits)},
                    open_.empty() ? "" : Pointer() + "/" + Last());
    }
    position_ = position;
    return false;
  }

  const std::optional<Error>& error() const { return error_; }
  std::optional<size_t> position() const { return position_; }
  JsonValue Take() { return std::move(root_); }

 private:
  struct Frame {
    JsonValue value;
    std::string key;
    std::unordered_set<std::string> keys;
  };

  bool AddNumber(std::string text) { return Add({JsonValue::Kind::kNumber, false, std::move(text)}); }

  bool Add(JsonValue value) {
    if (open_.empty()) {
      root_ = std::move(value);
    } else if (Frame& frame = open_.back(); frame.value.is(JsonValue::Kind::kObject)) {
      frame.value.members.push_back({std::move(frame.key), std::move(value)});
    } else {
      frame.value.items.push_back(std::move(value));
    }
    return true;
  }

  bool Open(JsonValue::Kind kind) {
    if (open_.size() >= limits::kJsonDepth) {
      return Refuse("too-deep",
                    {fmt::format("嵌套超过 {} 层", limits::kJsonDepth),
                     fmt::format("nested more than {} levels deep", limits::kJsonDepth)},
                    Pointer());
    }
    open_.push_back({JsonValue{kind}, {}, {}});
    return true;
  }

  bool Close() {
    JsonValue value = std::move(open_.back().value);
    open_.pop_back();
    return Add(std::move(value));
  }

  // Of what is being read now.
  std::string Pointer() const {
    std::string pointer;
    for (size_t i = 0; i + 1 < open_.size(); ++i) {
      pointer += "/" + Within(open_[i]);
    }
    return pointer;
  }
  std::string Last() const { return Within(open_.back()); }
  static std::string Within(const Frame& frame) {
    const bool object = frame.value.is(JsonValue::Kind::kObject);
    return object ? EscapePointer(frame.key) : std::to_string(frame.value.items.size());
  }

  bool Refuse(std::string code, Bilingual message, std::string at) {
    error_ = Error{ErrorKind::kUsage, std::move(code), std::move(message), std::move(at)};
    return false;
  }

  std::vector<Frame> open_;
  JsonValue root_;
  std::optional<Error> error_;
  std::optional<size_t> position_;
};

}  // namespace

const JsonValue* JsonValue::Find(std::string_view key) const {
  const auto found =
      std::find_if(members.begin(), members.end(), [&](const auto& member) { return member.key == key; });
  return found == members.end() ? nullptr : &found->value;
}

std::string JsonPlace::ToPointer() const {
  if (parent_ == nullptr) return "";
  const bool is_key = index_ == static_cast<size_t>(-1);
  return parent_->ToPointer() + "/" + (is_key ? EscapePointer(key_) : std::to_string(index_));
}

Result<JsonValue> ParseJson(std::string_view text, size_t limit_bytes, size_t first_line) {
  if (text.size() > limit_bytes) {
    return Fail(ErrorKind::kUsage, "request-too-large",
                {fmt::format("超过 {} 字节的上限", limit_bytes),
                 fmt::format("larger than the limit of {} bytes", limit_bytes)});
  }
  if (const auto invalid = FindInvalidUtf8(text)) {
    return Fail(ErrorKind::kUsage, "bad-encoding", {"不是有效的 UTF-8", "not valid UTF-8"},
                LineAndColumn(text, *invalid, first_line).ToText());
  }
  Builder builder;
  if (nlohmann::json::sax_parse(text.begin(), text.end(), &builder)) return builder.Take();
  if (builder.error()) return tl::unexpected<Error>(*builder.error());
  const size_t position = builder.position().value_or(1);
  const size_t at = std::min(position == 0 ? 0 : position - 1, text.size());
  const LineAndColumn place(text, at, first_line);
  return Fail(ErrorKind::kUsage, "bad-json",
              {fmt::format("不是有效的 JSON：第 {} 行第 {} 列", place.line, place.column),
               fmt::format("not valid JSON at line {}, column {}", place.line, place.column)},
              place.ToText());
}

}  // namespace heng::data
