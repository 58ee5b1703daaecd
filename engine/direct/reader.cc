#include "engine/direct/reader.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

#include "engine/base/text.h"
#include "engine/data/subject_id.h"
#include "engine/direct/scalar.h"

namespace heng::direct {

namespace ondemand = simdjson::ondemand;
using semantic::TypeKind;

namespace {

// So many layouts are remembered.
constexpr size_t kShapes = 4;

bool IsValid(std::string_view text) {
  const bool ascii = std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  return ascii || !FindInvalidUtf8(text);
}

Shape::Part::Kind KindOf(const Key& key) {
  if (key.simple) return Shape::Part::Kind::kNumber;
  return key.words.empty() ? Shape::Part::Kind::kValue : Shape::Part::Kind::kWord;
}

}  // namespace

int64_t Texts::CodeOf(std::string_view text) {
  for (size_t i = 0; i < known_.size(); ++i) {
    const std::string& known = known_[i];
    if (known.size() == text.size() + 2 && std::string_view(known).substr(1, text.size()) == text)
      return static_cast<int64_t>(i);
  }
  size_t i = 0;
  while (i < own_.size() && own_[i] != text) ++i;
  if (i == own_.size()) own_.push_back(text);
  return static_cast<int64_t>(known_.size() + i);
}

Reader::Reader(const Plan& plan, eval::Single& single)
    : plan_(plan),
      single_(single),
      texts_(plan.texts),
      inputs_given_(plan.inputs.size()),
      history_given_(plan.history.size()) {}

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

bool Reader::Is(const char* key, std::string_view name) const { return IsKey(key, text_.data() + text_.size(), name); }

bool Reader::Read(Object object, std::string_view text) {
  text_ = text;
  shape_.Clear();
  behind_ = 0;
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
    const std::string_view token = TrimEnd(value.raw_json_token());
    if (part == kId) {
      if (!TakeId(token)) return false;
      AddPart(Shape::Part::Kind::kId, token);
      continue;
    }
    const auto kind = Content(token);
    if (!kind || std::find(plan_.kinds.begin(), plan_.kinds.end(), *kind) == plan_.kinds.end()) return false;
  }
  if (!given[kId]) return false;
  if (!given[kAttributes] && !Leave(plan_.attributes)) return false;
  for (size_t i = 0; i < plan_.inputs.size(); ++i) {
    if (inputs_given_[i] == 0 && !Leave(plan_.inputs[i])) return false;
  }
  // What is not recorded is unknown, and an absence that is recorded is none.
  for (size_t i = 0; i < plan_.history.size(); ++i) {
    if (history_given_[i] != 0) continue;
    for (const Key& key : plan_.history[i].keys) SayUnknown(key);
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
    for (const Key& key : section.keys) SayNone(key);
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
    const char* at = token.data();
    const bool taken = keys[i].simple && TakeSimple(keys[i], at) && at == token.data() + token.size();
    if (!taken && !Take(keys[i], token)) return false;
    AddPart(KindOf(keys[i]), token, &keys[i]);
    given_[i] = 1;
    guess = i + 1;
    ++count;
  }
  SayPresence(section, true);
  if (count == keys.size()) return true;
  for (size_t i = 0; i < keys.size(); ++i) {
    if (given_[i] != 0) continue;
    if (section.recorded) {
      SayUnknown(keys[i]);
    } else if (!SayNone(keys[i])) {
      return false;
    }
  }
  return true;
}

// A section that is not given.
bool Reader::Leave(const Section& section) {
  if (section.required) return false;
  SayPresence(section, false);
  for (const Key& key : section.keys) {
    // What is read and is not there is for the interpreter; what nobody reads may be missing with its period.
    if (!key.slots.empty() && !SayNone(key)) return false;
  }
  return true;
}

void Reader::AddPart(Shape::Part::Kind kind, std::string_view token, const Key* key) {
  const auto begin = static_cast<size_t>(token.data() - text_.data());
  shape_.parts.push_back({kind, static_cast<uint32_t>(behind_), static_cast<uint32_t>(begin - behind_), key});
  behind_ = begin + token.size();
}

