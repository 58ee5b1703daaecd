#include "engine/data/json_reading.h"

#include <fmt/format.h>

#include "engine/base/text.h"

namespace heng::data {

tl::unexpected<Error> BadRequest(std::string code, Bilingual message, const JsonPlace& place) {
  return Fail(ErrorKind::kUsage, std::move(code), std::move(message), place.ToPointer());
}

tl::unexpected<Error> UnknownKey(const std::string& key, const std::vector<std::string>& known,
                                 const JsonPlace& place) {
  Bilingual message{fmt::format("不认识键“{}”", key), fmt::format("unknown key '{}'", key)};
  if (const auto nearest = NearestName(key, known)) {
    message.zh += fmt::format("，是不是“{}”？", *nearest);
    message.en += fmt::format(", did you mean '{}'?", *nearest);
  }
  return BadRequest("unknown-key", std::move(message), JsonPlace(place, key));
}

Status MustBe(const JsonValue& value, JsonValue::Kind kind, const JsonPlace& place) {
  if (value.is(kind)) return Ok();
  const Bilingual wanted = kind == JsonValue::Kind::kObject   ? Bilingual{"对象 {…}", "an object {…}"}
                           : kind == JsonValue::Kind::kArray  ? Bilingual{"数组 […]", "an array […]"}
                           : kind == JsonValue::Kind::kString ? Bilingual{"字符串", "a string"}
                                                              : Bilingual{"true 或 false", "true or false"};
  return BadRequest("wrong-type", {"应为" + wanted.zh, "must be " + wanted.en}, place);
}

Result<Period> ReadPeriod(const std::string& text, const JsonPlace& place) {
  const auto period = ParsePeriod(text);
  if (period) return *period;
  return BadRequest("bad-period",
                    {fmt::format("“{}”不是期间，请写成 2024-07、2024Q3、2024H2 或 2024", text),
                     fmt::format("'{}' is not a period, write it as 2024-07, 2024Q3, 2024H2 or 2024", text)},
                    place);
}

}  // namespace heng::data
