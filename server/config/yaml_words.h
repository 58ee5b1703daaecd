// What yaml-cpp says, in the words of the one who wrote the file. Used by yaml.cc alone.
#pragma once

#include <string>

#include "engine/base/bilingual.h"

namespace heng::config {

// The message of an exception of yaml-cpp. What a later version of it may say besides stays English.
Bilingual SayYaml(const std::string& message);

}  // namespace heng::config
