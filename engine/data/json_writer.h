// JsonWriter: JSON as it is said, without a document in between. The text is that of nlohmann's `dump`, at a tenth of the work: the
// answers to large requests and explained ones are mostly texts.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace heng::data {

class JsonWriter {
 public:
  // Without white space, or indented by two.
  explicit JsonWriter(bool pretty) : pretty_(pretty) {}

  void BeginObject() { Begin('{'); }
  void EndObject() { End('}'); }
  void BeginArray() { Begin('['); }
  void EndArray() { End(']'); }
  // Of a member of an object; its value comes next.
  void Key(std::string_view key);
  // REQUIRES: UTF-8.
  void String(std::string_view text);
  void Integer(int64_t value);
  void Bool(bool value) { Word(value ? "true" : "false"); }
  void Null() { Word("null"); }

  void Member(std::string_view key, std::string_view text) {
    Key(key);
    String(text);
  }
  void MemberUnlessEmpty(std::string_view key, std::string_view text) {
    if (!text.empty()) Member(key, text);
  }

  // What was written.
  std::string Take() { return std::move(out_); }

 private:
  void Begin(char bracket);
  void End(char bracket);
  void Word(std::string_view word);
  // In front of an item or a key.
  void Separate();
  void BreakLine();
  void Quote(std::string_view text);

  std::string out_;
  bool pretty_;
  bool first_ = true;  // nothing is in the array or object yet
  bool behind_key_ = false;
  size_t depth_ = 0;
};

}  // namespace heng::data
