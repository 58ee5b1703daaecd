// FactsBuilder: collects validated facts of one district and the refusals on the way, whatever they are read from; at
// the end it looks for what is missing and for the 校验 that are broken. Used by csv_folder and request; knows no format.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "engine/data/fact_layout.h"
#include "engine/data/refusal.h"
#include "engine/eval/facts.h"
#include "engine/graph/analysis/ranges.h"

namespace heng::data {

using Bindings = std::unordered_map<FieldId, Value>;

// Facts ready for Evaluate, in which the refused subjects are marked, and why.
struct FactReading {
  std::shared_ptr<eval::Facts> facts;
  Refusals refusals;
};

class FactsBuilder {
 public:
  // Subjects of every kind are counted together, the whole is number 0. Adds to a refusal where the facts of that subject and period
  // stand.
  using Locate = std::function<void(Refusal&, uint32_t subject, Period period)>;

  // `settled`: the period that is settled or asked for. REQUIRES: of the graph's settlement period.
  FactsBuilder(graph::GraphPtr graph, Period settled, Bindings parameters);

  const semantic::Model& model() const { return *graph_->model; }
  const FactLayout& layout() const { return layout_; }
  Period settled() const { return settled_; }

  // Nothing if it is there already.
  std::optional<uint32_t> AddSubject(SortId sort, const std::string& id);
  std::optional<uint32_t> FindSubject(SortId sort, const std::string& id) const;
  SortId SortOf(uint32_t subject) const { return subjects_[subject].sort; }
  // Its position among those of its kind.
  uint32_t PositionOf(uint32_t subject) const { return subjects_[subject].position; }
  const std::string& IdOf(uint32_t subject) const;
  // A text that stands for a subject as the reference to it; a refusal if there is no such subject. Other values stay as they are.
  std::optional<Refusal> Resolve(const semantic::Type& type, Value& value) const;
  // False if the subject has a row for that period already.
  bool BeginRow(uint32_t subject, Period period);
  void Set(FieldId field, uint32_t subject, Period period, Value value);
  // A row of the subject's attributes that holds from that day on (nothing: always). A refusal if it has one of that day.
  std::optional<Refusal> BeginAttributes(uint32_t subject, std::optional<Date> since);
  // Of a subject whose attributes are rows: a refusal if none of those that it began holds on the first day of the settled period.
  std::optional<Refusal> RequireAttributes(uint32_t subject) const;
  // A value that holds from that day on.
  void SetSince(FieldId field, uint32_t subject, Date since, Value value);
  // `subject`: whose row it is; `key`: its 行号, empty if it has none; `parent`: the 行号 of the row it belongs to. A refusal if the key
  // is there already or there is no such parent.
  std::optional<Refusal> AddRecord(SortId sort, uint32_t subject, const std::string& key, const std::string& parent,
                                   Period period, std::vector<Value> values);
  // What a past period published. A refusal if this version cannot give such a value, and its own past is read.
  std::optional<Refusal> Record(DefinitionId definition, uint32_t subject, Period period, Value value);

  // The subject's facts of that period (kOnce: its attributes) cannot be used.
  void Refuse(uint32_t subject, Period period, Refusal refusal);
  // No subject of the roster is meant: a file as a whole, or a row of a subject that is not known (Refusal::subject).
  void RefuseOther(Refusal refusal) { refusals_.Add(std::move(refusal)); }
  bool usable() const { return !refusals_.whole; }

  // Refuses the subjects that have no row for a period that is read (missing-period).
  void RequirePeriods(const Locate& locate);
  // Evaluates every 校验 for every period that has facts (check-failed), but where facts were refused before.
  void RunChecks(const Locate& locate);

  FactReading Finish(bool roster_complete);

 private:
  bool Touched(uint32_t subject, Period period) const;
  std::vector<Period> PeriodsToCheck(uint32_t subject) const;
  const std::unordered_map<DefinitionId, graph::Interval>& Recorded();

  graph::GraphPtr graph_;
  FactLayout layout_;
  Period settled_;
  std::shared_ptr<eval::Facts> facts_;
  struct Subject {
    SortId sort;
    uint32_t position = 0;
  };
  std::vector<Subject> subjects_;
  std::map<std::pair<SortId, std::string>, uint32_t> subject_of_;
  std::map<std::tuple<SortId, uint32_t, std::string>, uint32_t> row_of_;  // by records, subject and 行号
  std::vector<std::vector<Period>> rows_of_;                              // by subject: the periods that have facts
  std::unordered_map<uint32_t, std::set<Date>> attributes_of_;  // by subject: the days of its attributes' rows
  std::vector<std::vector<Period>> refused_of_;                 // by subject: the periods whose facts are refused
  std::unordered_map<uint32_t, Refusal> first_refusal_;
  std::optional<std::unordered_map<DefinitionId, graph::Interval>> recorded_;
  Refusals refusals_;
};

}  // namespace heng::data
