// Reads the facts of one subject of a request (or of one line of a stream) into a FactsBuilder. Internal to request.
#pragma once

#include "engine/data/facts_builder.h"
#include "engine/data/json_value.h"

namespace heng::data {

// What is wrong with the facts is refused in the builder; the errors are those of the request as a whole (see
// ReadFacts).
Status ReadSubject(FactsBuilder& builder, uint32_t subject, const JsonValue& object, const JsonPlace& place);

}  // namespace heng::data
