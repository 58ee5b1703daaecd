#include "engine/data/subject_reader.h"

#include <algorithm>
#include <functional>
#include <set>

#include <fmt/format.h>

#include "engine/data/json_reading.h"
#include "engine/data/read_value.h"

namespace heng::data {
namespace {

using Kind = JsonValue::Kind;

// Reads the facts of one subject into the builder. Its methods fail on what is wrong with the request as a whole.
class SubjectReader {
 public:
  SubjectReader(FactsBuilder& builder, uint32_t subject) : builder_(builder), subject_(subject) {}

  Status Read(const JsonValue& object, const JsonPlace& place) {
    bool attributes_read = false;
    const JsonValue* records = nullptr;
    for (const auto& [key, value] : object.members) {
      const JsonPlace here(place, key);
      Status status = Ok();
      if (key == "attributes") {
        status = ReadAttributes(value, here);
        attributes_read = true;
      } else if (key == "inputs") {
        status = ReadInputs(value, here);
      } else if (key == "records") {
        status = CheckRecordNames(value, here);
        records = &value;
      } else if (key == "history") {
        status = ReadHistory(value, here);
      } else if (key == "imports") {
        status = ReadImports(value, here);
      } else if (key != "id" && key != "kind") {
        return UnknownKey(key, {"id", "kind", "attributes", "inputs", "records", "history", "imports"}, place);
      }
      if (!status) return status;
    }
    static const JsonValue kEmpty{Kind::kObject};
    if (!attributes_read) {
      if (auto status = ReadFields(kEmpty, Attributes(), {}, JsonPlace(place, "attributes")); !status) return status;
    }
    return ReadRecords(records == nullptr ? kEmpty : *records, JsonPlace(place, "records"));
  }

 private:
  const semantic::Model& model() const { return builder_.model(); }

  void Refuse(Period period, Refusal refusal, const JsonPlace& place) {
    refusal.at = place.ToPointer();
    builder_.Refuse(subject_, period, std::move(refusal));
  }

  SortId sort() const { return builder_.SortOf(subject_); }
  const std::vector<FieldId>& Attributes() const { return builder_.layout().AttributesOf(sort()); }

  // An object, or with history a list of objects, each with the day from which it holds.
  Status ReadAttributes(const JsonValue& value, const JsonPlace& place) {
    if (!value.is(Kind::kArray)) return ReadFields(value, Attributes(), {}, place);
    for (size_t i = 0; i < value.items.size(); ++i) {
      const JsonPlace here(place, i);
      if (auto status = MustBe(value.items[i], Kind::kObject, here); !status) return status;
      JsonValue fields{Kind::kObject};
      std::optional<Date> since;
      for (const auto& [key, member] : value.items[i].members) {
        if (key != "自" && key != "since") {
          fields.members.push_back({key, member});
          continue;
        }
        if (since) {
          RefuseTwice("自", {}, JsonPlace(here, key));
          continue;
        }
        if (auto status = MustBe(member, Kind::kString, JsonPlace(here, key)); !status) return status;
        since = ParseDate(member.text);
        if (!since) {
          return BadRequest("not-a-date",
                            {fmt::format("“{}”不是日期，请写成 2024-07-01", member.text),
                             fmt::format("'{}' is not a date, write it as 2024-07-01", member.text)},
                            JsonPlace(here, key));
        }
      }
      if (auto twice = builder_.BeginAttributes(subject_, since)) {
        Refuse({}, std::move(*twice), here);
        continue;
      }
      since_ = since.value_or(Date{});
      Status status = ReadFields(fields, Attributes(), {}, here);
      since_.reset();
      if (!status) return status;
    }
    if (auto missing = builder_.RequireAttributes(subject_)) Refuse({}, std::move(*missing), place);
    return Ok();
  }

  // Results of other policies: `{"qinzao.lists": {"2024Q2": {"名单": "红榜"}}}`, from the day after the period on.
  Status ReadImports(const JsonValue& object, const JsonPlace& place) {
    if (auto status = MustBe(object, Kind::kObject, place); !status) return status;
    for (const auto& [policy, periods] : object.members) {
      const JsonPlace of(place, policy);
      if (auto status = MustBe(periods, Kind::kObject, of); !status) return status;
      std::vector<std::string> names;
      for (const auto& [key, value] : periods.members) {
        const JsonPlace here(of, key);
        const auto period = ReadPeriod(key, here);
        if (!period) return tl::unexpected<Error>(period.error());
        const auto& imports = builder_.layout().imports;
        const auto found = std::find_if(imports.begin(), imports.end(), [&, &name = policy](const auto& one) {
          return one.first == name && one.second.period == period->kind && one.second.sort == sort();
        });
        if (found == imports.end()) {
          for (const auto& one : imports) names.push_back(one.first);
          return UnknownKey(policy, names, place);
        }
        since_ = period->last_day().AddDays(1);
        Status status = ReadFields(value, found->second.members, {}, here);
        since_.reset();
        if (!status) return status;
      }
    }
    return Ok();
  }

