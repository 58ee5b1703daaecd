// The routes of the HTTP interface, once: what dispatch matches, what access asks for, and what OpenAPI says. Used by
// routes.cc and openapi.cc.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/access.h"
#include "server/handlers.h"

namespace heng::server {

// How long answering takes: what is long is left to another thread.
enum class Work : unsigned char { kShort, kLong };

// `schema` is a JSON Schema of its value.
struct QueryParameter {
  std::string_view name;
  std::string_view schema;
  std::string_view about;
  std::string_view example = {};  // sent with the example of a body; empty: without it
};

// A name in braces.
struct PathParameter {
  std::string_view name;
  std::string_view schema;
  std::string_view about;
};

// A body: its media type as it is sent, and the name of its schema (schemas.h); of NDJSON that of a line.
struct Content {
  std::string_view type;
  std::string_view schema;
};

// An answer beside the usual one that is no problem.
struct OtherAnswer {
  int status;
  std::string_view about;
  std::vector<Content> gives;
};

struct Route {
  std::string_view method;
  std::string_view pattern;
  Outcome (*handle)(const Call&);
  Needs needs = Needs::kView;
  Work work = Work::kShort;
  std::string_view about;
  std::vector<QueryParameter> query;
  // The request's body and the answer, the usual form first; none: there is no body.
  std::vector<Content> takes;
  std::vector<Content> gives;
  // Those that it reads and answers beside what all routes do (schemas.h).
  std::vector<std::string_view> headers;
  // A request's body of the first type that is answered with `status` by a service of the district shiliuzhuang; the tests send it.
  std::string_view example;
  // Of a long route: the same as `handle` where a request happens to be short; nothing where it is not.
  std::optional<Outcome> (*at_once)(const Call&) = nullptr;
  int status = 200;  // of the answer
  std::vector<OtherAnswer> also = {};
};

const std::vector<Route>& Routes();
// Of the patterns of all routes.
const std::vector<PathParameter>& PathParameters();

// The segments that stand for the names in braces, or nothing if the path does not fit.
std::optional<std::vector<std::string>> Match(std::string_view pattern, const std::vector<std::string>& segments);

}  // namespace heng::server
