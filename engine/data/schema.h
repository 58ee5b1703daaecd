// The JSON Schema (2020-12) of a request's subjects for one policy: what facts it takes, in which form. It says what
// JSON can say; the 校验 and the places of numbers that come as strings are for the reader to judge.
#pragma once

#include <string>

#include "engine/semantic/model.h"

namespace heng::data {

// Of the whole request; `$defs/subject` is one subject's object, as a line of a stream has it. Indented by two.
std::string RequestSchema(const semantic::Model& model);

}  // namespace heng::data
