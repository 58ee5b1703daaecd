#include "engine/direct/plan.h"

#include <algorithm>
#include <functional>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "engine/base/text.h"
#include "engine/data/answer.h"
#include "engine/data/result_columns.h"
#include "engine/graph/analysis/monotone.h"

namespace heng::direct {
namespace {

using graph::Root;
using program::Int;
using program::Slot;
using semantic::FieldId;
using semantic::TypeKind;

// Integers are read from so many digits at most.
constexpr int kDigits = 18;

Int PowerOfTen(int places) {
  Int power = 1;
  for (int i = 0; i < places; ++i) power *= 10;
  return power;
}

// The places of a scale that is a power of ten.
std::optional<int> PlacesOf(Int scale) {
  int places = 0;
  for (; scale % 10 == 0; scale /= 10) ++places;
  return scale == 1 ? std::optional(places) : std::nullopt;
}

// The nearest whole number that is not below (not above) the value.
std::optional<int64_t> Ceiling(const Rational& value) {
  return value.RoundTo(1, value.sign() > 0 ? Rounding::kUp : Rounding::kDown).ToInt64();
}
std::optional<int64_t> Floor(const Rational& value) {
  return value.RoundTo(1, value.sign() < 0 ? Rounding::kUp : Rounding::kDown).ToInt64();
}

std::string Quoted(const std::string& text) { return nlohmann::json(text).dump(); }

class Planner {
 public:
  Planner(const data::Deployment& deployment, Period period, Asserts asserts) : asserts_(asserts) {
    plan_.deployment = deployment;
    plan_.period = period;
  }

  std::shared_ptr<const Plan> Run() {
    layout_ = data::LayOut(model());
    if (!Lower() || !LaySections() || !PlaceSlots() || !Claims() || !Write()) return nullptr;
    for (Section& section : plan_.inputs) FindSimple(section);
    FindSimple(plan_.attributes);
    return std::make_shared<const Plan>(std::move(plan_));
  }

 private:
  const graph::Graph& graph() const { return *plan_.deployment.graph; }
  const semantic::Model& model() const { return *graph().model; }
  const program::Lowered& lowered() const { return *plan_.single->program->lowered; }

  bool Lower() {
    program::LowerOptions options{plan_.period, plan_.deployment.parameters};
    options.peers = false;
    options.guarantees = asserts_ == Asserts::kGuarantees;
    options.checks = true;
    auto program = program::Schedule(program::Lower(plan_.deployment.graph, std::move(options)));
    if (!program->single) return false;
    plan_.single = eval::PlanSingle(std::move(program));
    for (const std::string& text : lowered().texts) plan_.texts.push_back(Quoted(text));
    return true;
  }

  // ---- what is read

  bool LaySections() {
    const semantic::Sort& subject = model()[model().subject()];
    plan_.kinds = {subject.name};
    if (!subject.code.empty()) plan_.kinds.push_back(subject.code);
    // The facts of catalogues are refused or checked beside those of the subject.
    if (!model().catalogues.empty() || !layout_.records.empty()) return false;
    for (const FieldId field : layout_.AttributesOf(model().subject())) plan_.attributes.keys.push_back(KeyOf(field));
    for (const auto& [sort, kind, fields] : layout_.periodic) {
      // What the whole has to report is never there.
      if (sort == semantic::kWholeSort) return false;
      if (sort != model().subject()) continue;
      for (const Period period : data::PeriodsRead(plan_.period, kind)) {
        Section section = InputsOf(period);
        section.required = model().may_miss.count({sort, kind}) > 0 || !data::AllOptional(model(), fields);
        plan_.inputs.push_back(std::move(section));
      }
    }
    // Callers send the past also where this policy does not read it.
    constexpr int kPast = 4;
    const bool has_results = !layout_.ResultsOf(model().subject(), plan_.period.kind).empty();
    for (int back = 1; has_results && back <= kPast; ++back) plan_.history.push_back(PastOf(plan_.period.Back(back)));
    return true;
  }

