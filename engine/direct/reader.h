// Reader: one subject's JSON object into the slots of a program, without a document in between. Takes only what is plainly right.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include <simdjson.h>

#include "engine/direct/plan.h"
#include "engine/direct/shape.h"

namespace heng::direct {

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

  // False if something is there that the readers of data/ have to look at; the slots then hold anything. `text`: what the object stands in.
  bool Read(simdjson::ondemand::object object, std::string_view text);
  // Remembers how the text that was just read is laid out. REQUIRES: it is all of a line, and valid JSON.
  void KeepShape();
  // Reads a line that is laid out as one before, without a look at anything but its values. False: it is not, or as with Read.
  // REQUIRES: 64 readable bytes behind the line.
  bool ReadAlike(std::string_view line);

  // Of the last subject: its id as it stands in the JSON.
  std::string_view id() const { return id_; }
  const Texts& texts() const { return texts_; }

 private:
  using Object = simdjson::ondemand::object;
  using Element = simdjson::ondemand::value;

  bool Rests() const;
  bool ReadAs(const Shape& shape, std::string_view line);
  bool ReadPart(const Shape::Part& part, const char*& at, const char* end);
  bool ReadSections(const std::vector<Section>& sections, std::vector<uint8_t>& given, Element value);
  bool ReadSection(const Section& section, Element value);
  bool TakeSimple(const Key& key, const char*& at);
  bool Take(const Key& key, std::string_view token);
  bool TakeWord(const Key& key, const char*& at, const char* end);
  bool TakeId(std::string_view token);
  bool Leave(const Section& section);
  // What the text says without a value.
  bool SayNone(const Key& key);
  void SayUnknown(const Key& key);
  void SayPresence(const Section& section, bool given);
  void AddPart(Shape::Part::Kind kind, std::string_view token, const Key* key = nullptr);
  // The place of the key among `count` names, looked for from `guess` on; the count if it is none of them.
  template <typename IsThere>
  static size_t Search(size_t count, size_t guess, IsThere is_there);
  bool Is(const char* key, std::string_view name) const;
  void Put(const Key& key, int64_t value);
  bool PutNone(const Key& key);
  void PutUnknown(const Key& key);

  const Plan& plan_;
  eval::Single& single_;
  Texts texts_;
  std::string_view id_;
  std::string_view text_;
  Shape shape_;                // of the text that is read
  size_t behind_ = 0;          // its last value
  std::vector<Shape> shapes_;  // of lines before; a few
  size_t last_shape_ = 0;      // that was met, or is the newest
  size_t misses_ = 0;          // lines in a row that had none of them
  bool by_code_ = false;       // how the last key was written
  std::vector<uint8_t> inputs_given_, history_given_, given_;
};

}  // namespace heng::direct
