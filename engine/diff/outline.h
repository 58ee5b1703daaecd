// The outline of a policy: everything that can differ between two versions, as a tree of items with canonical values. One function
// makes it; comparing, counting and showing know nothing else of the language. Used inside engine/diff alone.
#pragma once

#include <string>
#include <vector>

#include "engine/diff/canon.h"
#include "engine/graph/graph.h"

namespace heng::diff {

struct Item {
  // What it is, and of what kind its own value is: stable words (words.def).
  std::string kind;
  std::string aspect = "value";
  // As people call it; empty if there is but one of its kind.
  std::string name;
  // By what it is found again among its fellows of the same kind, under its new name.
  std::string id;
  // How expressions refer to it, by its own name; empty if none can.
  std::string reference;
  // A row or a step has no name: another `id` is no renaming.
  bool nameless = false;
  // Its place among its fellows of the same kind counts.
  bool ordered = false;
  Pieces value;
  Bilingual shown;  // the value as written
  Origin origin;    // the nearest mark
  Span span;
  // What depends on it, as `reference`s; empty: as what it is part of.
  std::vector<std::string> feeds;
  std::vector<Item> children;
};

// The declarations of the policy, those of its modules and the rows of its tables as if they stood in it, under the names of `renames`.
// The blocks in which facts are declared are no items, nor is the module: moving a declaration is no difference.
std::vector<Item> OutlineOf(const graph::Graph& graph, const Renames& renames);

// Equal texts are equal items, whatever they are called: name and id are not part of it.
std::string Content(const Item& item);

}  // namespace heng::diff
