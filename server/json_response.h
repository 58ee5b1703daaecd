// JSON as a response. Used by the routes whose answers are not to be kept by who gets them.
#pragma once

#include <cstdint>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include "engine/store/store.h"
#include "server/message.h"

namespace heng::server {

Response FreshJson(const nlohmann::ordered_json& body, int status = 200);

// `2024-07-01T08:30:00Z`.
std::string TimeText(int64_t time_ms);
// Who did what to a version, and when.
nlohmann::ordered_json StepsOf(const store::Version& version);

}  // namespace heng::server