  // The values of an object whose keys are the names or codes of `declared`, found by `name_of`; each is given to
  // `take`, the missing ones as null. The same name twice (as name and as code) is refused.
  template <typename Declared>
  Status ReadMembers(const JsonValue& object, const std::vector<Id<Declared>>& declared, Period period,
                     const JsonPlace& place,
                     const std::function<void(size_t, const JsonValue&, const JsonPlace&)>& take) {
    if (auto status = MustBe(object, Kind::kObject, place); !status) return status;
    std::vector<bool> given(declared.size());
    for (const auto& [key, value] : object.members) {
      const auto found = std::find_if(declared.begin(), declared.end(), [&, &name = key](Id<Declared> id) {
        return model()[id].name == name || (!model()[id].code.empty() && model()[id].code == name);
      });
      if (found == declared.end()) return RefuseKey(key, declared, place);
      const auto i = static_cast<size_t>(found - declared.begin());
      if (given[i]) {
        RefuseTwice(model()[*found].name, period, JsonPlace(place, key));
        continue;
      }
      given[i] = true;
      take(i, value, JsonPlace(place, key));
    }
    static const JsonValue kNull;
    for (size_t i = 0; i < declared.size(); ++i) {
      if (!given[i]) take(i, kNull, JsonPlace(place, model()[declared[i]].name));
    }
    return Ok();
  }

  template <typename Declared>
  Status RefuseKey(const std::string& key, const std::vector<Id<Declared>>& declared, const JsonPlace& place) {
    std::vector<std::string> names;
    for (const Id<Declared> id : declared) names.insert(names.end(), {model()[id].name, model()[id].code});
    std::erase(names, "");
    const auto elsewhere = model().FindField(sort(), key);
    if (!elsewhere || model()[*elsewhere].kind != semantic::Field::Kind::kFact) return UnknownKey(key, names, place);
    const Bilingual adverb = PeriodAdverb(model()[*elsewhere].grain.period);
    return BadRequest("unknown-key",
                      {fmt::format("“{}”是{}的填报，不在这里", key, adverb.zh),
                       fmt::format("'{}' is a {} fact, not one of these", key, adverb.en)},
                      JsonPlace(place, key));
  }

  Status ReadFields(const JsonValue& object, const std::vector<FieldId>& fields, Period period,
                    const JsonPlace& place) {
    return ReadMembers(object, fields, period, place, [&](size_t i, const JsonValue& value, const JsonPlace& here) {
      Reading reading = ReadJson(Expected(model(), model()[fields[i]]), value);
      std::optional<Refusal> unknown = reading ? builder_.Resolve(model()[fields[i]].type, *reading) : std::nullopt;
      if (!reading || unknown) {
        Refuse(period, unknown ? std::move(*unknown) : std::move(reading.error()), here);
      } else if (since_) {
        builder_.SetSince(fields[i], subject_, *since_, std::move(*reading));
      } else {
        builder_.Set(fields[i], subject_, period, std::move(*reading));
      }
    });
  }

  // By its name and by its code.
  void RefuseTwice(const std::string& name, Period period, const JsonPlace& place) {
    Refusal refusal;
    refusal.code = "duplicate-fact";
    refusal.message = {fmt::format("“{}”以名称和代码给了两次", name),
                       fmt::format("'{}' is given twice, by name and by code", name)};
    Refuse(period, std::move(refusal), place);
  }

  void RefuseTwice(Period period, const JsonPlace& place) {
    Refusal refusal;
    refusal.code = "duplicate-row";
    refusal.message = {fmt::format("{} 给了两次", period.ToString()),
                       fmt::format("{} is given twice", period.ToString())};
    Refuse(period, std::move(refusal), place);
  }

