#include "engine/direct/reader.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <optional>

#include "engine/base/limits.h"
#include "engine/base/text.h"

namespace heng::direct {

namespace ondemand = simdjson::ondemand;
using semantic::TypeKind;

namespace {

bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

bool IsValid(std::string_view text) {
  const bool ascii = std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  return ascii || !FindInvalidUtf8(text);
}

constexpr int kDigits = 18;
constexpr std::array<int64_t, kDigits + 1> kPowers = [] {
  std::array<int64_t, kDigits + 1> powers{1};
  for (size_t i = 1; i < powers.size(); ++i) powers[i] = powers[i - 1] * 10;
  return powers;
}();

// A plain decimal as an integer with so many decimal places; nothing if it is none, is too long, or has more places. `kAny`: 0.
[[gnu::always_inline]] inline std::optional<int64_t> ToInteger(std::string_view text, int places) {
  const char* at = text.data();
  const char* const end = at + text.size();
  const bool negative = at != end && *at == '-';
  if (negative) ++at;
  if (at == end || end - at > kDigits) return std::nullopt;
  const char* const first = at;
  const auto is_digit = [](char c) { return static_cast<unsigned char>(c - '0') <= 9; };
  int64_t value = 0;
  for (; at != end && is_digit(*at); ++at) value = value * 10 + (*at - '0');
  if (at == first || (*first == '0' && at - first > 1)) return std::nullopt;
  int decimals = 0;
  if (at != end) {
    if (*at++ != '.') return std::nullopt;
    const char* const point = at;
    for (; at != end && is_digit(*at); ++at) value = value * 10 + (*at - '0');
    decimals = static_cast<int>(at - point);
    if (decimals == 0 || at != end) return std::nullopt;
  }
  if (places == Key::kAny) return 0;
  for (; decimals > places; --decimals) {
    if (value % 10 != 0) return std::nullopt;
    value /= 10;
  }
  if (__builtin_mul_overflow(value, kPowers[static_cast<size_t>(places - decimals)], &value)) return std::nullopt;
  if (negative && value == 0) return std::nullopt;
  return negative ? -value : value;
}

}  // namespace

std::string_view TrimEnd(std::string_view token) {
  while (!token.empty() && IsBlank(token.back())) token.remove_suffix(1);
  return token;
}

std::optional<std::string_view> Content(std::string_view token) {
  if (token.size() < 3 || token.front() != '"' || token.back() != '"') return std::nullopt;
  token = token.substr(1, token.size() - 2);
  for (const char c : token) {
    if (c == '\\') return std::nullopt;
  }
  return token;
}

int64_t Texts::CodeOf(std::string_view text) {
  for (size_t i = 0; i < known_.size(); ++i) {
    const std::string& known = known_[i];
    if (known.size() == text.size() + 2 && std::string_view(known).substr(1, text.size()) == text) return static_cast<int64_t>(i);
  }
  size_t i = 0;
  while (i < own_.size() && own_[i] != text) ++i;
  if (i == own_.size()) own_.push_back(text);
  return static_cast<int64_t>(known_.size() + i);
}

Reader::Reader(const Plan& plan, eval::Single& single)
    : plan_(plan), single_(single), texts_(plan.texts), inputs_given_(plan.inputs.size()), history_given_(plan.history.size()) {}

template <typename IsThere>
size_t Reader::Search(size_t count, size_t guess, IsThere is_there) {
  for (size_t i = guess; i < count; ++i) {
    if (is_there(i)) return i;
  }
  for (size_t i = 0; i < std::min(guess, count); ++i) {
    if (is_there(i)) return i;
  }
  return count;
}

bool Reader::Read(Object object, const char* end) {
  end_ = end;
  id_ = {};
  texts_.Clear();
  std::fill(inputs_given_.begin(), inputs_given_.end(), 0);
  std::fill(history_given_.begin(), history_given_.end(), 0);
  enum Part : size_t { kId, kKind, kAttributes, kInputs, kHistory, kParts };
  static constexpr std::string_view kNames[] = {"id", "kind", "attributes", "inputs", "history"};
  bool given[kParts] = {};
  size_t guess = 0;
  for (auto member : object) {
    ondemand::raw_json_string key;
    Element value;
    if (member.key().get(key) || member.value().get(value)) return false;
    const size_t part = Search(kParts, guess, [&](size_t i) { return Is(key.raw(), kNames[i]); });
    if (part == kParts || given[part]) return false;
    given[part] = true;
    guess = part + 1;
    if (part == kAttributes && !ReadSection(plan_.attributes, value)) return false;
    if (part == kInputs && !ReadSections(plan_.inputs, inputs_given_, value)) return false;
    if (part == kHistory && !ReadSections(plan_.history, history_given_, value)) return false;
    if (part > kKind) continue;
    const auto text = Content(TrimEnd(value.raw_json_token()));
    if (!text) return false;
    if (part == kKind && std::find(plan_.kinds.begin(), plan_.kinds.end(), *text) == plan_.kinds.end()) return false;
    if (part == kId) id_ = *text;
  }
  if (id_.empty() || id_.size() > limits::kNameBytes || !IsValid(id_)) return false;
  if (!given[kAttributes] && !Leave(plan_.attributes)) return false;
  for (size_t i = 0; i < plan_.inputs.size(); ++i) {
    if (inputs_given_[i] == 0 && !Leave(plan_.inputs[i])) return false;
  }
  // What is not recorded is unknown, and an absence that is recorded is none.
  for (size_t i = 0; i < plan_.history.size(); ++i) {
    if (history_given_[i] != 0) continue;
    for (const Key& key : plan_.history[i].keys) {
      for (const uint32_t slot : key.slots) single_.SetUnknown(slot, true);
    }
  }
  return true;
}

bool Reader::ReadSections(const std::vector<Section>& sections, std::vector<uint8_t>& given, Element value) {
  Object object;
  if (value.get_object().get(object)) return false;
  size_t guess = 0;
  for (auto member : object) {
    ondemand::raw_json_string key;
    Element one;
    if (member.key().get(key) || member.value().get(one)) return false;
    const size_t i = Search(sections.size(), guess, [&](size_t s) { return Is(key.raw(), sections[s].name); });
    if (i == sections.size() || given[i] != 0 || !ReadSection(sections[i], one)) return false;
    given[i] = 1;
    guess = i + 1;
  }
  return true;
}

bool Reader::ReadSection(const Section& section, Element value) {
  Object object;
  if (section.recorded && TrimEnd(value.raw_json_token()) == "null") {
    // There was no such period: everything in it is absent.
    for (const Key& key : section.keys) PutNone(key);
    return true;
  }
  if (value.get_object().get(object)) return false;
  const std::vector<Key>& keys = section.keys;
  given_.assign(keys.size(), 0);
  size_t guess = 0;
  size_t count = 0;
  for (auto member : object) {
    ondemand::raw_json_string key;
    Element one;
    if (member.key().get(key) || member.value().get(one)) return false;
    // Who writes one key by its code writes the next one so.
    const auto is = [&](size_t k, bool code) {
      const std::string& name = code ? keys[k].code : keys[k].name;
      return !name.empty() && Is(key.raw(), name);
    };
    const size_t i = Search(keys.size(), guess, [&](size_t k) {
      if (is(k, by_code_)) return true;
      if (!is(k, !by_code_)) return false;
      by_code_ = !by_code_;
      return true;
    });
    if (i == keys.size() || given_[i] != 0) return false;
    const std::string_view token = TrimEnd(one.raw_json_token());
    if (!(keys[i].simple && TakeSimple(keys[i], token)) && !Take(keys[i], token)) return false;
    given_[i] = 1;
    guess = i + 1;
    ++count;
  }
  for (const uint32_t slot : section.presence) single_.Set(slot, 1);
  if (count == keys.size()) return true;
  for (size_t i = 0; i < keys.size(); ++i) {
    if (given_[i] != 0) continue;
    if (section.recorded) {
      for (const uint32_t slot : keys[i].slots) single_.SetUnknown(slot, true);
    } else if (!PutNone(keys[i])) {
      return false;
    }
  }
  return true;
}

// A section that is not given.
bool Reader::Leave(const Section& section) {
  if (section.required) return false;
  for (const uint32_t slot : section.presence) single_.Set(slot, 0);
  for (const Key& key : section.keys) {
    // What is read and is not there is for the interpreter; what nobody reads may be missing with its period.
    if (!key.slots.empty() && !PutNone(key)) return false;
  }
  return true;
}

// False: it has to be looked at more closely.
bool Reader::TakeSimple(const Key& key, std::string_view token) {
  const auto value = ToInteger(token, key.places);
  if (!value || *value < key.low || *value > key.high) return false;
  single_.Set(key.slots.front(), *value);
  return true;
}

void Reader::Put(const Key& key, int64_t value) {
  for (const uint32_t slot : key.slots) {
    single_.Set(slot, value);
    if (!key.optional) continue;
    single_.SetPresent(slot, true);
    single_.SetUnknown(slot, false);
  }
}

bool Reader::PutNone(const Key& key) {
  for (const uint32_t slot : key.slots) {
    single_.Set(slot, key.none);
    single_.SetPresent(slot, false);
    single_.SetUnknown(slot, false);
  }
  return key.optional;
}

bool Reader::Take(const Key& key, std::string_view token) {
  if (token == "null") return PutNone(key);
  const auto content = Content(token);
  switch (key.type) {
    case TypeKind::kNumber: {
      const auto value = ToInteger(content.value_or(token), key.places);
      if (!value) return false;
      if (key.places == Key::kAny) return true;
      if (*value < key.low || *value > key.high || (key.percent && *value != 0 && key.one > *value && -key.one < *value))
        return false;
      Put(key, *value);
      return true;
    }
    case TypeKind::kBool:
      if (token == "true" || token == "false") {
        Put(key, token == "true" ? 1 : 0);
        return true;
      }
      [[fallthrough]];
    case TypeKind::kEnum:
      if (!content) return false;
      for (const auto& [word, code] : key.words) {
        if (word.size() != content->size() || !IsSame(content->data(), word)) continue;
        Put(key, code);
        return true;
      }
      return false;
    case TypeKind::kDate: {
      const auto date = content ? ParseDate(*content) : std::nullopt;
      if (!date || date->days() < key.low || date->days() > key.high) return false;
      Put(key, date->days());
      return true;
    }
    case TypeKind::kText:
      if (!content || !IsValid(*content) || Trim(FoldFullWidth(*content)).empty()) return false;
      Put(key, texts_.CodeOf(*content));
      return true;
    default: return false;
  }
}

}  // namespace heng::direct
