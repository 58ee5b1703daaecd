// The JSON request of an evaluation (contract.md), and the NDJSON line of one subject, as facts. A key that is not
// known is an error of the whole request; facts that are refused are an error of their subject, and the others are
// answered.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/data/facts_builder.h"
#include "engine/data/json_value.h"

namespace heng::data {

// The request before its policy is known.
struct Request {
  std::optional<std::string> policy;
  std::optional<std::string> version;
  Period period;
  bool roster_complete = false;
  bool explain = false;
  bool what_if = false;
  JsonValue subjects;                         // an array
  JsonValue whole{JsonValue::Kind::kObject};  // the facts of the whole district
};

// Errors, kUsage, with the JSON pointer: those of ParseJson; unknown-key, missing-key, wrong-type, bad-period.
// `period`: of a request that names none; one that names another is refused (period-differs).
Result<Request> ParseRequest(std::string_view text, std::optional<Period> period = std::nullopt);

// Reads the facts of the subjects; `ids` come in the order of the request. Refusals carry the subject and the JSON
// pointer. Errors, kUsage: unknown-key (a name that is not declared, a fact in a period of the wrong kind), bad-period,
// wrong-type, missing-key, duplicate-subject. REQUIRES: request.period is of the graph's settlement period.
Result<FactReading> ReadFacts(const graph::GraphPtr& graph, const Request& request, Bindings parameters);

// The line of that number of a stream, `{"id":…, "attributes":…, "inputs":…, "records":…, "history":…}`, as a request for that subject
// alone.
Result<Request> ParseSubjectLine(std::string_view line, size_t number, Period period);

}  // namespace heng::data