void Reader::KeepShape() {
  ++misses_;
  if (Rests()) return;
  AddPart(Shape::Part::Kind::kEnd, text_.substr(text_.size()));
  shape_.text = text_;
  last_shape_ = (last_shape_ + 1) % kShapes;
  if (last_shape_ >= shapes_.size()) last_shape_ = (shapes_.emplace_back(), shapes_.size() - 1);
  std::swap(shapes_[last_shape_], shape_);
}

// Lines without a common layout are not asked for it again and again.
bool Reader::Rests() const {
  constexpr size_t kPatience = 16;
  constexpr size_t kAgain = 8;
  return misses_ > kPatience && misses_ % kAgain != 0;
}

bool Reader::ReadAlike(std::string_view line) {
  if (Rests()) return false;
  for (size_t i = 0; i < shapes_.size(); ++i) {
    const size_t one = (last_shape_ + i) % shapes_.size();
    if (!ReadAs(shapes_[one], line)) continue;
    last_shape_ = one;
    misses_ = 0;
    return true;
  }
  return false;
}

bool Reader::ReadAs(const Shape& shape, std::string_view line) {
  const char* at = line.data();
  const char* const end = at + line.size();
  texts_.Clear();
  for (const Shape::Part& part : shape.parts) {
    if (end - at < static_cast<ptrdiff_t>(part.size) || !IsSame(at, {shape.text.data() + part.begin, part.size}))
      return false;
    at += part.size;
    if (!ReadPart(part, at, end)) return false;
  }
  for (const Key* key : shape.none) PutNone(*key);
  for (const Key* key : shape.unknown) PutUnknown(*key);
  for (const auto& [slot, given] : shape.presence) single_.Set(slot, given ? 1 : 0);
  return true;
}

// `at` may come to stand behind the end; the next text is then not there.
inline bool Reader::ReadPart(const Shape::Part& part, const char*& at, const char* end) {
  using Kind = Shape::Part::Kind;
  if (part.kind == Kind::kEnd) return at == end;
  if (part.kind == Kind::kNumber && TakeSimple(*part.key, at)) return true;
  if (part.kind == Kind::kWord && TakeWord(*part.key, at, end)) return true;
  const std::string_view token = TokenAt(at, end);
  at += token.size();
  return !token.empty() && (part.kind == Kind::kId ? TakeId(token) : Take(*part.key, token));
}

bool Reader::TakeId(std::string_view token) {
  id_ = Content(token).value_or(std::string_view());
  return IsValid(id_) && !data::WrongId(id_);
}

bool Reader::TakeWord(const Key& key, const char*& at, const char* end) {
  if (key.type == TypeKind::kBool && (IsToken(at, end, "true") || IsToken(at, end, "false"))) {
    const bool yes = *at == 't';
    Put(key, yes ? 1 : 0);
    at += yes ? 4 : 5;
    return true;
  }
  if (at >= end || *at != '"') return false;
  for (const auto& [word, code] : key.words) {
    if (!IsKey(at + 1, end, word)) continue;
    Put(key, code);
    at += word.size() + 2;
    return true;
  }
  return false;
}

bool Reader::SayNone(const Key& key) {
  shape_.none.push_back(&key);
  return PutNone(key);
}

void Reader::SayUnknown(const Key& key) {
  shape_.unknown.push_back(&key);
  PutUnknown(key);
}

void Reader::SayPresence(const Section& section, bool given) {
  for (const uint32_t slot : section.presence) {
    shape_.presence.emplace_back(slot, given);
    single_.Set(slot, given ? 1 : 0);
  }
}

// False: it has to be looked at more closely.
inline bool Reader::TakeSimple(const Key& key, const char*& at) {
  const char* behind = at;
  int64_t value = 0;
  if (!TakeDecimal(behind, key.places, value) || value < key.low || value > key.high) return false;
  for (const uint32_t slot : key.slots) single_.Set(slot, value);
  at = behind;
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

void Reader::PutUnknown(const Key& key) {
  for (const uint32_t slot : key.slots) single_.SetUnknown(slot, true);
}

bool Reader::Take(const Key& key, std::string_view token) {
  if (token == "null") return PutNone(key);
  const auto content = Content(token);
  switch (key.type) {
    case TypeKind::kNumber: {
      const auto value = ToInteger(content.value_or(token), key.places);
      if (!value) return false;
      if (key.places == Key::kAny) return true;
      if (*value < key.low || *value > key.high ||
          (key.percent && *value != 0 && key.one > *value && -key.one < *value))
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
