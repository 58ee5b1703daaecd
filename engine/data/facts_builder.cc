#include "engine/data/facts_builder.h"

#include <algorithm>
#include <optional>
#include <set>
#include <unordered_set>

#include <fmt/format.h>

#include "engine/eval/checks.h"
#include "engine/eval/evaluation.h"

namespace heng::data {
namespace {

bool Overlap(Period a, Period b) {
  if (a.kind > b.kind) std::swap(a, b);
  return a.In(b.kind) == b;
}

// The facts that the check names, with their values: `响应件数 12，诉求件数 10`.
std::string ValuesOf(const graph::Graph& graph, graph::DefId check, const eval::Facts& facts, uint32_t subject,
                     Period period) {
  std::vector<FieldId> fields;
  std::vector<graph::NodeId> pending = {graph[check].body};
  std::unordered_set<graph::NodeId> seen;
  while (!pending.empty()) {
    const graph::NodeId id = pending.back();
    pending.pop_back();
    if (!id.valid() || !seen.insert(id).second) continue;
    const graph::Node& node = graph[id];
    const auto kind = node.form == graph::Form::kField ? graph.model->fields[node.field.index()].kind
                                                       : semantic::Field::Kind::kParameter;
    const bool own = (kind == semantic::Field::Kind::kFact && node.grain.period == period.kind) ||
                     kind == semantic::Field::Kind::kRecord;
    if (own && std::find(fields.begin(), fields.end(), node.field) == fields.end()) fields.push_back(node.field);
    pending.insert(pending.end(), node.operands.rbegin(), node.operands.rend());
  }
  std::string text;
  for (const FieldId field : fields) {
    const semantic::Field& declared = (*graph.model)[field];
    const Value* value = nullptr;
    if (declared.kind == semantic::Field::Kind::kRecord) {
      size_t column = 0;
      for (size_t f = 0; f < field.index(); ++f)
        column += graph.model->fields[f].grain.sort == declared.grain.sort ? 1 : 0;
      value = &facts.rows.at(declared.grain.sort)[subject].values[column];
    } else if (const auto values = facts.values.find(field); values != facts.values.end()) {
      value = values->second.Find({subject, period});
    }
    if (value == nullptr) continue;
    text +=
        (text.empty() ? "" : "，") + declared.name + " = " + semantic::Describe(*graph.model, declared.type, *value);
  }
  return text;
}

}  // namespace

FactsBuilder::FactsBuilder(graph::GraphPtr graph, Period settled, Bindings parameters)
    : graph_(std::move(graph)),
      layout_(LayOut(*graph_->model)),
      settled_(settled),
      facts_(std::make_shared<eval::Facts>()) {
  facts_->parameters = std::move(parameters);
  // A list of rows that is empty is a fact; one that is missing is refused by who reads it.
  for (const RecordsLayout& records : layout_.records) facts_->rows[records.sort];
  // A kind of which there is no subject has an empty roster, not none.
  for (size_t sort = 0; sort < model().sorts.size(); ++sort) {
    if (model().sorts[sort].kind == semantic::Sort::Kind::kSubject) facts_->rosters[SortId(sort)];
  }
  AddSubject(semantic::kWholeSort, "");
  for (const semantic::Catalogue& catalogue : graph_->model->catalogues) {
    for (const std::string& id : catalogue.ids) AddSubject(catalogue.sort, id);
    for (size_t f = 0; f < catalogue.fields.size(); ++f) {
      for (uint32_t row = 0; row < catalogue.ids.size(); ++row)
        facts_->values[catalogue.fields[f]].Set({row, {}}, catalogue.rows[row][f]);
    }
  }
}

std::optional<uint32_t> FactsBuilder::AddSubject(SortId sort, const std::string& id) {
  const auto number = static_cast<uint32_t>(subjects_.size());
  if (!subject_of_.emplace(std::pair(sort, id), number).second) return std::nullopt;
  std::vector<std::string>& ids = facts_->rosters[sort].ids;
  subjects_.push_back({sort, static_cast<uint32_t>(ids.size())});
  ids.push_back(id);
  rows_of_.emplace_back();
  refused_of_.emplace_back();
  return number;
}

std::optional<uint32_t> FactsBuilder::FindSubject(SortId sort, const std::string& id) const {
  const auto found = subject_of_.find({sort, id});
  return found == subject_of_.end() ? std::nullopt : std::optional(found->second);
}

const std::string& FactsBuilder::IdOf(uint32_t subject) const {
  const Subject& s = subjects_[subject];
  return s.sort == semantic::kWholeSort ? model()[s.sort].name : facts_->rosters.at(s.sort).ids[s.position];
}

std::optional<Refusal> FactsBuilder::Resolve(const semantic::Type& type, Value& value) const {
  if (type.kind != semantic::TypeKind::kSubject || !std::holds_alternative<std::string>(value)) return std::nullopt;
  const std::string id = std::get<std::string>(value);
  if (const auto subject = FindSubject(type.subject, id)) {
    value = EntityId{PositionOf(*subject)};
    return std::nullopt;
  }
  const std::string& kind = model()[type.subject].name;
  Refusal refusal;
  refusal.code = "unknown-reference";
  refusal.message = {fmt::format("没有编号为“{}”的{}", id, kind), fmt::format("there is no {} '{}'", kind, id)};
  refusal.value = id;
  return refusal;
}

bool FactsBuilder::BeginRow(uint32_t subject, Period period) {
  std::vector<Period>& rows = rows_of_[subject];
  if (std::find(rows.begin(), rows.end(), period) != rows.end()) return false;
  rows.push_back(period);
  facts_->given[SortOf(subject)].insert({PositionOf(subject), period});
  return true;
}

void FactsBuilder::Set(FieldId field, uint32_t subject, Period period, Value value) {
  facts_->values[field].Set({PositionOf(subject), period}, std::move(value));
}

std::optional<Refusal> FactsBuilder::BeginAttributes(uint32_t subject, std::optional<Date> since) {
  if (attributes_of_[subject].insert(since.value_or(Date{})).second) return std::nullopt;
  const std::string& id = IdOf(subject);
  Refusal refusal;
  refusal.code = "duplicate-row";
  refusal.message = since ? Bilingual{fmt::format("“{}”自 {} 起的已经有一行", id, since->ToString()),
                                      fmt::format("'{}' has a row from {} on already", id, since->ToString())}
                          : Bilingual{fmt::format("“{}”已经有一行", id), fmt::format("'{}' has a row already", id)};
  return refusal;
}

std::optional<Refusal> FactsBuilder::RequireAttributes(uint32_t subject) const {
  const Date first_day = settled_.first_day();
  const auto days = attributes_of_.find(subject);
  if (days != attributes_of_.end() && !days->second.empty() && *days->second.begin() <= first_day) return std::nullopt;
  Refusal refusal;
  refusal.code = "missing-fact";
  refusal.message = {fmt::format("{} 还没有生效的一行", first_day.ToString()),
                     fmt::format("no row holds on {}", first_day.ToString())};
  return refusal;
}

void FactsBuilder::SetSince(FieldId field, uint32_t subject, Date since, Value value) {
  auto& values = facts_->since[field][PositionOf(subject)];
  const auto at = std::find_if(values.begin(), values.end(), [&](const auto& entry) { return entry.first >= since; });
  if (at != values.end() && at->first == since) {
    at->second = std::move(value);
  } else {
    values.insert(at, {since, std::move(value)});
  }
}

std::optional<Refusal> FactsBuilder::AddRecord(SortId sort, uint32_t subject, const std::string& key,
                                               const std::string& parent, Period period, std::vector<Value> values) {
  const semantic::Sort& records = model()[sort];
  std::vector<eval::RecordRow>& rows = facts_->rows[sort];
  uint32_t owner = PositionOf(subject);
  if (model()[records.parent].kind == semantic::Sort::Kind::kRecords) {
    const auto found = row_of_.find({records.parent, subject, parent});
    if (found == row_of_.end()) {
      Refusal refusal;
      refusal.code = "unknown-row";
      refusal.message = {fmt::format("“{}”里没有行号“{}”", model()[records.parent].name, parent),
                         fmt::format("there is no row '{}' among '{}'", parent, model()[records.parent].name)};
      refusal.value = parent;
      return refusal;
    }
    owner = found->second;
    // A row of a row is of its period, unless it is dated itself.
    if (!records.date.valid()) period = facts_->rows[records.parent][owner].period;
  }
  if (!key.empty() && !row_of_.emplace(std::tuple(sort, subject, key), static_cast<uint32_t>(rows.size())).second) {
    Refusal refusal;
    refusal.code = "duplicate-row";
    refusal.message = {fmt::format("行号“{}”已经有了", key), fmt::format("there is a row '{}' already", key)};
    refusal.value = key;
    return refusal;
  }
  rows.push_back({owner, period, std::move(values)});
  return std::nullopt;
}

// Of each number whose past is read, in what interval this version can have it.
const std::unordered_map<DefinitionId, graph::Interval>& FactsBuilder::Recorded() {
  if (recorded_) return *recorded_;
  recorded_.emplace();
  const graph::Ranges ranges(*graph_);
  for (const graph::Node& node : graph_->nodes) {
    if (node.form != graph::Form::kPast || !node.type.is_number()) continue;
    const graph::Node& read = (*graph_)[node.operands[0]];
    if (read.form != graph::Form::kName) continue;
    const graph::Definition& definition = (*graph_)[read.definition];
    recorded_->emplace(definition.declared, ranges.Of(definition.body));
  }
  return *recorded_;
}

std::optional<Refusal> FactsBuilder::Record(DefinitionId definition, uint32_t subject, Period period, Value value) {
  const auto* number = std::get_if<Rational>(&value);
  const auto recorded = number != nullptr ? Recorded().find(definition) : Recorded().end();
  if (recorded != Recorded().end() && !recorded->second.Contains(*number)) {
    const semantic::Definition& declared = model()[definition];
    const auto text = [&](const std::optional<Rational>& end, const char* none) {
      return end ? semantic::Describe(model(), declared.type, *end) : std::string(none);
    };
    Refusal refusal;
    refusal.code = "recorded-out-of-range";
    refusal.value = semantic::Describe(model(), declared.type, value);
    refusal.rule = text(recorded->second.low, "−∞") + "–" + text(recorded->second.high, "+∞");
    refusal.message = {
        fmt::format("记录的“{}”是 {}，这一版政策只能得出 {}", declared.name, refusal.value, refusal.rule),
        fmt::format("the recorded '{}' is {}, this version of the policy can only give {}", declared.name,
                    refusal.value, refusal.rule)};
    return refusal;
  }
  facts_->history[definition].Set({PositionOf(subject), period}, std::move(value));
  return std::nullopt;
}

void FactsBuilder::Refuse(uint32_t subject, Period period, Refusal refusal) {
  refusal.subject = IdOf(subject);
  refused_of_[subject].push_back(period);
  first_refusal_.emplace(subject, refusal);
  refusals_.Add(std::move(refusal));
}

bool FactsBuilder::Touched(uint32_t subject, Period period) const {
  const std::vector<Period>& refused = refused_of_[subject];
  return std::any_of(refused.begin(), refused.end(), [&](Period other) { return Overlap(period, other); });
}

void FactsBuilder::RequirePeriods(const Locate& locate) {
  for (const auto& [sort, kind, fields] : layout_.periodic) {
    if (AllOptional(model(), fields) || model().may_miss.count({sort, kind}) > 0) continue;
    for (const Period period : PeriodsRead(settled_, kind)) {
      for (uint32_t subject = 0; subject < subjects_.size(); ++subject) {
        const std::vector<Period>& rows = rows_of_[subject];
        if (SortOf(subject) != sort || std::find(rows.begin(), rows.end(), period) != rows.end()) continue;
        Refusal refusal;
        refusal.code = "missing-period";
        refusal.message = {fmt::format("缺少“{}”{}的数据", IdOf(subject), period.ToText().zh),
                           fmt::format("'{}' has no facts for {}", IdOf(subject), period.ToText().en)};
        locate(refusal, subject, period);
        Refuse(subject, period, std::move(refusal));
      }
    }
  }
}

// The periods of the subject for which checks are made: those that have facts, and those that are read.
std::vector<Period> FactsBuilder::PeriodsToCheck(uint32_t subject) const {
  std::vector<Period> periods = rows_of_[subject];
  for (const semantic::Check& check : model().checks) {
    if (check.grain.sort != SortOf(subject)) continue;
    if (check.grain.period == PeriodKind::kOnce) {
      periods.emplace_back();
      continue;
    }
    const bool may_miss = model().may_miss.count({check.grain.sort, check.grain.period}) > 0;
    if (may_miss) continue;
    for (const Period period : PeriodsRead(settled_, check.grain.period)) periods.push_back(period);
  }
  std::sort(periods.begin(), periods.end());
  periods.erase(std::unique(periods.begin(), periods.end()), periods.end());
  std::erase_if(periods, [&](Period period) { return Touched(subject, period); });
  return periods;
}

void FactsBuilder::RunChecks(const Locate& locate) {
  if (model().checks.empty()) return;
  std::vector<std::vector<Period>> periods;
  std::set<Period> all;
  for (uint32_t subject = 0; subject < subjects_.size(); ++subject) {
    periods.push_back(PeriodsToCheck(subject));
    all.insert(periods.back().begin(), periods.back().end());
  }
  size_t most = subjects_.size();
  for (const auto& [sort, rows] : facts_->rows) most = std::max(most, rows.size());
  // Of many it is decided at once who keeps all checks.
  std::optional<eval::Checks> checks;
  if (subjects_.size() >= eval::kManySubjects && most < eval::kMostRows)
    checks.emplace(graph_, *facts_, settled_, std::vector<Period>(all.begin(), all.end()));
  const eval::Evaluation evaluation(graph_, facts_, settled_, eval::Engine::kInterpreter);
  for (uint32_t subject = 0; subject < subjects_.size(); ++subject) {
    const uint32_t position = PositionOf(subject);
    if (checks && checks->Hold(SortOf(subject), position)) continue;
    for (const auto& [check, period, row, failure] :
         evaluation.BrokenChecks(SortOf(subject), position, periods[subject])) {
      const std::string& message = (*graph_)[check].label;
      Refusal refusal;
      refusal.code = "check-failed";
      refusal.rule = message;
      refusal.value = ValuesOf(*graph_, check, *facts_, row.value_or(position), period);
      const std::string values = refusal.value.empty() ? "" : "（" + refusal.value + "）";
      const std::string values_en = refusal.value.empty() ? "" : " (" + refusal.value + ")";
      refusal.message = {
          fmt::format("“{}”{}违反校验“{}”{}", IdOf(subject), period.ToText().zh, message, values),
          fmt::format("'{}' breaks the check '{}' in {}{}", IdOf(subject), message, period.ToText().en, values_en)};
      locate(refusal, subject, period);
      Refuse(subject, period, std::move(refusal));
    }
  }
}

FactReading FactsBuilder::Finish(bool roster_complete) {
  facts_->roster_complete = roster_complete;
  for (const auto& [subject, refusal] : first_refusal_) {
    Failure failure;
    failure.code = "refused-facts";
    failure.message = {fmt::format("“{}”的数据被拒绝（{}）", IdOf(subject), refusal.ToText().zh),
                       fmt::format("the facts of '{}' are refused ({})", IdOf(subject), refusal.ToText().en)};
    failure.rule = refusal.rule;
    failure.at = refusal.Place().zh;
    failure.datum = IdOf(subject);
    facts_->rosters[SortOf(subject)].refused.emplace(PositionOf(subject),
                                                     std::make_shared<const Failure>(std::move(failure)));
  }
  return {std::move(facts_), std::move(refusals_)};
}

}  // namespace heng::data
