// What is wrong with the words after `heng`, in the language of whoever typed them. CLI11 reads them, and says it in English alone.
#pragma once

#include <span>
#include <string>

#include <CLI/CLI.hpp>

#include "engine/base/bilingual.h"

namespace heng::tools {

// A line or two for the terminal: what is wrong, what may have been meant, where the usage stands. `words`: those after `heng`.
std::string UsageMessage(const CLI::App& app, const CLI::ParseError& error, std::span<char* const> words,
                         Language language);

}  // namespace heng::tools
