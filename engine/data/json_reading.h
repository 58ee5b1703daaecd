// What every reader of requests does with JSON: asks for a kind of value, refuses keys, reads periods. The errors are
// of the request as a whole: kUsage, with the JSON pointer.
#pragma once

#include <string>
#include <vector>

#include "engine/base/period.h"
#include "engine/data/json_value.h"

namespace heng::data {

tl::unexpected<Error> BadRequest(std::string code, Bilingual message, const JsonPlace& place);
// unknown-key, with the nearest of the known ones. `place` is that of the object.
tl::unexpected<Error> UnknownKey(const std::string& key, const std::vector<std::string>& known, const JsonPlace& place);
// wrong-type unless the value is of that kind.
Status MustBe(const JsonValue& value, JsonValue::Kind kind, const JsonPlace& place);
// bad-period.
Result<Period> ReadPeriod(const std::string& text, const JsonPlace& place);

}  // namespace heng::data
