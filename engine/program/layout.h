// Layout: what a program reads and gives, as columns. Whoever fills a batch (from facts, NDJSON, a caller's own arrays) and whoever
// reads its outputs knows the program by this alone.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/graph/graph.h"
#include "engine/program/code.h"

namespace heng::program {

// Instances of a sort, one row each. The values of a key have one domain a period, since a key may be computed.
struct Domain {
  graph::SortId sort;
  Period period;  // of the values of a key; else kOnce
  ValueId group;  // of the values of a key: each instance's group
};

// How a column of integers is stored by whoever fills or reads it.
enum class Storage : unsigned char { kBit, k32, k64, k128 };
size_t BytesOf(Storage storage);

// A column that is filled from outside. A number is the value × scale; a date its days since 1970; an enumeration its code; a subject its
// position in the roster; a text a code, equal for equal texts, those of Program::texts first.
struct Slot {
  enum class Kind : unsigned char {
    kField,  // a fact, an attribute, a field of rows (period: that of the facts; of attributes the day on which they are read)
    kPast,         // what is recorded for a definition in the past
    kInterpreted,  // a definition that is not lowered: its values come from the reference interpreter
    kRowIn,        // a bit: whether the row's period lies in `period` (kOnce: in any), and is not after the settled one
    kRowNotAfter,  // a bit: whether the row's period lies in or before `period`
    kRowOrdinal,   // the ordinal of the row's period, of the kind of `period`
    kRowFirstDay,  // of the row's own period
    kRowLastDay,
    kRowNumber,  // its number in the year
    kRowAttribute,  // an attribute of what the row belongs to, on the first day of the row's period of the kind of `period`
    kOwner,         // the position of what the row belongs to
  };
  Kind kind = Kind::kField;
  DomainId domain;
  graph::FieldId field;
  graph::DefId definition;
  Period period;
  bool optional = false;  // there is a kPresent for it
  graph::TypeKind type = graph::TypeKind::kNumber;
  Int scale = 1;
  Bounds bounds;  // of the stored integers; what lies outside cannot be given to the program
  Storage storage = Storage::k64;
};

// A value that is given: numerator ÷ (scale × the product of the denominators).
struct Output {
  graph::DefId definition;
  Period period;
  DomainId domain;
  graph::TypeKind type = graph::TypeKind::kNumber;
  ValueId value;
  std::vector<ValueId> denominators;
  Int scale = 1;
  ValueId present;   // a bit; invalid: always
  ValueId deferred;  // a bit: not decided here, ask the reference interpreter; invalid: never
};

}  // namespace heng::program
