// What `heng serve` needs besides a configuration that can be read; `heng check` asks the same. Not the store itself: a check must not
// make one.
#pragma once

#include <vector>

#include <tl/expected.hpp>

#include "engine/store/store.h"
#include "server/config/district.h"
#include "server/config/service.h"

namespace heng::tools {

// How the store is to be opened: the key that signs is there, and is one.
tl::expected<store::StoreOptions, config::Mistake> StoreOptionsOf(const config::ServiceConfig& service);

// A workbook that the district's settlements could not read; empty folders and wrong facts are left to them.
std::vector<config::Mistake> CheckData(const config::District& district);

}  // namespace heng::tools
