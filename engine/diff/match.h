// Which item of the old outline is which of the new. Used inside engine/diff alone.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "engine/diff/outline.h"

namespace heng::diff {

// Pairs of positions; -1 stands where there is none on that side. In the order of the new list, what was removed at the place it had.
using Pairs = std::vector<std::pair<int, int>>;
Pairs Match(const std::vector<Item>& old_items, const std::vector<Item>& new_items);

// What was renamed, found by content, by code, and by how it is used; each is applied before the next is looked for.
Renames FindRenames(const graph::Graph& old_policy, const std::vector<Item>& new_items);

}  // namespace heng::diff