  Section InputsOf(Period period) const {
    Section section;
    section.name = period.ToString();
    for (const FieldId field : layout_.FactsOf(model().subject(), period.kind)) section.keys.push_back(KeyOf(field));
    return section;
  }

  static void FindSimple(Section& section) {
    for (Key& key : section.keys) key.simple = key.type == TypeKind::kNumber && !key.optional && !key.percent;
  }

  Key KeyOf(FieldId id) const {
    const semantic::Field& field = model()[id];
    Key key = KeyOf(field.name, field.code, field.type);
    key.optional = field.type.optional;
    key.places = std::min(field.places.value_or(0), kDigits);
    key.one = static_cast<int64_t>(PowerOfTen(key.places));
    if (!field.range) return key;
    const Rational scale = Rational::Of({PowerOfTen(key.places) * (field.type.percent ? 100 : 1), 1});
    key.low = Ceiling(field.range->first * scale).value_or(key.low);
    key.high = Floor(field.range->second * scale).value_or(key.high);
    return key;
  }

  Key KeyOf(const std::string& name, const std::string& code, const semantic::Type& type) const {
    Key key;
    key.name = name;
    key.code = code;
    key.type = type.kind;
    key.percent = type.percent;
    key.low = -INT64_MAX;
    key.high = INT64_MAX;
    if (type.kind == TypeKind::kBool) key.words = {{"是", 1}, {"否", 0}};
    if (type.kind != TypeKind::kEnum) return key;
    const std::vector<std::string>& values = model()[type.enumeration].values;
    for (size_t i = 0; i < values.size(); ++i) {
      // What readers would fold is left to them.
      const std::string folded = FoldFullWidth(values[i]);
      if (Trim(folded) == values[i]) key.words.emplace_back(values[i], static_cast<int64_t>(i));
    }
    return key;
  }

  Section& SectionOf(std::vector<Section>& sections, Period period, const std::function<Section()>& make) {
    const std::string name = period.ToString();
    const auto found =
        std::find_if(sections.begin(), sections.end(), [&](const Section& one) { return one.name == name; });
    return found != sections.end() ? *found : sections.emplace_back(make());
  }

  // The recorded results of a past period.
  Section PastOf(Period period) const {
    Section section;
    section.recorded = true;
    section.name = period.ToString();
    for (const semantic::DefinitionId id : layout_.ResultsOf(model().subject(), period.kind)) {
      const semantic::Definition& definition = model()[id];
      Key key = KeyOf(definition.name, definition.code, definition.type);
      key.optional = true;
      key.percent = false;
      key.places = Key::kAny;
      section.keys.push_back(std::move(key));
    }
    return section;
  }

  bool PlaceSlots() {
    for (uint32_t s = 0; s < lowered().slots.size(); ++s) {
      if (!PlaceSlot(s)) return false;
    }
    return true;
  }

  bool PlaceSlot(uint32_t s) {
    using Kind = semantic::Field::Kind;
    const Slot& slot = lowered().slots[s];
    if (lowered().domains[slot.domain.index()].sort != model().subject()) return false;
    if (slot.kind == Slot::Kind::kPast) {
      const semantic::DefinitionId declared = graph()[slot.definition].declared;
      if (!declared.valid() || graph()[slot.definition].owner.valid()) return false;
      Section& section = SectionOf(plan_.history, slot.period, [&] { return PastOf(slot.period); });
      return Bind(section, model()[declared].name, s, graph()[slot.definition].type.percent);
    }
    if (slot.kind != Slot::Kind::kField) return false;
    const semantic::Field& field = model()[slot.field];
    switch (field.kind) {
      case Kind::kAttribute: return Bind(plan_.attributes, field.name, s, field.type.percent);
      case Kind::kImported: return true;  // never there
      case Kind::kFact: return Bind(FactsOf(slot.period), field.name, s, field.type.percent);
      case Kind::kPresence: FactsOf(slot.period).presence.push_back(s); return true;
      default: return false;
    }
  }

  Section& FactsOf(Period period) {
    return SectionOf(plan_.inputs, period, [&] { return InputsOf(period); });
  }

