// JsonValue: a JSON document as it was written. Numbers are their own text, so that no digit is lost; members stand in
// their order. Used for requests, NDJSON lines and configuration in JSON; not for writing (answers are written by
// answer.h).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"

namespace heng::data {

struct JsonMember;

struct JsonValue {
  enum class Kind : unsigned char { kNull, kBool, kNumber, kString, kArray, kObject };
  Kind kind = Kind::kNull;
  bool truth = false;
  // kNumber: the text as written (`-0`, `1.0`, `1e2` keep their form). kString: the text.
  std::string text;
  std::vector<JsonValue> items;
  std::vector<JsonMember> members;

  bool is(Kind wanted) const { return kind == wanted; }
  // The member of an object with that key, or null.
  const JsonValue* Find(std::string_view key) const;
};

struct JsonMember {
  std::string key;
  JsonValue value;
};

// Where one is in a document: a chain on the stack that becomes a JSON pointer (RFC 6901) only when something is wrong
// there.
class JsonPlace {
 public:
  JsonPlace() = default;
  JsonPlace(const JsonPlace& parent, std::string_view key) : parent_(&parent), key_(key) {}
  JsonPlace(const JsonPlace& parent, size_t index) : parent_(&parent), index_(index) {}
  std::string ToPointer() const;

 private:
  const JsonPlace* parent_ = nullptr;
  std::string_view key_;
  size_t index_ = static_cast<size_t>(-1);
};

// Reads one document and nothing behind it. Errors, all kUsage: request-too-large, bad-encoding, bad-json (with line
// and column, `first_line` being that of the text's beginning), duplicate-key, too-deep and number-too-large (with the JSON pointer).
Result<JsonValue> ParseJson(std::string_view text, size_t limit_bytes, size_t first_line = 1);

}  // namespace heng::data
