#include "engine/data/refusal.h"

#include <fmt/format.h>

#include "engine/base/limits.h"

namespace heng::data {

Bilingual Refusal::Place() const {
  if (file.empty()) return at;
  const std::string where = line > 0 ? fmt::format("{}:{}", file, line) : file;
  if (column_name.empty()) return where;
  return {fmt::format("{}，列 {}", where, column_name), fmt::format("{}, column {}", where, column_name)};
}

Bilingual Refusal::ToText() const {
  const Bilingual place = Place();
  if (place.zh.empty()) return message;
  return {fmt::format("{}：{}", place.zh, message.zh), fmt::format("{}: {}", place.en, message.en)};
}

void Refusals::Add(Refusal refusal) {
  ++total;
  whole = whole || refusal.subject.empty();
  if (shown.size() < limits::kReportedRefusals) shown.push_back(std::move(refusal));
}

}  // namespace heng::data
