#include "engine/data/request.h"

#include <unordered_map>

#include <fmt/format.h>

#include "engine/base/limits.h"
#include "engine/data/json_reading.h"
#include "engine/data/subject_id.h"
#include "engine/data/subject_reader.h"

namespace heng::data {
namespace {

using Kind = JsonValue::Kind;

// The top of a request, key by key.
Status TakeMember(const std::string& key, const JsonValue& value, const JsonPlace& place, Request& request) {
  if (key == "policy" || key == "version") {
    if (auto status = MustBe(value, Kind::kString, place); !status) return status;
    (key == "policy" ? request.policy : request.version) = value.text;
  } else if (key == "period") {
    if (auto status = MustBe(value, Kind::kString, place); !status) return status;
    const auto period = ReadPeriod(value.text, place);
    if (!period) return tl::unexpected<Error>(period.error());
    request.period = *period;
  } else if (key == "explain" || key == "what_if") {
    if (auto status = MustBe(value, Kind::kBool, place); !status) return status;
    (key == "explain" ? request.explain : request.what_if) = value.truth;
  } else if (key == "roster") {
    if (!value.is(Kind::kString) || value.text != "complete") {
      return BadRequest("bad-roster", {"只能是 \"complete\"，或不写", "must be \"complete\" or left out"}, place);
    }
    request.roster_complete = true;
  } else if (key == "subjects") {
    return MustBe(value, Kind::kArray, place);
  } else if (key == "whole") {
    return MustBe(value, Kind::kObject, place);
  } else {
    static const std::vector<std::string> kKnown = {"policy",  "version", "period",   "roster",
                                                    "explain", "what_if", "subjects", "whole"};
    return UnknownKey(key, kKnown, JsonPlace());
  }
  return Ok();
}

Result<std::string> ReadId(const JsonValue& object, const JsonPlace& place) {
  const JsonValue* id = object.Find("id");
  if (id == nullptr) return BadRequest("missing-key", {"缺少 \"id\"", "\"id\" is missing"}, place);
  const JsonPlace here(place, "id");
  if (auto status = MustBe(*id, Kind::kString, here); !status) return tl::unexpected<Error>(status.error());
  if (auto wrong = WrongId(id->text)) return BadRequest("bad-id", std::move(*wrong), here);
  return id->text;
}

}  // namespace

Result<Request> ParseRequest(std::string_view text, std::optional<Period> period) {
  auto document = ParseJson(text, limits::kRequestBytes);
  if (!document) return tl::unexpected<Error>(document.error());
  const JsonPlace top;
  if (auto status = MustBe(*document, Kind::kObject, top); !status) {
    // The pointer of the whole is empty.
    status.error().at = "1:1";
    return tl::unexpected<Error>(status.error());
  }
  Request request;
  for (const char* key : {"period", "subjects"}) {
    if (document->Find(key) == nullptr && !(period && key == std::string_view("period")))
      return BadRequest("missing-key", {fmt::format("缺少 \"{}\"", key), fmt::format("\"{}\" is missing", key)},
                        JsonPlace(top, key));
  }
  for (auto& [key, value] : document->members) {
    if (auto status = TakeMember(key, value, JsonPlace(top, key), request); !status)
      return tl::unexpected<Error>(status.error());
    if (key == "subjects") {
      request.subjects = std::move(value);
    } else if (key == "whole") {
      request.whole = std::move(value);
    }
  }
  if (period && document->Find("period") != nullptr && request.period != *period) {
    return BadRequest(
        "period-differs",
        {fmt::format("请求的期间是 {}，命令写的是 {}", request.period.ToString(), period->ToString()),
         fmt::format("the request is for {}, the command says {}", request.period.ToString(), period->ToString())},
        JsonPlace(top, "period"));
  }
  if (period) request.period = *period;
  return request;
}

Result<Request> ParseSubjectLine(std::string_view line, size_t number, Period period) {
  auto document = ParseJson(line, limits::kRequestBytes, number);
  if (!document) return tl::unexpected<Error>(document.error());
  Request request;
  request.period = period;
  request.subjects.kind = Kind::kArray;
  request.subjects.items.push_back(std::move(*document));
  return request;
}

namespace {

// The kind of the subject: the first unless it says another.
Result<SortId> KindOf(const semantic::Model& model, const FactLayout& layout, const JsonValue& object,
                      const JsonPlace& place) {
  const JsonValue* kind = object.Find("kind");
  if (kind == nullptr) return model.subject();
  const JsonPlace here(place, "kind");
  if (auto status = MustBe(*kind, Kind::kString, here); !status) return tl::unexpected<Error>(status.error());
  std::string names;
  for (const SortId sort : layout.subjects) {
    if (kind->text == model[sort].name || (!model[sort].code.empty() && kind->text == model[sort].code)) return sort;
    names += (names.empty() ? "“" : "、“") + model[sort].name + "”";
  }
  return BadRequest("unknown-kind",
                    {fmt::format("没有“{}”这种对象，应为{}", kind->text, names),
                     fmt::format("there is no kind of subject '{}', must be {}", kind->text, names)},
                    here);
}

}  // namespace

Result<FactReading> ReadFacts(const graph::GraphPtr& graph, const Request& request, Bindings parameters) {
  FactsBuilder builder(graph, request.period, std::move(parameters));
  const JsonPlace top;
  const JsonPlace subjects(top, "subjects");
  // All subjects before their facts: one may refer to another.
  std::unordered_map<uint32_t, size_t> place_of;
  std::vector<uint32_t> numbers;
  for (size_t i = 0; i < request.subjects.items.size(); ++i) {
    const JsonValue& object = request.subjects.items[i];
    const JsonPlace place(subjects, i);
    if (auto status = MustBe(object, Kind::kObject, place); !status) return tl::unexpected<Error>(status.error());
    const auto id = ReadId(object, place);
    if (!id) return tl::unexpected<Error>(id.error());
    const auto kind = KindOf(builder.model(), builder.layout(), object, place);
    if (!kind) return tl::unexpected<Error>(kind.error());
    const auto subject = builder.AddSubject(*kind, *id);
    if (!subject) {
      return BadRequest("duplicate-subject",
                        {fmt::format("“{}”出现了两次", *id), fmt::format("'{}' stands twice", *id)},
                        JsonPlace(place, "id"));
    }
    place_of.emplace(*subject, i);
    numbers.push_back(*subject);
  }
  for (size_t i = 0; i < numbers.size(); ++i) {
    const JsonPlace place(subjects, i);
    if (auto status = ReadSubject(builder, numbers[i], request.subjects.items[i], place); !status)
      return tl::unexpected<Error>(status.error());
  }
  if (auto status = ReadSubject(builder, 0, request.whole, JsonPlace(top, "whole")); !status)
    return tl::unexpected<Error>(status.error());
  const auto locate = [&](Refusal& refusal, uint32_t subject, Period period) {
    const auto place = place_of.find(subject);
    refusal.at = place == place_of.end() ? "/whole/inputs" : fmt::format("/subjects/{}/inputs", place->second);
    if (refusal.code != "missing-period") refusal.at += "/" + period.ToString();
  };
  builder.RequirePeriods(locate);
  builder.RunChecks(locate);
  FactReading reading = builder.Finish(request.roster_complete);
  reading.facts->of_request = true;
  return reading;
}

}  // namespace heng::data