  Status ReadInputs(const JsonValue& object, const JsonPlace& place) {
    if (auto status = MustBe(object, Kind::kObject, place); !status) return status;
    for (const auto& [key, value] : object.members) {
      const JsonPlace here(place, key);
      const auto period = ReadPeriod(key, here);
      if (!period) return tl::unexpected<Error>(period.error());
      const std::vector<FieldId>& fields = builder_.layout().FactsOf(sort(), period->kind);
      if (fields.empty()) {
        return BadRequest("bad-period",
                          {fmt::format("没有{}的填报", PeriodAdverb(period->kind).zh),
                           fmt::format("there are no {} facts", PeriodAdverb(period->kind).en)},
                          here);
      }
      if (!builder_.BeginRow(subject_, *period)) {
        RefuseTwice(*period, here);
        continue;
      }
      if (auto status = ReadFields(value, fields, *period, here); !status) return status;
    }
    return Ok();
  }

  Status CheckRecordNames(const JsonValue& object, const JsonPlace& place) {
    if (auto status = MustBe(object, Kind::kObject, place); !status) return status;
    for (const auto& [key, value] : object.members) {
      if (const auto records = model().FindRecords(key); records && RootOf(*records) == sort()) continue;
      std::vector<std::string> names;
      for (const RecordsLayout& records : builder_.layout().records) {
        if (RootOf(records.sort) == sort()) names.push_back(model()[records.sort].name);
      }
      return UnknownKey(key, names, place);
    }
    return Ok();
  }

  // The kind of subject that the rows belong to.
  SortId RootOf(SortId records) const {
    while (model()[records].kind == semantic::Sort::Kind::kRecords) records = model()[records].parent;
    return records;
  }

  Status ReadRecords(const JsonValue& object, const JsonPlace& place) {
    for (const RecordsLayout& records : builder_.layout().records) {
      if (RootOf(records.sort) != sort()) continue;
      const semantic::Sort& sort = model()[records.sort];
      const JsonValue* by_name = object.Find(sort.name);
      const JsonValue* by_code = sort.code.empty() || sort.code == sort.name ? nullptr : object.Find(sort.code);
      const JsonPlace here(place, by_name == nullptr && by_code != nullptr ? sort.code : sort.name);
      if ((by_name == nullptr) == (by_code == nullptr)) {
        Refusal refusal;
        refusal.code = by_name == nullptr ? "missing-records" : "duplicate-fact";
        refusal.message =
            by_name == nullptr
                ? Bilingual{fmt::format("缺少明细“{}”；没有就写 []", sort.name),
                            fmt::format("the records '{}' are missing; write [] if there are none", sort.name)}
                : Bilingual{fmt::format("“{}”以名称和代码给了两次", sort.name),
                            fmt::format("'{}' is given twice, by name and by code", sort.name)};
        Refuse({}, std::move(refusal), here);
        continue;
      }
      const JsonValue& rows = by_name == nullptr ? *by_code : *by_name;
      if (auto status = MustBe(rows, Kind::kArray, here); !status) return status;
      for (size_t i = 0; i < rows.items.size(); ++i) {
        if (auto status = ReadRecord(rows.items[i], records, JsonPlace(here, i)); !status) return status;
      }
    }
    return Ok();
  }

  // Beside its fields a row has its period (unless it is dated or belongs to a row), its 行号, the 行号 of the row it belongs to.
  struct RowHead {
    std::optional<Period> period;
    std::string key;
    std::string parent;
  };

  Status ReadRowHead(const JsonValue& object, const RecordsLayout& records, const JsonPlace& place, JsonValue& fields,
                     RowHead& head, bool& usable) {
    const bool wants_period = records.period != PeriodKind::kDay && !records.in_rows;
    for (const auto& [key, value] : object.members) {
      const JsonPlace here(place, key);
      const bool own = model().FindField(records.sort, key).has_value();
      const bool row = !own && records.has_rows && (key == "行号" || key == "row");
      const bool parent = !own && records.in_rows && key == model()[records.parent].name;
      const bool period = !own && wants_period && (key == "期间" || key == "period");
      if (!row && !parent && !period) {
        fields.members.push_back({key, value});
        continue;
      }
      if (!value.is(Kind::kNumber) || period) {
        if (auto status = MustBe(value, Kind::kString, here); !status) return status;
      }
      if (row) head.key = value.text;
      if (parent) head.parent = value.text;
      if (!period) continue;
      const auto read = ReadPeriod(value.text, here);
      if (!read) return tl::unexpected<Error>(read.error());
      if (head.period) {
        RefuseTwice(*read, here);
      } else if (read->kind != records.period) {
        Refusal refusal;
        refusal.code = "bad-period";
        refusal.message = {fmt::format("“{}”应为{}的期间", value.text, PeriodAdverb(records.period).zh),
                           fmt::format("'{}' must be a {}", value.text, PeriodNoun(records.period).en)};
        refusal.value = value.text;
        Refuse({}, std::move(refusal), here);
        usable = false;
        return Ok();
      }
      head.period = *read;
    }
    if (!wants_period) head.period = Period{};
    if (head.period) return Ok();
    Refusal refusal;
    refusal.code = "missing-fact";
    refusal.message = {"缺少“期间”", "'期间' (period) is missing"};
    Refuse({}, std::move(refusal), place);
    usable = false;
    return Ok();
  }

