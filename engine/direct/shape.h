// Shape: how a line is laid out. Whoever writes a stream writes its lines alike: the same keys in the same order, the same blanks, other
// values. A line that was read by simdjson leaves its shape behind: the text between the values, and what became of each. Where the next
// line has the same text in the same places, byte for byte, it is as valid and means the same, and only its values have to be read.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "engine/direct/plan.h"

namespace heng::direct {

struct Shape {
  // A text that is always the same, then a value.
  struct Part {
    enum class Kind : unsigned char { kNumber, kWord, kValue, kId, kEnd };
    Kind kind = Kind::kEnd;
    uint32_t begin = 0;  // of the text, within that of the line
    uint32_t size = 0;
    const Key* key = nullptr;
  };
  std::string text;  // the whole line that had it first
  std::vector<Part> parts;
  // What the text says without a value, in the order in which it is said.
  std::vector<const Key*> none;                     // there is no value
  std::vector<const Key*> unknown;                  // it is not known whether there is one
  std::vector<std::pair<uint32_t, bool>> presence;  // whether a section is given: a slot

  void Clear();
};

}  // namespace heng::direct
