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

struct QueryParameter {
  std::string_view name;
  std::string_view about;
  std::string_view example = {};  // sent with the example of a body; empty: without it
};

struct Route {
  std::string_view method;
  std::string_view pattern;
  Outcome (*handle)(const Call&);
  Needs needs = Needs::kView;
  Work work = Work::kShort;
  std::string_view about;
  std::vector<QueryParameter> query;
  // Media types of the request's body and of the answer, the usual one first; none: there is no body.
  std::vector<std::string_view> takes;
  std::vector<std::string_view> gives;
  // A request's body of the first type that is answered with `status` by a service of the district shiliuzhuang; the tests send it.
  std::string_view example;
  // Of a long route: the same as `handle` where a request happens to be short; nothing where it is not.
  std::optional<Outcome> (*at_once)(const Call&) = nullptr;
  int status = 200;  // of the answer
};

const std::vector<Route>& Routes();

// The segments that stand for the names in braces, or nothing if the path does not fit.
std::optional<std::vector<std::string>> Match(std::string_view pattern, const std::vector<std::string>& segments);

}  // namespace heng::server
