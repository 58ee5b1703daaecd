#include "server/json_response.h"

#include <ctime>

#include <fmt/chrono.h>
#include <nlohmann/json.hpp>

namespace heng::server {

using Json = nlohmann::ordered_json;

Response FreshJson(const Json& body, int status) {
  // What a client sent may be quoted; it need not be valid UTF-8.
  return {status,
          "application/json",
          {{"Cache-Control", "no-store"}},
          body.dump(-1, ' ', false, Json::error_handler_t::replace)};
}

std::string TimeText(int64_t time_ms) {
  constexpr int64_t kMsPerSecond = 1000;
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(static_cast<std::time_t>(time_ms / kMsPerSecond)));
}

Json StepsOf(const store::Version& version) {
  Json out = Json::array();
  for (const store::Version::Step& step : version.steps) {
    out.push_back({{"state", store::NameOf(step.state)}, {"person", step.person}, {"time", TimeText(step.time_ms)}});
  }
  return out;
}

}  // namespace heng::server
