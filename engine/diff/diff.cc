#include "engine/diff/diff.h"

#include <algorithm>
#include <map>
#include <set>

#include "engine/diff/affects.h"
#include "engine/diff/match.h"
#include "engine/diff/outline.h"

namespace heng::diff {
namespace {

// What is there for people and changes no value.
bool ComputesNothing(const std::string& kind, const std::string& aspect) {
  constexpr std::string_view kKinds[] = {"policy", "module", "check", "guarantee", "example", "source"};
  constexpr std::string_view kAspects[] = {"code", "title", "note", "provenance"};
  const auto among = [](const auto& words, const std::string& word) {
    return std::find(std::begin(words), std::end(words), word) != std::end(words);
  };
  return among(kKinds, kind) || among(kAspects, aspect);
}

class Comparer {
 public:
  Comparer(const graph::Graph& old_policy, const graph::Graph& new_policy)
      : old_(old_policy), new_(new_policy), old_reach_(old_policy), new_reach_(new_policy) {}

  std::vector<Change> Run() {
    const Renames none;
    const std::vector<Item> new_items = OutlineOf(new_, none);
    renames_ = FindRenames(old_, new_items);
    const std::vector<Item> old_items = OutlineOf(old_, renames_);
    CompareAll(old_items, new_items);
    return std::move(changes_);
  }

 private:
  Side SideOf(const graph::Graph& graph, const Item& item) const {
    Side side;
    side.text = item.shown;
    side.source = item.origin.source;
    if (!item.origin.canon.empty()) side.provenance = item.origin.shown;
    if (item.value.size() == 1 && item.value[0].is_number) SetNumber(side, item.value[0]);
    Locate(graph, item.span, side);
    return side;
  }

  static void SetNumber(Side& side, const Piece& number) {
    side.number = number.percent ? number.value * Rational(100) : number.value;
    side.unit = number.percent ? "%" : number.unit.ToString();
  }

  static void Locate(const graph::Graph& graph, Span span, Side& side) {
    const SourceFile& source = *graph.model->tree->source;
    side.file = source.PathOf(span.begin);
    side.place = source.Locate(span.begin);
  }

  Change& Add(What what, const std::string& aspect) {
    Change change;
    change.what = what;
    change.kind = path_.front()->kind;
    change.declaration = path_.front()->name;
    for (size_t i = 1; i < path_.size(); ++i) {
      const Item& item = *path_[i];
      const bool part = item.name.empty() && item.kind == aspect;  // the aspect says it
      if (!part) change.within.push_back({item.kind, item.name});
    }
    change.aspect = aspect;
    changes_.push_back(std::move(change));
    return changes_.back();
  }

  void SetAffected(Change& change) const {
    if (ComputesNothing(change.kind, change.aspect) || change.what == What::kRenamed) return;
    if (!change.within.empty() && ComputesNothing(change.within.back().kind, change.aspect)) return;
    if (change.kind == "result") {
      change.affects = {change.declaration};
      return;
    }
    const Dependence& reach = change.what == What::kRemoved ? old_reach_ : new_reach_;
    for (auto at = path_.rbegin(); at != path_.rend(); ++at) {
      if ((*at)->feeds.empty()) continue;
      change.affects = reach.On((*at)->feeds);
      return;
    }
  }

  void Whole(What what, const Item& item) {
    path_.push_back(&item);
    const bool part = path_.size() > 1 && item.name.empty();
    Change& change = Add(what, part ? item.aspect : "");
    (what == What::kAdded ? change.new_side : change.old_side) = SideOf(what == What::kAdded ? new_ : old_, item);
    SetAffected(change);
    path_.pop_back();
  }

  bool Renamed(const Item& a, const Item& b) const {
    if (a.nameless || a.name == b.name) return false;
    return a.reference.empty() ? a.id != b.id : renames_.count(a.reference) > 0;
  }

  // A mark that changed for the whole is not said again of each part.
  bool OriginChanged(const Item& a, const Item& b) const {
    return !(a.origin == b.origin) && origins_.count({a.origin.canon, b.origin.canon}) == 0;
  }

  void Compare(const Item& a, const Item& b) {
    path_.push_back(&b);
    if (Renamed(a, b)) {
      Change& change = Add(What::kRenamed, "name");
      change.old_side = SideOf(old_, a);
      change.new_side = SideOf(new_, b);
      change.old_side->text = a.name;
      change.new_side->text = b.name;
      change.old_side->number = change.new_side->number = std::nullopt;
    }
    const bool own = a.value != b.value;
    if (own) CompareValues(a, b);
    const bool origin = OriginChanged(a, b);
    if (origin && !own) {
      Change& change = Add(What::kChanged, "provenance");
      change.old_side = SideOf(old_, a);
      change.new_side = SideOf(new_, b);
      change.origin_changed = true;
    }
    const auto said = std::pair(a.origin.canon, b.origin.canon);
    const bool fresh = origin && origins_.insert(said).second;
    CompareAll(a.children, b.children);
    if (fresh) origins_.erase(said);
    path_.pop_back();
  }

  void CompareValues(const Item& a, const Item& b) {
    const auto numbers = [](const Pieces& pieces) {
      return std::count_if(pieces.begin(), pieces.end(), [](const Piece& p) { return p.is_number; });
    };
    if (!SameShape(a.value, b.value) || numbers(a.value) == 0) {
      Change& change = Add(What::kChanged, a.aspect);
      change.old_side = SideOf(old_, a);
      change.new_side = SideOf(new_, b);
      change.origin_changed = OriginChanged(a, b);
      SetAffected(change);
      return;
    }
    for (size_t i = 0; i < a.value.size(); ++i) {
      // That a range has another unit is said of the unit.
      const bool unit_alone = a.kind == "range" && a.value[i].value == b.value[i].value;
      if (!(a.value[i] == b.value[i]) && !unit_alone) CompareNumbers(a, b, i);
    }
  }

