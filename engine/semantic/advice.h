// What a policy officer most likely meant where units, types or names do not fit. Empty where nothing more can be said than the
// diagnostic itself says.
#pragma once

#include <string_view>

#include "engine/base/bilingual.h"
#include "engine/semantic/model.h"

namespace heng::semantic {

// The function that everyday language or a spreadsheet calls by this name; empty if none.
std::string_view FunctionCalled(std::string_view name);
// On two units that do not fit together.
Bilingual AdviceOnUnits(const Unit& left, const Unit& right);
// On a value that is not of the type wanted.
Bilingual AdviceOnTypes(const Type& wanted, const Type& found);

}  // namespace heng::semantic
