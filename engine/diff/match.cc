#include "engine/diff/match.h"

#include <algorithm>
#include <map>
#include <optional>

namespace heng::diff {
namespace {

// More pairs than these are not weighed one by one: then only what is equal is found again.
constexpr size_t kMostPairs = 40000;

// The names, numbers and texts in it, not what nearly everything has.
void AddWords(const Item& item, std::map<std::string, int>& words) {
  constexpr std::string_view kCommon[] = {"period", "type", "unit", "place", "optional", "places", "direction"};
  if (std::find(std::begin(kCommon), std::end(kCommon), item.kind) != std::end(kCommon)) return;
  for (const Piece& piece : item.value) {
    if (!piece.text.starts_with('(') && piece.text != ")") ++words[piece.text];
  }
  for (const Item& child : item.children) {
    if (!child.nameless && !child.id.empty()) ++words[child.kind + " " + child.id];
    AddWords(child, words);
  }
}

// Of facts and parameters many look the same: one that goes and one that comes are the same only if they share a code, or are used alike.
bool IsPlain(const Item& item) {
  return item.kind == "field" || item.kind == "parameter" || item.kind == "imported" ||
         item.kind == "unit_of_its_own" || item.kind == "result";
}

// How alike two things are: the share of the words that both have (Dice).
double Likeness(const std::map<std::string, int>& a, const std::map<std::string, int>& b) {
  int common = 0;
  int all = 0;
  for (const auto& [word, count] : a) {
    all += count;
    const auto found = b.find(word);
    if (found != b.end()) common += std::min(count, found->second);
  }
  for (const auto& [word, count] : b) all += count;
  return all == 0 ? 0 : 2.0 * common / all;
}

const Item* ChildOf(const Item& item, const std::string& kind) {
  for (const Item& child : item.children) {
    if (child.kind == kind) return &child;
  }
  return nullptr;
}

bool SameCode(const Item& a, const Item& b) {
  const Item* x = ChildOf(a, "code");
  const Item* y = ChildOf(b, "code");
  return x != nullptr && y != nullptr && x->value == y->value;
}

bool SameType(const Item& a, const Item& b) {
  const auto same = [](const Item* x, const Item* y) {
    return (x == nullptr) == (y == nullptr) && (x == nullptr || x->value == y->value);
  };
  return same(ChildOf(a, "type"), ChildOf(b, "type")) && same(ChildOf(a, "unit"), ChildOf(b, "unit"));
}

class Matcher {
 public:
  Matcher(const std::vector<Item>& old_items, const std::vector<Item>& new_items)
      : old_(old_items), new_(new_items), to_new_(old_.size(), -1), to_old_(new_.size(), -1) {}

  Pairs Run() {
    ByText([](const Item& i) { return i.nameless ? i.kind + "\n" + Content(i) : ""; });
    ByText([](const Item& i) { return i.kind + "\n" + i.id; });
    ByText([](const Item& i) {
      const bool bare = i.value.empty() && i.children.empty();
      return bare || IsPlain(i) ? "" : i.kind + "\n" + Content(i);
    });
    ByLikeness();
    Pairs pairs;
    int behind = -1;  // the last old position that was passed
    const auto removed = [&](int end) {
      for (int i = behind + 1; i < end; ++i) {
        if (to_new_[static_cast<size_t>(i)] < 0) pairs.emplace_back(i, -1);
      }
      behind = std::max(behind, end);
    };
    for (size_t n = 0; n < new_.size(); ++n) {
      if (to_old_[n] >= 0) removed(to_old_[n]);
      pairs.emplace_back(to_old_[n], static_cast<int>(n));
    }
    removed(static_cast<int>(old_.size()));
    return pairs;
  }

 private:
  void Pair(size_t o, size_t n) {
    to_new_[o] = static_cast<int>(n);
    to_old_[n] = static_cast<int>(o);
  }

  // Pairs what has the same text; of several the first with the first. An empty text is none.
  template <typename TextOf>
  void ByText(const TextOf& text_of) {
    std::multimap<std::string, size_t> free;
    for (size_t n = 0; n < new_.size(); ++n) {
      if (to_old_[n] < 0) free.emplace(text_of(new_[n]), n);
    }
    for (size_t o = 0; o < old_.size() && !free.empty(); ++o) {
      if (to_new_[o] >= 0) continue;
      const std::string text = text_of(old_[o]);
      const auto found = text.empty() ? free.end() : free.lower_bound(text);
      if (found == free.end() || found->first != text) continue;
      Pair(o, found->second);
      free.erase(found);
    }
  }