  bool Bind(Section& section, const std::string& name, uint32_t s, bool percent) {
    const Slot& slot = lowered().slots[s];
    const auto key =
        std::find_if(section.keys.begin(), section.keys.end(), [&](const Key& one) { return one.name == name; });
    if (key == section.keys.end() || slot.type != key->type) return false;
    if (slot.type == TypeKind::kNumber) {
      const auto places = PlacesOf(slot.scale);
      const int kept = places.value_or(-1) - (percent ? 2 : 0);
      const bool other = !key->slots.empty() && key->places != kept;
      if (kept < 0 || kept > kDigits || other) return false;
      key->places = kept;
      key->one = static_cast<int64_t>(PowerOfTen(kept));
    }
    key->low = std::max<Int>(key->low, slot.bounds.low);
    key->high = std::min<Int>(key->high, slot.bounds.high);
    key->none = slot.bounds.low <= 0 && slot.bounds.high >= 0 ? 0 : static_cast<int64_t>(slot.bounds.low);
    key->slots.push_back(s);
    return true;
  }

  // ---- what must hold

  // Of every 校验 that the readers make there must be an output.
  bool Claims() {
    for (const Root& root : graph().roots) {
      const bool check = root.kind == Root::Kind::kCheck;
      const bool guarantee = asserts_ == Asserts::kGuarantees && root.kind == Root::Kind::kGuarantee;
      if (asserts_ == Asserts::kGuarantees && root.kind == Root::Kind::kMonotone &&
          !graph::ProvesMonotone(graph(), graph::Ranges(graph()), root))
        return false;
      if (!check && !guarantee) continue;
      const semantic::Grain grain = graph()[root.definition].grain;
      if (check && grain.sort != model().subject() && grain.sort != semantic::kWholeSort) continue;
      const auto periods = check && grain.period != PeriodKind::kOnce ? data::PeriodsRead(plan_.period, grain.period)
                                                                      : OwnPeriods(grain.period);
      for (const Period period : periods) {
        const auto output = OutputOf(root.definition, period);
        if (!output || lowered().outputs[*output].type != TypeKind::kBool) return false;
        plan_.claims.push_back(*output);
      }
      if (check && HasOtherInputs(grain.period, periods)) return false;
    }
    return true;
  }

  std::vector<Period> OwnPeriods(PeriodKind kind) const {
    if (kind == PeriodKind::kOnce) return {Period{}};
    if (kind > plan_.period.kind) return {};
    return plan_.period.Split(kind);
  }

  // Facts of periods outside the settled one would be checked as well.
  bool HasOtherInputs(PeriodKind kind, const std::vector<Period>& periods) const {
    return std::any_of(plan_.inputs.begin(), plan_.inputs.end(), [&](const Section& section) {
      const auto period = ParsePeriod(section.name);
      return period && period->kind == kind && std::find(periods.begin(), periods.end(), *period) == periods.end();
    });
  }

  std::optional<size_t> OutputOf(graph::DefId definition, Period period) const {
    const auto& outputs = lowered().outputs;
    const auto found = std::find_if(outputs.begin(), outputs.end(), [&](const program::Output& one) {
      return one.definition == definition && one.period == period;
    });
    return found == outputs.end() ? std::nullopt : std::optional(static_cast<size_t>(found - outputs.begin()));
  }

  // ---- what is written