  void CompareNumbers(const Item& a, const Item& b, size_t i) {
    Change& change = Add(What::kChanged, a.aspect);
    const auto side = [&](const graph::Graph& graph, const Item& item) {
      Side out = SideOf(graph, item);
      const Piece& number = item.value[i];
      SetNumber(out, number);
      Locate(graph, number.span, out);
      // What stands in the policy; ranges are not read from one place.
      const bool alone = item.value.size() == 1;
      if (!alone) out.text = item.kind == "range" ? NumberText(number) : TextOf(graph, number);
      return out;
    };
    change.old_side = side(old_, a);
    change.new_side = side(new_, b);
    change.origin_changed = OriginChanged(a, b);
    if (b.value.size() > 1) change.context = b.shown.zh;
    if (change.old_side->unit == change.new_side->unit) {
      const Rational before = *change.old_side->number;
      change.absolute = *change.new_side->number - before;
      if (!before.is_zero()) change.relative = *change.absolute / (before.sign() < 0 ? -before : before);
    }
    SetAffected(change);
  }

  static std::string NumberText(const Piece& number) {
    if (number.percent) return (number.value * Rational(100)).ToString() + "%";
    return number.text;
  }
  static std::string TextOf(const graph::Graph& graph, const Piece& number) {
    return Shown(*graph.model->tree, number.span);
  }

  void CompareAll(const std::vector<Item>& olds, const std::vector<Item>& news) {
    for (const std::string& kind : KindsOf(olds, news)) {
      const std::vector<Item> mine = OfKind(olds, kind);
      const std::vector<Item> theirs = OfKind(news, kind);
      const Pairs pairs = Match(mine, theirs);
      for (const auto& [o, n] : pairs) {
        if (o < 0) Whole(What::kAdded, theirs[static_cast<size_t>(n)]);
        if (n < 0) Whole(What::kRemoved, mine[static_cast<size_t>(o)]);
        if (o >= 0 && n >= 0) Compare(mine[static_cast<size_t>(o)], theirs[static_cast<size_t>(n)]);
      }
      CompareOrder(kind, mine, theirs, pairs);
    }
  }

  void CompareOrder(const std::string& kind, const std::vector<Item>& olds, const std::vector<Item>& news,
                    const Pairs& pairs) {
    if (path_.empty() || news.empty() || !news.front().ordered) return;
    std::vector<int> positions;
    for (const auto& [o, n] : pairs) {
      if (o >= 0 && n >= 0) positions.push_back(o);
    }
    if (std::is_sorted(positions.begin(), positions.end())) return;
    const auto names = [](const std::vector<Item>& items) {
      std::string out;
      for (const Item& item : items) out += (out.empty() ? "" : " → ") + item.name;
      return Bilingual(out);
    };
    Change& change = Add(What::kReordered, kind);
    change.old_side = Side{names(olds), {}, "", {}, "", "", {}};
    change.new_side = Side{names(news), {}, "", {}, "", "", {}};
    Locate(old_, olds.front().span, *change.old_side);
    Locate(new_, news.front().span, *change.new_side);
    SetAffected(change);
  }

  static std::vector<std::string> KindsOf(const std::vector<Item>& olds, const std::vector<Item>& news) {
    std::vector<std::string> kinds;
    for (const auto* items : {&news, &olds}) {
      for (const Item& item : *items) {
        if (std::find(kinds.begin(), kinds.end(), item.kind) == kinds.end()) kinds.push_back(item.kind);
      }
    }
    return kinds;
  }
  static std::vector<Item> OfKind(const std::vector<Item>& items, const std::string& kind) {
    std::vector<Item> out;
    std::copy_if(items.begin(), items.end(), std::back_inserter(out), [&](const Item& i) { return i.kind == kind; });
    return out;
  }

  const graph::Graph& old_;
  const graph::Graph& new_;
  const Dependence old_reach_;
  const Dependence new_reach_;
  Renames renames_;
  std::vector<const Item*> path_;                          // the declaration, and the parts on the way
  std::set<std::pair<std::string, std::string>> origins_;  // changes of marks that were said of something around
  std::vector<Change> changes_;
};

VersionName NameOf(const graph::Graph& graph) {
  const syntax::PolicyDecl& policy = graph.model->policy;
  return {policy.id, policy.title, policy.version, graph.model->tree->source->path(), graph.digest};
}

}  // namespace

Difference Diff(const graph::Graph* old_policy, const graph::Graph* new_policy) {
  Difference out;
  if (old_policy != nullptr) out.old_version = NameOf(*old_policy);
  if (new_policy != nullptr) out.new_version = NameOf(*new_policy);
  if (old_policy == nullptr || new_policy == nullptr) return out;
  out.changes = Comparer(*old_policy, *new_policy).Run();
  std::set<std::string> all;
  for (const Change& change : out.changes) all.insert(change.affects.begin(), change.affects.end());
  out.affects = Dependence(*new_policy).InOrder(all);
  // What is published no longer stands behind what is.
  for (const std::string& name : Dependence(*old_policy).InOrder(all)) {
    if (std::find(out.affects.begin(), out.affects.end(), name) == out.affects.end()) out.affects.push_back(name);
  }
  return out;
}

}  // namespace heng::diff
