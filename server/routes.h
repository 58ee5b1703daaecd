// The HTTP interface as a function of the service and a request: no socket, no state of its own. server/http calls it.
#pragma once

#include <memory>
#include <optional>

#include "server/message.h"
#include "server/service.h"

namespace heng::server {

// Dispatches by the exact segments of the path. What is wrong with a request is a problem (problem.h): 400
// bad-target, unknown-query; 401 and 429 (access.h), 403 not-allowed; 404 no-such-route, unknown-district and so on; 405
// with Allow. HEAD is answered as GET; the body is the caller's to leave out. Large answers are compressed if the client
// takes gzip. Counts and logs the request. What may take longer than handing over to another thread does (some 50 µs) is returned as
// Later; it keeps the service.
Reply Answer(std::shared_ptr<const Service> service, const Request& request);

// What a request is refused with by its head alone: 400 bad-target, 401, 403, 404, 405. Nothing: go on.
std::optional<Response> RefuseByHead(std::shared_ptr<const Service> service, const Request& head);

}  // namespace heng::server
