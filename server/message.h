// Request and Response as the routes see them: no socket, no httplib. Made and sent by server/http.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace heng::server {

using Headers = std::vector<std::pair<std::string, std::string>>;

struct Request {
  std::string method;
  std::string target;  // as sent: path and query, percent-encoded
  Headers headers;     // their names in lower case
  std::string body;
  std::string peer;  // the client's address; empty of a Unix socket

  // Empty if there is none.
  std::string_view Header(std::string_view lower_case_name) const {
    for (const auto& [name, value] : headers) {
      if (name == lower_case_name) return value;
    }
    return {};
  }
};

struct Response;
// Lets a response leave: as it is, or another one in its place (null: none). Called once, from any thread.
using Release = std::function<void(Response* instead)>;

struct Response {
  int status = 200;
  std::string content_type;
  Headers headers;
  std::string body;
  // If set, the response is ready and waits for something else (the decision log's commit): called once, with the request, the
  // response, and what lets it leave. Must not wait itself, nor keep the first two.
  std::function<void(const Request&, const Response&, Release)> before_leaving;
  // If it waits: called once, from any thread, when it leaves, with what leaves in its place, if something does. That may be completed.
  std::function<void(Response* instead)> when_leaving;
  // What before_leaving needs: kept until it has left, and given up by the thread that sends it.
  std::shared_ptr<const void> kept;
  std::string uncompressed;  // the body before it was compressed, for before_leaving

  std::string_view content() const { return uncompressed.empty() ? std::string_view(body) : uncompressed; }
};

// The rest of a request that takes long, for another thread.
struct Later {
  // Whose requests wait for each other: the district. Lanes take turns.
  std::string lane;
  // Given the same request again.
  std::function<Response(const Request&)> answer;
};
using Reply = std::variant<Response, Later>;

}  // namespace heng::server