  // The writer of data/ writes the results of a subject in which a mark stands for each value; the text is cut there.
  bool Write() {
    if (data::SortsOfResults(model()).size() != 1) return false;
    eval::Facts facts;
    facts.parameters = plan_.deployment.parameters;
    const std::vector<data::Column> columns = data::ColumnsOf(graph(), facts);
    data::SubjectOutputs subject;
    subject.sort = model().subject();
    subject.id = Mark();
    pieces_.emplace_back().kind = Piece::Kind::kId;
    const auto add = [&](const data::Column& column, Period period, std::vector<data::Output>& outputs) {
      outputs.push_back({column.definition, column.def, period, Value(column.failure), "", column.unit});
      if (column.failure != nullptr) return true;
      outputs.back().value = Value(std::string());
      outputs.back().text = Mark();
      return Add(column, period);
    };
    for (const data::Column& column : columns) {
      if (column.period < plan_.period.kind) continue;
      const Period at = column.period == PeriodKind::kOnce ? Period{} : plan_.period;
      if (!add(column, at, subject.outputs)) return false;
    }
    for (const Period period : data::FinerPeriods(columns, subject.sort, plan_.period)) {
      auto& outputs = subject.periods.emplace_back(period, std::vector<data::Output>{}).second;
      for (const data::Column& column : columns) {
        if (column.period == period.kind && !add(column, period, outputs)) return false;
      }
    }
    return Cut(data::ToJson(model(), subject, false));
  }

  // Of a code point that no policy has: it is for private use.
  static constexpr std::string_view kMark = "\uE0FF";
  std::string Mark() const { return std::string(kMark) + std::to_string(pieces_.size()) + std::string(kMark); }

  bool Cut(std::string_view text) {
    for (size_t i = 0; i < pieces_.size(); ++i) {
      const std::string mark = fmt::format("\"{0}{1}{0}\"", kMark, i);
      const size_t at = text.find(mark);
      if (at == std::string_view::npos) return false;
      pieces_[i].before = text.substr(0, at);
      text.remove_prefix(at + mark.size());
    }
    pieces_.emplace_back().before = text;
    plan_.pieces = std::move(pieces_);
    return std::none_of(plan_.pieces.begin(), plan_.pieces.end(),
                        [](const Piece& piece) { return piece.before.find(kMark) != std::string::npos; });
  }

  bool Add(const data::Column& column, Period period) {
    const auto index = OutputOf(column.def, period);
    if (!index) return false;
    const program::Output& output = lowered().outputs[*index];
    const semantic::Definition& definition = model()[column.definition];
    Piece& piece = pieces_.emplace_back();
    piece.output = *index;
    piece.definition = &definition;
    switch (output.type) {
      case TypeKind::kBool: piece.kind = Piece::Kind::kBool; break;
      case TypeKind::kDate: piece.kind = Piece::Kind::kDate; break;
      case TypeKind::kText: piece.kind = Piece::Kind::kText; break;
      case TypeKind::kNumber:
        piece.kind = Piece::Kind::kNumber;
        PlanNumber(output, definition, piece);
        break;
      case TypeKind::kEnum:
        piece.kind = Piece::Kind::kWord;
        for (const std::string& word : model()[definition.type.enumeration].values) piece.words.push_back(Quoted(word));
        break;
      default: return false;
    }
    return true;
  }

  // Where the scale divides a power of ten, the decimals are those of the integer itself.
  void PlanNumber(const program::Output& output, const semantic::Definition& definition, Piece& piece) const {
    piece.places = definition.places.value_or(0);
    if (!output.denominators.empty()) return;
    int decimals = 0;
    while (decimals < kDigits && PowerOfTen(decimals) % output.scale != 0) ++decimals;
    if (PowerOfTen(decimals) % output.scale != 0) return;
    Int factor = PowerOfTen(decimals) / output.scale;
    if (definition.type.percent) {
      for (int i = 0; i < 2; ++i) {
        if (decimals > 0) {
          --decimals;
        } else {
          factor *= 10;
        }
      }
    }
    const auto bounds = program::Product(lowered().code[output.value].bounds, program::Bounds::Point(factor));
    if (!bounds || !bounds->fits(64) || !program::Bounds::Point(factor).fits(64) || piece.places > kDigits) return;
    piece.factor = static_cast<int64_t>(factor);
    piece.decimals = decimals;
  }

  Asserts asserts_;
  data::FactLayout layout_;
  Plan plan_;
  std::vector<Piece> pieces_;
};

}  // namespace

std::shared_ptr<const Plan> MakePlan(const data::Deployment& deployment, Period period, Asserts asserts) {
  return Planner(deployment, period, asserts).Run();
}

}  // namespace heng::direct
