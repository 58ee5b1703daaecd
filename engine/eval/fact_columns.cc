#include "engine/eval/fact_columns.h"

#include <algorithm>
#include <map>

#include "engine/base/check.h"

namespace heng::eval {

using program::Slot;
using program::Storage;

FactColumns::FactColumns(const program::Lowered& lowered, const Facts& facts, const Interpret& interpret)
    : lowered_(lowered), facts_(facts), texts_(lowered.texts) {
  for (size_t i = 0; i < texts_.size(); ++i) codes_.emplace(texts_[i], static_cast<Int>(i));
  std::map<graph::SortId, size_t> width;
  const semantic::Model& model = *lowered.graph->model;
  for (size_t f = 0; f < model.fields.size(); ++f) {
    if (model.fields[f].kind == semantic::Field::Kind::kRecord)
      places_[graph::FieldId(f)] = width[model.fields[f].grain.sort]++;
  }
  for (const program::Domain& domain : lowered.domains) {
    batch_.rows.push_back(CountOf(domain.sort));
    bad_.emplace_back(batch_.rows.back() + 1);
  }
  for (size_t d = 0; d < lowered.domains.size(); ++d) {
    const graph::SortId sort = lowered.domains[d].sort;
    if (lowered.graph->is_quotient(sort) || model[sort].kind == semantic::Sort::Kind::kRecords) continue;
    for (const auto& [subject, failure] : facts.roster(sort).refused) bad_[d][subject] = 1;
  }
  columns_.resize(lowered.slots.size());
  bits_.resize(lowered.slots.size());
  batch_.inputs.resize(lowered.slots.size());
  for (size_t s = 0; s < lowered.slots.size(); ++s) Fill(s, interpret);
  for (const std::vector<uint8_t>& bad : bad_) {
    const bool any = std::find(bad.begin(), bad.end(), 1) != bad.end();
    batch_.bad.push_back(any ? bad.data() : nullptr);
  }
}

size_t FactColumns::CountOf(graph::SortId sort) const {
  if (lowered_.graph->is_quotient(sort)) return 0;
  if ((*lowered_.graph->model)[sort].kind != semantic::Sort::Kind::kRecords) return facts_.roster(sort).ids.size();
  const auto rows = facts_.rows.find(sort);
  return rows == facts_.rows.end() ? 0 : rows->second.size();
}

void FactColumns::MarkBad(graph::SortId sort, uint32_t entity) {
  const semantic::Model& model = *lowered_.graph->model;
  while (model[sort].kind == semantic::Sort::Kind::kRecords) {
    entity = facts_.rows.at(sort)[entity].owner;
    sort = model[sort].parent;
  }
  for (size_t d = 0; d < lowered_.domains.size(); ++d) {
    if (lowered_.domains[d].sort == sort) bad_[d][entity] = 1;
  }
}

std::optional<Int> FactColumns::Encode(const Slot& slot, const Value& value) {
  Int out = 0;
  if (const auto* number = std::get_if<Rational>(&value)) {
    const auto fraction = number->ToFraction();
    if (!fraction || slot.scale % fraction->denominator != 0) return std::nullopt;
    const auto scaled = program::Times(fraction->numerator, slot.scale / fraction->denominator);
    if (!scaled) return std::nullopt;
    out = *scaled;
  } else if (const auto* truth = std::get_if<bool>(&value)) {
    out = *truth ? 1 : 0;
  } else if (const auto* code = std::get_if<EnumCode>(&value)) {
    out = code->index;
  } else if (const auto* date = std::get_if<Date>(&value)) {
    out = date->days();
  } else if (const auto* entity = std::get_if<EntityId>(&value)) {
    out = entity->index;
  } else {
    const auto [at, added] = codes_.try_emplace(std::get<std::string>(value), static_cast<Int>(texts_.size()));
    if (added) texts_.push_back(at->first);
    out = at->second;
  }
  if (out < slot.bounds.low || out > slot.bounds.high) return std::nullopt;
  return out;
}

// Null: there is none.
const Value* FactColumns::FieldValue(graph::FieldId id, uint32_t entity, Period period) const {
  using Kind = semantic::Field::Kind;
  const semantic::Field& field = (*lowered_.graph->model)[id];
  if (field.kind == Kind::kAttribute || field.kind == Kind::kImported) {
    if (const auto table = facts_.since.find(id); table != facts_.since.end()) {
      const auto found = table->second.find(entity);
      if (found != table->second.end()) {
        const Date day = period.first_day();
        const auto after = std::partition_point(found->second.begin(), found->second.end(),
                                                [&](const auto& entry) { return entry.first <= day; });
        if (after != found->second.begin()) return &std::prev(after)->second;
      }
    }
    period = {};
  }
  const auto table = facts_.values.find(id);
  return table == facts_.values.end() ? nullptr : table->second.Find({entity, period});
}

void FactColumns::Put(size_t s, size_t row, const Value* value) {
  const Slot& slot = lowered_.slots[s];
  const bool absent = value == nullptr || IsAbsent(*value);
  const bool failed = value != nullptr && FailureOf(*value) != nullptr;
  const auto encoded = absent || failed ? std::nullopt : Encode(slot, *value);
  const bool recorded = slot.kind == Slot::Kind::kPast || slot.kind == Slot::Kind::kInterpreted;
  const auto mark = [&](std::vector<uint8_t>& bits, uint8_t otherwise) -> uint8_t& {
    if (bits.empty()) bits.assign(batch_.rows[slot.domain.index()] + 1, otherwise);
    return bits[row];
  };
  if (!encoded) {
    // Nothing recorded at all is an error, an absence that is recorded is none.
    const bool unknown = recorded && (value == nullptr || !absent);
    if (unknown) mark(bits_[s].unknown, 0) = 1;
    if (slot.optional && absent) mark(bits_[s].present, 1) = 0;
    const bool lacks = !recorded && (!absent || !slot.optional);
    if (lacks) MarkBad(lowered_.domains[slot.domain.index()].sort, static_cast<uint32_t>(row));
  }
  const bool zero = slot.bounds.low <= 0 && slot.bounds.high >= 0;
  StoreInteger(columns_[s].data(), slot.storage, row, encoded.value_or(zero ? 0 : slot.bounds.low));
}

void FactColumns::FillRows(size_t s) {
  const Slot& slot = lowered_.slots[s];
  const auto& rows = facts_.rows.find(lowered_.domains[slot.domain.index()].sort);
  if (rows == facts_.rows.end()) return;
  const Period settled = lowered_.options.period;
  for (size_t i = 0; i < rows->second.size(); ++i) {
    const RecordRow& row = rows->second[i];
    const auto put = [&](int64_t value) { StoreInteger(columns_[s].data(), slot.storage, i, value); };
    const bool known = row.period.last_day() <= settled.last_day();
    const bool once = slot.period.kind == PeriodKind::kOnce;
    switch (slot.kind) {
      case Slot::Kind::kField: Put(s, i, &row.values[places_.at(slot.field)]); break;
      case Slot::Kind::kOwner: put(row.owner); break;
      case Slot::Kind::kRowIn: put(known && (once || row.period.In(slot.period.kind) == slot.period) ? 1 : 0); break;
      case Slot::Kind::kRowNotAfter:
        put(known && (once || row.period.In(slot.period.kind) <= slot.period) ? 1 : 0);
        break;
      case Slot::Kind::kRowOrdinal: put(row.period.In(slot.period.kind).ordinal); break;
      case Slot::Kind::kRowFirstDay: put(row.period.first_day().days()); break;
      case Slot::Kind::kRowLastDay: put(row.period.last_day().days()); break;
      case Slot::Kind::kRowNumber: put(row.period.number()); break;
      case Slot::Kind::kRowAttribute: {
        const semantic::Model& model = *lowered_.graph->model;
        uint32_t entity = row.owner;
        graph::SortId sort = model[lowered_.domains[slot.domain.index()].sort].parent;
        for (; sort != model[slot.field].grain.sort; sort = model[sort].parent)
          entity = facts_.rows.at(sort)[entity].owner;
        Put(s, i, FieldValue(slot.field, entity, once ? settled : row.period.In(slot.period.kind)));
        break;
      }
      default: CHECK(false);
    }
  }
}

void FactColumns::Fill(size_t s, const Interpret& interpret) {
  const Slot& slot = lowered_.slots[s];
  const size_t rows = batch_.rows[slot.domain.index()];
  columns_[s].resize(((rows + 1) * BytesOf(slot.storage) + 7) / 8);
  const graph::SortId sort = lowered_.domains[slot.domain.index()].sort;
  const semantic::Model& model = *lowered_.graph->model;
  if (model[sort].kind == semantic::Sort::Kind::kRecords) {
    FillRows(s);
  } else {
    const bool presence = slot.kind == Slot::Kind::kField && model[slot.field].kind == semantic::Field::Kind::kPresence;
    const auto given = facts_.given.find(sort);
    const auto history = slot.kind == Slot::Kind::kPast
                             ? facts_.history.find((*lowered_.graph)[slot.definition].declared)
                             : facts_.history.end();
    for (uint32_t entity = 0; entity < rows; ++entity) {
      if (presence) {
        const bool is = given != facts_.given.end() && given->second.count({entity, slot.period}) > 0;
        StoreInteger(columns_[s].data(), slot.storage, entity, is ? 1 : 0);
      } else if (slot.kind == Slot::Kind::kInterpreted) {
        const Value value = interpret(slot.definition, entity, slot.period);
        Put(s, entity, &value);
      } else if (slot.kind == Slot::Kind::kPast) {
        Put(s, entity, history == facts_.history.end() ? nullptr : history->second.Find({entity, slot.period}));
      } else {
        Put(s, entity, FieldValue(slot.field, entity, slot.period));
      }
    }
  }
  Batch::Input& input = batch_.inputs[s];
  input.values = columns_[s].data();
  if (!bits_[s].present.empty()) input.present = bits_[s].present.data();
  if (!bits_[s].unknown.empty()) input.unknown = bits_[s].unknown.data();
}

}  // namespace heng::eval
