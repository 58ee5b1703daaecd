#include "engine/diagnostics/render.h"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "engine/base/text.h"

namespace heng {
namespace {

using Json = nlohmann::ordered_json;

Bilingual SeverityWord(Severity severity) {
  switch (severity) {
    case Severity::kError: return {"错误", "error"};
    case Severity::kWarning: return {"警告", "warning"};
    case Severity::kNote: break;
  }
  return {"提醒", "note"};
}

// The line of `place` and, below it, the place underlined (its first line if it has several).
std::string Excerpt(const Place& place) {
  const LineColumn at = place.source->Locate(place.span.begin);
  std::string line(place.source->LineAt(place.span.begin));
  std::replace(line.begin(), line.end(), '\t', ' ');
  const LineColumn end = place.source->Locate(place.span.end);
  size_t begin_byte = 0;
  for (uint32_t i = 1; i < at.column && begin_byte < line.size(); ++i) DecodeUtf8(line, begin_byte);
  size_t end_byte = line.size();
  if (end.line == at.line) {
    end_byte = 0;
    for (uint32_t i = 1; i < end.column && end_byte < line.size(); ++i) DecodeUtf8(line, end_byte);
  }
  // A very long line is shown around the place only.
  constexpr size_t kShown = 160;
  if (line.size() > 2 * kShown) {
    size_t from = begin_byte > kShown ? begin_byte - kShown / 2 : 0;
    while (from > 0 && (static_cast<unsigned char>(line[from]) & 0xC0) == 0x80) --from;
    size_t to = std::min(line.size(), from + kShown);
    while (to < line.size() && (static_cast<unsigned char>(line[to]) & 0xC0) == 0x80) ++to;
    line = line.substr(from, to - from);
    begin_byte -= from;
    end_byte = std::clamp(end_byte > from ? end_byte - from : begin_byte, begin_byte, line.size());
  }
  const size_t indent = DisplayWidth(std::string_view(line).substr(0, begin_byte));
  const size_t width = std::max<size_t>(
      1, DisplayWidth(std::string_view(line).substr(begin_byte, std::max(end_byte, begin_byte) - begin_byte)));
  return fmt::format("{:>5} | {}\n      | {}{}\n", at.line, line, std::string(indent, ' '), std::string(width, '^'));
}

Json PlaceJson(const Place& place) {
  const LineColumn begin = place.source->Locate(place.span.begin);
  const LineColumn end = place.source->Locate(place.span.end);
  return {{"file", place.source->PathOf(place.span.begin)},
          {"line", begin.line},
          {"column", begin.column},
          {"end_line", end.line},
          {"end_column", end.column}};
}

Json SarifLocation(const Place& place) {
  const LineColumn begin = place.source->Locate(place.span.begin);
  const LineColumn end = place.source->Locate(place.span.end);
  return {{"physicalLocation",
           {{"artifactLocation", {{"uri", place.source->PathOf(place.span.begin)}}},
            {"region",
             {{"startLine", begin.line},
              {"startColumn", begin.column},
              {"endLine", end.line},
              {"endColumn", end.column}}}}}};
}

}  // namespace

std::string RenderText(const std::vector<Diagnostic>& diagnostics, Language language, bool color) {
  const auto paint = [&](std::string_view code, const std::string& text) {
    return color ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : text;
  };
  std::string out;
  for (const Diagnostic& d : diagnostics) {
    const LineColumn at = d.place.source->Locate(d.place.span.begin);
    const std::string_view code = d.severity() == Severity::kError     ? "1;31"
                                  : d.severity() == Severity::kWarning ? "1;33"
                                                                       : "1;36";
    out += fmt::format("{}:{}:{}: {}: {}\n", d.place.source->PathOf(d.place.span.begin), at.line, at.column,
                       paint(code, fmt::format("{} {}", SeverityWord(d.severity()).In(language), InfoOf(d.kind).code)),
                       d.message().In(language));
    out += Excerpt(d.place);
    for (const Related& related : d.related) {
      const LineColumn other = related.place.source->Locate(related.place.span.begin);
      out += fmt::format("      = {}:{}:{}: {}\n", related.place.source->PathOf(related.place.span.begin), other.line,
                         other.column, related.message.In(language));
      out += Excerpt(related.place);
    }
    if (const std::string hint = d.hint().In(language); !hint.empty()) {
      out += fmt::format("      = {}{}\n", language == Language::kChinese ? "怎么办：" : "what to do: ", hint);
    }
  }
  return out;
}

std::string RenderJson(const std::vector<Diagnostic>& diagnostics) {
  Json out = Json::array();
  for (const Diagnostic& d : diagnostics) {
    Json entry = PlaceJson(d.place);
    entry["code"] = InfoOf(d.kind).code;
    entry["severity"] = SeverityWord(d.severity()).en;
    entry["message"] = {{"zh", d.message().zh}, {"en", d.message().en}};
    entry["hint"] = {{"zh", d.hint().zh}, {"en", d.hint().en}};
    for (const Related& related : d.related) {
      Json other = PlaceJson(related.place);
      other["message"] = {{"zh", related.message.zh}, {"en", related.message.en}};
      entry["related"].push_back(std::move(other));
    }
    out.push_back(std::move(entry));
  }
  return out.dump(2) + "\n";
}

std::string RenderSarif(const std::vector<Diagnostic>& diagnostics, Language language) {
  Json rules = Json::array();
  for (const DiagnosticKindInfo& info : kDiagnosticKinds) {
    rules.push_back({{"id", info.code},
                     {"name", info.name},
                     {"shortDescription", {{"text", language == Language::kChinese ? info.zh : info.en}}}});
  }
  Json results = Json::array();
  for (const Diagnostic& d : diagnostics) {
    Json result = {
        {"ruleId", InfoOf(d.kind).code},
        {"level", SeverityWord(d.severity()).en},
        {"message", {{"text", d.message().In(language) + (d.hint().zh.empty() ? "" : " " + d.hint().In(language))}}},
        {"locations", {SarifLocation(d.place)}}};
    for (const Related& related : d.related) {
      Json location = SarifLocation(related.place);
      location["message"] = {{"text", related.message.In(language)}};
      result["relatedLocations"].push_back(std::move(location));
    }
    results.push_back(std::move(result));
  }
  const Json log = {{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
                    {"version", "2.1.0"},
                    {"runs",
                     {{{"tool", {{"driver", {{"name", "heng"}, {"rules", rules}}}}},
                       {"columnKind", "unicodeCodePoints"},
                       {"results", results}}}}};
  return log.dump(2) + "\n";
}

}  // namespace heng
