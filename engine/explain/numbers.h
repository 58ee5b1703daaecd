// The named values that were looked at for a value. Used by explain.cc alone.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "engine/explain/phrase.h"

namespace heng::explain {

// Adds each name once, with its value and unit: facts, and declared definitions as they were read. `trace` is of the definition `within`.
void AddNumbers(const Phrases& phrases, Traces& traces, const eval::Trace& trace, graph::DefId within,
                std::vector<std::pair<std::string, std::string>>& numbers);

}  // namespace heng::explain
