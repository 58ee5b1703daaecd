// Ways between sorts: what one value can be read from another without a choice.
#include <algorithm>

#include "engine/semantic/model.h"

namespace heng::semantic {
namespace {

// Every single step that leads from the sort to a coarser one; to the whole there is always a step of its own.
std::vector<Hop> HopsFrom(const Model& model, SortId from) {
  std::vector<Hop> hops;
  const Sort& sort = model[from];
  if (sort.kind == Sort::Kind::kRecords) hops.push_back({Hop::Kind::kParent, sort.parent, {}});
  for (size_t i = 0; i < model.fields.size(); ++i) {
    const Field& field = model.fields[i];
    if (field.grain.sort == from && field.type.kind == TypeKind::kSubject)
      hops.push_back({Hop::Kind::kReference, field.type.subject, FieldId(i)});
  }
  for (size_t i = 0; i < model.sorts.size(); ++i) {
    if (model.sorts[i].kind == Sort::Kind::kKey && model.sorts[i].base == from)
      hops.push_back({Hop::Kind::kKey, SortId(i), {}});
  }
  return hops;
}

// Adds the ways that visit no sort twice; stops looking at the second.
void Search(const Model& model, SortId at, SortId to, std::vector<Hop>& way, std::vector<SortId>& visited,
            std::vector<std::vector<Hop>>& found) {
  if (at == to) {
    found.push_back(way);
    return;
  }
  for (const Hop& hop : HopsFrom(model, at)) {
    if (found.size() > 1 || std::find(visited.begin(), visited.end(), hop.to) != visited.end()) continue;
    visited.push_back(hop.to);
    way.push_back(hop);
    Search(model, hop.to, to, way, visited, found);
    way.pop_back();
    visited.pop_back();
  }
}

}  // namespace

std::optional<std::vector<Hop>> WayBetween(const Model& model, SortId from, SortId to) {
  if (from == to) return std::vector<Hop>{};
  if (to == kWholeSort) return std::vector<Hop>{{Hop::Kind::kWhole, kWholeSort, {}}};
  if (from == kWholeSort) return std::nullopt;
  std::vector<Hop> way;
  std::vector<SortId> visited = {from};
  std::vector<std::vector<Hop>> found;
  Search(model, from, to, way, visited, found);
  if (found.size() != 1) return std::nullopt;
  return found[0];
}

bool Readable(const Model& model, Grain fine, Grain coarse) {
  return coarse.period >= fine.period && (fine.sort == coarse.sort || WayBetween(model, fine.sort, coarse.sort));
}

}  // namespace heng::semantic
