// What a policy officer most likely meant by a name that we do not have.
#pragma once

#include <string_view>

namespace heng::semantic {

// Our function that everyday language or a spreadsheet calls by this name; empty if none.
std::string_view FunctionCalled(std::string_view name);

}  // namespace heng::semantic
