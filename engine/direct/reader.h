// Reader: one subject's JSON object into the slots of a program, without a document in between. Takes only what is plainly right;
// numbers are read from their digits to integers, never by way of floating point.
#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>
#include <vector>

#include <simdjson.h>

#include "engine/direct/plan.h"

namespace heng::direct {

// A token without the blanks behind it.
std::string_view TrimEnd(std::string_view token);
// What stands between the quotes of a string without escapes, if it is one and not empty.
std::optional<std::string_view> Content(std::string_view token);
// Whether the text begins so. Names are short, and a call for each costs as much as comparing them.
inline bool IsSame(const char* text, std::string_view name) {
  const char* with = name.data();
  size_t rest = name.size();
  const auto differs = [&](auto word) {
    auto other = word;
    std::memcpy(&word, text, sizeof word);
    std::memcpy(&other, with, sizeof word);
    text += sizeof word;
    with += sizeof word;
    rest -= sizeof word;
    return word != other;
  };
  while (rest >= 8) {
    if (differs(uint64_t{})) return false;
  }
  if (rest >= 4 && differs(uint32_t{})) return false;
  if (rest >= 2 && differs(uint16_t{})) return false;
  return rest == 0 || !differs(uint8_t{});
}
// Whether the key that begins there is that name; `end`: behind the last byte that may be read.
inline bool IsKey(const char* key, const char* end, std::string_view name) {
  return static_cast<size_t>(end - key) > name.size() && key[name.size()] == '"' && IsSame(key, name);
}

// The texts of one subject, by their codes: first those of the program.
class Texts {
 public:
  explicit Texts(const std::vector<std::string>& known) : known_(known) {}
  void Clear() { own_.clear(); }
  int64_t CodeOf(std::string_view text);
  // As JSON.
  std::string_view own(size_t code) const { return own_[code - known_.size()]; }
  bool is_own(size_t code) const { return code >= known_.size(); }

 private:
  const std::vector<std::string>& known_;
  std::vector<std::string_view> own_;
};

// For one thread at a time.
class Reader {
 public:
  // Writes into the registers of `single`.
  Reader(const Plan& plan, eval::Single& single);

  // False if something is there that the readers of data/ have to look at; the slots then hold anything. `end`: behind the last byte that
  // may be read.
  bool Read(simdjson::ondemand::object object, const char* end);

  // Of the last subject: its id as it stands in the JSON.
  std::string_view id() const { return id_; }
  const Texts& texts() const { return texts_; }

 private:
  using Object = simdjson::ondemand::object;
  using Element = simdjson::ondemand::value;

  bool ReadSections(const std::vector<Section>& sections, std::vector<uint8_t>& given, Element value);
  bool ReadSection(const Section& section, Element value);
  bool TakeSimple(const Key& key, std::string_view token);
  bool Take(const Key& key, std::string_view token);
  bool Leave(const Section& section);
  // The place of the key among `count` names, looked for from `guess` on; the count if it is none of them.
  template <typename IsThere>
  static size_t Search(size_t count, size_t guess, IsThere is_there);
  bool Is(const char* key, std::string_view name) const { return IsKey(key, end_, name); }
  void Put(const Key& key, int64_t value);
  bool PutNone(const Key& key);

  const Plan& plan_;
  eval::Single& single_;
  Texts texts_;
  std::string_view id_;
  const char* end_ = nullptr;
  bool by_code_ = false;  // how the last key was written
  std::vector<uint8_t> inputs_given_, history_given_, given_;
};

}  // namespace heng::direct