  Status ReadRecord(const JsonValue& object, const RecordsLayout& records, const JsonPlace& place) {
    if (auto status = MustBe(object, Kind::kObject, place); !status) return status;
    JsonValue fields{Kind::kObject};
    RowHead head;
    bool whole = true;
    if (auto status = ReadRowHead(object, records, place, fields, head, whole); !status || !whole) return status;
    std::vector<Value> values(records.fields.size());
    Period period = *head.period;
    Status status = ReadMembers(
        fields, records.fields, period, place, [&](size_t i, const JsonValue& value, const JsonPlace& here) {
          const semantic::Field& field = model()[records.fields[i]];
          Reading reading = ReadJson(Expected(model(), field), value);
          std::optional<Refusal> unknown = reading ? builder_.Resolve(field.type, *reading) : std::nullopt;
          if (reading && !unknown) {
            values[i] = std::move(*reading);
          } else {
            whole = false;
            Refuse(period, unknown ? std::move(*unknown) : std::move(reading.error()), here);
          }
        });
    if (!status || !whole) return status;
    for (size_t i = 0; i < records.fields.size(); ++i) {
      if (records.fields[i] == model()[records.sort].date) period = Period::Of(std::get<Date>(values[i]));
    }
    if (auto refusal = builder_.AddRecord(records.sort, subject_, head.key, head.parent, period, std::move(values)))
      Refuse(*head.period, std::move(*refusal), place);
    return status;
  }

  Status ReadHistory(const JsonValue& object, const JsonPlace& place) {
    if (auto status = MustBe(object, Kind::kObject, place); !status) return status;
    std::set<Period> seen;
    for (const auto& [key, value] : object.members) {
      const JsonPlace here(place, key);
      const auto period = ReadPeriod(key, here);
      if (!period) return tl::unexpected<Error>(period.error());
      const std::vector<DefinitionId>& results = builder_.layout().ResultsOf(sort(), period->kind);
      if (results.empty()) {
        return BadRequest("bad-period",
                          {fmt::format("没有{}的结果", PeriodAdverb(period->kind).zh),
                           fmt::format("there are no {} results", PeriodAdverb(period->kind).en)},
                          here);
      }
      if (!seen.insert(*period).second) {
        RefuseTwice(*period, here);
        continue;
      }
      // A period stated as null did not exist: everything in it is absent.
      if (value.is(Kind::kNull)) {
        for (const DefinitionId result : results) builder_.Record(result, subject_, *period, Absent{});
        continue;
      }
      if (auto status = ReadPast(value, results, *period, here); !status) return status;
    }
    return Ok();
  }

  // What was recorded; a result that is not mentioned is missing, not absent.
  Status ReadPast(const JsonValue& object, const std::vector<DefinitionId>& results, Period period,
                  const JsonPlace& place) {
    return ReadMembers(object, results, period, place, [&](size_t i, const JsonValue& value, const JsonPlace& here) {
      const semantic::Definition& definition = model()[results[i]];
      const bool mentioned = object.Find(definition.name) != nullptr ||
                             (!definition.code.empty() && object.Find(definition.code) != nullptr);
      if (!mentioned) return;
      Reading reading = ReadJson(Expected(model(), definition), value);
      if (!reading) {
        Refuse(period, std::move(reading.error()), here);
      } else if (auto refusal = builder_.Record(results[i], subject_, period, std::move(*reading))) {
        Refuse(period, std::move(*refusal), here);
      }
    });
  }

  FactsBuilder& builder_;
  uint32_t subject_;
  std::optional<Date> since_;  // of the values that are being read
};

}  // namespace

Status ReadSubject(FactsBuilder& builder, uint32_t subject, const JsonValue& object, const JsonPlace& place) {
  return SubjectReader(builder, subject).Read(object, place);
}

}  // namespace heng::data
