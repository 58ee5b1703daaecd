// Plan: how the JSON of one subject becomes the slots of a program, and the program's outputs the JSON of its results, made once for a
// deployment and a period. Immutable, shared between threads. Only what is plainly right goes this way; everything else (and every
// refusal) is the readers' of data/ and the reference interpreter's, whose answers have the same bytes.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/data/deployment.h"
#include "engine/eval/single.h"

namespace heng::direct {

// A fact or a recorded result: under which keys it stands, and how its text becomes the integer that its slots hold.
struct Key {
  std::string name;
  std::string code;
  semantic::TypeKind type = semantic::TypeKind::kNumber;
  bool optional = false;
  bool percent = false;  // a bare number below 1 is ambiguous
  // Of a number: the decimal places that the integer keeps, as it is written; whatever has more is not taken. kAny: nobody needs it.
  static constexpr int kAny = -1;
  int places = 0;
  int64_t low = 0;
  int64_t high = 0;
  int64_t one = 1;                                     // 1, as such an integer
  int64_t none = 0;                                    // what the slots hold where there is no value
  std::vector<std::pair<std::string, int64_t>> words;  // of enumerations and 是否
  std::vector<uint32_t> slots;                         // none: it is only validated
  bool simple = false;  // a number that is always there and stands in its slots as it is written
};

// The members of one object: attributes, the facts or the recorded results of a period.
struct Section {
  std::string name;  // `2024-07`
  bool required = false;
  bool recorded = false;  // results of the past: one that is not mentioned is unknown
  std::vector<Key> keys;
  std::vector<uint32_t> presence;  // slots that say whether it is given
};

// What is written: a text that is always the same, then a value.
struct Piece {
  enum class Kind : unsigned char { kEnd, kId, kBool, kWord, kNumber, kDate, kText };
  std::string before;
  Kind kind = Kind::kEnd;
  size_t output = 0;
  std::vector<std::string> words;  // kWord: each as JSON
  // kNumber: the output × factor has so many decimals, of which `places` are printed at least; factor 0: printed by way of a Rational.
  int64_t factor = 0;
  int decimals = 0;
  int places = 0;
  const semantic::Definition* definition = nullptr;
};

struct Plan {
  data::Deployment deployment;
  Period period;
  std::shared_ptr<const eval::SinglePlan> single;
  std::vector<std::string> kinds;  // the names of the kind of subject, if a line says it
  Section attributes;
  std::vector<Section> inputs;
  std::vector<Section> history;
  std::vector<size_t> claims;  // outputs that must be true: 校验 and, of whole requests, 保证
  std::vector<Piece> pieces;
  std::vector<std::string> texts;  // those of the program, as JSON
};

// Whether guarantees are asserted too, as in the answer to a request.
enum class Asserts : bool { kNo, kGuarantees };

// Null: nothing of this policy goes the direct way. REQUIRES: the period is of the policy's settlement period.
std::shared_ptr<const Plan> MakePlan(const data::Deployment& deployment, Period period, Asserts asserts = Asserts::kNo);

}  // namespace heng::direct
