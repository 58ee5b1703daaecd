// The routes of the HTTP interface as pure functions of the service and a request: no socket, no clock, no state.
// http_server calls Answer.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "server/config/district.h"
#include "server/message.h"

namespace heng::server {

// What the service serves; immutable, shared between threads.
struct Service {
  std::vector<config::District> districts;
  // A new id for a decision. Thread-safe.
  std::function<std::string()> new_decision;
};

// True if answering may take longer than handing over to another thread does (some 50 µs).
bool TakesLong(const Request& request);

// Dispatches by the exact segments of the path. What is wrong with a request is a problem (problem.h): 400
// bad-target, unknown-query; 404 no-such-route, unknown-district and so on; 405 with Allow. HEAD is answered as GET;
// the body is the caller's to leave out.
Response Answer(const Service& service, const Request& request);

}  // namespace heng::server
