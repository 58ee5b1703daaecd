// A difference for programs. Numbers are strings, exactly, as everywhere in Heng's JSON.
#include <nlohmann/json.hpp>

#include "engine/diff/diff.h"

namespace heng::diff {
namespace {

using Json = nlohmann::ordered_json;

Json ToJson(const Bilingual& text) { return {{"zh", text.zh}, {"en", text.en}}; }

Json ToJson(const std::optional<VersionName>& version) {
  if (!version) return nullptr;
  return {{"id", version->id},
          {"title", version->title},
          {"version", version->version},
          {"file", version->file},
          {"digest", version->digest}};
}

Json ToJson(const std::optional<Side>& side) {
  if (!side) return nullptr;
  Json out = {{"text", ToJson(side->text)}};
  if (side->number) {
    out["number"] = side->number->ToString();
    out["unit"] = side->unit;
  }
  out["provenance"] = side->provenance.zh.empty() ? Json(nullptr) : ToJson(side->provenance);
  if (!side->source.empty()) out["source"] = side->source;
  out["span"] = {{"file", side->file}, {"line", side->place.line}, {"column", side->place.column}};
  return out;
}

Json ToJson(const Change& change) {
  constexpr std::string_view kWhat[] = {"added", "removed", "changed", "renamed", "reordered"};
  Json out = {{"kind", change.kind},
              {"declaration", change.declaration},
              {"what", kWhat[static_cast<size_t>(change.what)]},
              {"aspect", change.aspect.empty() ? Json(nullptr) : Json(change.aspect)},
              {"within", Json::array()}};
  for (const Within& part : change.within) out["within"].push_back({{"kind", part.kind}, {"name", part.name}});
  out["old"] = ToJson(change.old_side);
  out["new"] = ToJson(change.new_side);
  if (change.absolute) out["absolute"] = change.absolute->ToString();
  if (change.relative)
    out["relative"] = change.relative->RoundTo(Rational(1, 1000000), Rounding::kHalfAwayFromZero).ToString();
  if (!change.context.empty()) out["context"] = change.context;
  out["provenance_changed"] = change.origin_changed;
  out["affects"] = change.affects;
  return out;
}

}  // namespace

std::string RenderJson(const std::vector<Difference>& differences) {
  size_t count = 0;
  Json policies = Json::array();
  for (const Difference& difference : differences) {
    Json changes = Json::array();
    for (const Change& change : difference.changes) changes.push_back(ToJson(change));
    count += difference.changes.size() + (difference.old_version && difference.new_version ? 0 : 1);
    policies.push_back({{"old", ToJson(difference.old_version)},
                        {"new", ToJson(difference.new_version)},
                        {"affects", difference.affects},
                        {"changes", std::move(changes)}});
  }
  return Json{{"differences", count}, {"policies", std::move(policies)}}.dump(2) + "\n";
}

}  // namespace heng::diff
