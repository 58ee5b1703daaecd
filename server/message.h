// Request and Response as the routes see them: no socket, no httplib. Made and sent by http_server.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace heng::server {

using Headers = std::vector<std::pair<std::string, std::string>>;

struct Request {
  std::string method;
  std::string target;  // as sent: path and query, percent-encoded
  Headers headers;     // their names in lower case
  std::string body;

  // Empty if there is none.
  std::string_view Header(std::string_view lower_case_name) const {
    for (const auto& [name, value] : headers) {
      if (name == lower_case_name) return value;
    }
    return {};
  }
};

struct Response {
  int status = 200;
  std::string content_type;
  Headers headers;
  std::string body;
};

}  // namespace heng::server