  void ByLikeness() {
    std::vector<size_t> olds;
    std::vector<size_t> news;
    for (size_t o = 0; o < old_.size(); ++o) {
      if (to_new_[o] < 0) olds.push_back(o);
    }
    for (size_t n = 0; n < new_.size(); ++n) {
      if (to_old_[n] < 0) news.push_back(n);
    }
    if (olds.size() * news.size() > kMostPairs) return;
    std::vector<std::map<std::string, int>> words(news.size());
    for (size_t n = 0; n < news.size(); ++n) AddWords(new_[news[n]], words[n]);
    struct Candidate {
      double likeness;
      size_t o, n;
    };
    std::vector<Candidate> candidates;
    for (const size_t o : olds) {
      std::map<std::string, int> mine;
      AddWords(old_[o], mine);
      for (size_t n = 0; n < news.size(); ++n) {
        const Item& other = new_[news[n]];
        if (other.kind != old_[o].kind) continue;
        // What has a name is another thing unless much of it is the same.
        const double least = old_[o].nameless ? 0.3 : 0.6;
        double likeness = IsPlain(other) ? 0 : Likeness(mine, words[n]);
        if (SameCode(old_[o], other)) likeness = 2;
        if (old_[o].nameless && SameShape(old_[o].value, other.value) && !old_[o].value.empty()) likeness += 0.3;
        if (likeness >= least) candidates.push_back({likeness, o, news[n]});
      }
    }
    std::stable_sort(candidates.begin(), candidates.end(),
                     [](const Candidate& a, const Candidate& b) { return a.likeness > b.likeness; });
    for (const Candidate& candidate : candidates) {
      if (to_new_[candidate.o] < 0 && to_old_[candidate.n] < 0) Pair(candidate.o, candidate.n);
    }
  }

  const std::vector<Item>& old_;
  const std::vector<Item>& new_;
  std::vector<int> to_new_;
  std::vector<int> to_old_;
};

// The first pair of things that expressions refer to and whose names differ.
std::optional<std::pair<std::string, std::string>> FirstRename(const std::vector<Item>& old_items,
                                                               const std::vector<Item>& new_items) {
  for (const auto& [o, n] : Match(old_items, new_items)) {
    if (o < 0 || n < 0) continue;
    const Item& a = old_items[static_cast<size_t>(o)];
    const Item& b = new_items[static_cast<size_t>(n)];
    if (!a.reference.empty() && a.id != b.id) return std::pair(a.reference, b.reference);
    if (const auto inside = FirstRename(a.children, b.children)) return inside;
  }
  return std::nullopt;
}

size_t CountEqual(const std::vector<Item>& old_items, const std::vector<Item>& new_items) {
  std::map<std::string, std::string> contents;
  for (const Item& item : new_items) contents[item.kind + "\n" + item.id] = Content(item);
  return static_cast<size_t>(std::count_if(old_items.begin(), old_items.end(), [&](const Item& item) {
    if (item.kind == "result") return false;  // that both are published says nothing
    const auto found = contents.find(item.kind + "\n" + item.id);
    return found != contents.end() && found->second == Content(item);
  }));
}

// Values of a list and columns of a table have no content of their own: one that goes and one that comes in its place are the same
// under another name.
void FindInPlace(const std::vector<Item>& old_items, const std::vector<Item>& new_items, Renames& renames) {
  const auto of_kind = [](const Item& item, std::string_view kind) {
    std::vector<const Item*> found;
    for (const Item& child : item.children) {
      if (child.kind == kind) found.push_back(&child);
    }
    return found;
  };
  for (const auto& [o, n] : Match(old_items, new_items)) {
    if (o < 0 || n < 0) continue;
    for (const std::string_view kind : {"option", "state", "result_column"}) {
      const auto a = of_kind(old_items[static_cast<size_t>(o)], kind);
      const auto b = of_kind(new_items[static_cast<size_t>(n)], kind);
      if (a.size() != b.size()) continue;
      std::vector<size_t> differing;
      for (size_t i = 0; i < a.size(); ++i) {
        if (a[i]->id != b[i]->id) differing.push_back(i);
      }
      if (differing.size() == 1) renames.emplace(a[differing[0]]->reference, b[differing[0]]->reference);
    }
  }
}

}  // namespace

Pairs Match(const std::vector<Item>& old_items, const std::vector<Item>& new_items) {
  return Matcher(old_items, new_items).Run();
}

Renames FindRenames(const graph::Graph& old_policy, const std::vector<Item>& new_items) {
  Renames renames;
  FindInPlace(OutlineOf(old_policy, renames), new_items, renames);
  std::vector<Item> old_items = OutlineOf(old_policy, renames);
  // Each round finds one at least, or is the last.
  for (auto found = FirstRename(old_items, new_items); found; found = FirstRename(old_items, new_items)) {
    if (!renames.emplace(*found).second) break;
    old_items = OutlineOf(old_policy, renames);
  }
  // A name that is used as another was: with it, what uses it becomes equal.
  const size_t limit = 64;
  size_t tried = 0;
  const auto unmatched = Match(old_items, new_items);
  for (const auto& [o, none] : unmatched) {
    if (none >= 0) continue;
    const Item gone = old_items[static_cast<size_t>(o)];
    for (const auto& [nothing, n] : unmatched) {
      if (nothing >= 0 || gone.reference.empty()) continue;
      const Item& come = new_items[static_cast<size_t>(n)];
      const bool taken =
          std::any_of(renames.begin(), renames.end(), [&](const auto& r) { return r.second == come.reference; });
      if (come.kind != gone.kind || !SameType(gone, come) || taken || ++tried > limit) continue;
      Renames with = renames;
      with.emplace(gone.reference, come.reference);
      std::vector<Item> tentative = OutlineOf(old_policy, with);
      if (CountEqual(tentative, new_items) <= CountEqual(old_items, new_items)) continue;
      renames = std::move(with);
      break;
    }
  }
  return renames;
}

}  // namespace heng::diff
