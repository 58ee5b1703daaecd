// Facts: what is known about the subjects of one district, ready to be evaluated; read by data/ from CSV folders and JSON requests.
// Everything in it has been validated against the policy's schema (types, ranges, places, absent only where 可缺).
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "engine/graph/graph.h"

namespace heng::eval {

using semantic::DefinitionId;
using semantic::FieldId;
using semantic::SortId;

// One subject in one period (kOnce for attributes).
struct SubjectPeriod {
  uint32_t subject = 0;
  Period period;
  friend bool operator==(const SubjectPeriod&, const SubjectPeriod&) = default;
};
struct SubjectPeriodHash {
  size_t operator()(const SubjectPeriod& key) const noexcept {
    return std::hash<Period>()(key.period) * 1000003 + key.subject;
  }
};
template <typename T>
using BySubjectPeriod = std::unordered_map<SubjectPeriod, T, SubjectPeriodHash>;

// A row of records; its values in the order of the sort's fields in the model.
struct RecordRow {
  uint32_t subject = 0;
  Period period;
  std::vector<Value> values;
};

struct Facts {
  std::vector<std::string> ids;  // the roster, in its order; a subject is its position here
  // True: every peer is here. False: results that need peers are refused by name.
  bool roster_complete = false;
  // Subjects that were refused: they have no results, and no peer results exist in their groups.
  std::unordered_map<uint32_t, FailurePtr> refused;
  std::unordered_map<FieldId, BySubjectPeriod<Value>> values;  // attributes (kOnce) and facts; a missing key is absent
  std::unordered_map<SortId, std::vector<RecordRow>> rows;
  std::unordered_map<DefinitionId, BySubjectPeriod<Value>> history;  // published results of past periods, as recorded
  std::unordered_map<FieldId, Value> parameters;                     // open parameters that are bound
};

}  // namespace heng::eval
