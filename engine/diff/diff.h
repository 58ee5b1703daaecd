// The semantic difference of two versions of a policy: by declaration, with values, provenance and the results that it reaches. It
// compares what the policies mean, never how they are written. Used by `heng diff`; the service will use the same function.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/graph/graph.h"

namespace heng::diff {

// kRenamed: the same under another name (what changed in it besides are changes of their own). kReordered: the same parts, in another order
// that counts.
enum class What : unsigned char { kAdded, kRemoved, kChanged, kRenamed, kReordered };

// A place between the declaration and what changed: a criterion, a row of a table, a step.
struct Within {
  std::string kind;
  std::string name;
};

// One side of a change.
struct Side {
  Bilingual text;  // as it is written
  // If it is a number: its exact value and unit; of a percentage the number before %.
  std::optional<Rational> number;
  std::string unit;
  Bilingual provenance;  // `依据 甲 “第三条”`; empty if nothing there needs one
  std::string source;    // the title of the source, if it is sourced
  std::string file;
  LineColumn place;
};

struct Change {
  What what = What::kChanged;
  std::string kind;         // of the declaration; a stable word (words.def)
  std::string declaration;  // its name; if it was removed, its old one
  std::vector<Within> within;
  std::string aspect;  // of it: value, weight, condition, unit …; a stable word. Empty: the thing as a whole
  std::optional<Side> old_side;
  std::optional<Side> new_side;
  std::optional<Rational> absolute;  // in the common unit
  std::optional<Rational> relative;  // of the old value
  bool origin_changed = false;       // the provenance differs, and no change of the whole says so
  // Of a number inside a longer text: that text, in the new policy.
  std::string context;
  std::vector<std::string> affects;  // published results of the policy in which the change is, in its order
};

struct VersionName {
  std::string id;
  std::string title;
  std::string version;
  std::string file;
  std::string digest;
};

struct Difference {
  std::optional<VersionName> old_version;  // nothing: there is only the new one
  std::optional<VersionName> new_version;
  std::vector<Change> changes;
  std::vector<std::string> affects;  // by any change

  bool empty() const { return old_version && new_version && changes.empty(); }
};

// What differs. Either may be null (a policy that is only in one of two folders): there is nothing to compare then.
Difference Diff(const graph::Graph* old_policy, const graph::Graph* new_policy);

// For people: grouped by kind of declaration, one line a change.
std::string RenderText(const std::vector<Difference>& differences, Language language);
// For programs: `{"differences": 3, "policies": [{"old": …, "new": …, "changes": […]}]}`, see tools/README.md.
std::string RenderJson(const std::vector<Difference>& differences);

}  // namespace heng::diff
