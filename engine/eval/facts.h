// Facts: what is known about the subjects of one district, ready to be evaluated; read by data/ from CSV folders and JSON requests.
// Everything in it has been validated against the policy's schema (types, ranges, places, absent only where 可缺).
#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
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

// Values by subject and period: a column a period, since subjects are counted from 0.
template <typename T>
class BySubjectPeriod {
 public:
  // Null if there is none.
  const T* Find(SubjectPeriod key) const {
    const auto column = columns_.find(key.period);
    if (column == columns_.end() || key.subject >= column->second.size()) return nullptr;
    const std::optional<T>& value = column->second[key.subject];
    return value ? &*value : nullptr;
  }
  void Set(SubjectPeriod key, T value) {
    std::vector<std::optional<T>>& column = columns_[key.period];
    if (column.size() <= key.subject) column.resize(key.subject + 1);
    column[key.subject] = std::move(value);
  }

 private:
  std::unordered_map<Period, std::vector<std::optional<T>>> columns_;
};

// A row of records; its values in the order of the sort's fields in the model.
struct RecordRow {
  uint32_t owner = 0;  // the subject, or the row of the records that it belongs to
  Period period;       // of dated rows: the day
  std::vector<Value> values;
};

// The subjects of one kind.
struct Roster {
  std::vector<std::string> ids;  // in their order; a subject is its position here
  // Subjects that were refused: they have no results, and no peer results exist in their groups.
  std::unordered_map<uint32_t, FailurePtr> refused;
};

struct Facts {
  std::unordered_map<SortId, Roster> rosters;  // of each kind of subject; the whole is one subject without an id
  // True: every peer of every kind is here. False: results that need peers are refused by name.
  bool roster_complete = false;
  // True: they are those of a JSON request. False: of files. What is missing is asked for where it is written.
  bool of_request = false;
  // Attributes (kOnce), facts, results of other policies; a missing key is absent.
  std::unordered_map<FieldId, BySubjectPeriod<Value>> values;
  // Values that hold from a day on, in the order of the days: attributes with history, results of other policies.
  std::unordered_map<FieldId, std::unordered_map<uint32_t, std::vector<std::pair<Date, Value>>>> since;
  // The periods for which a subject of the sort has a row of facts.
  std::unordered_map<SortId, std::unordered_set<SubjectPeriod, SubjectPeriodHash>> given;
  std::unordered_map<SortId, std::vector<RecordRow>> rows;
  std::unordered_map<DefinitionId, BySubjectPeriod<Value>> history;  // published results of past periods, as recorded
  std::unordered_map<FieldId, Value> parameters;                     // open parameters that are bound

  // REQUIRES: the sort is a kind of subject, or the whole.
  const Roster& roster(SortId sort) const {
    static const Roster kWhole{{""}, {}};
    const auto found = rosters.find(sort);
    return found == rosters.end() ? kWhole : found->second;
  }
};

}  // namespace heng::eval
