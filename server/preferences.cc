#include "server/preferences.h"

#include <algorithm>
#include <cctype>

#include "engine/base/rational.h"
#include "engine/base/text.h"

namespace heng::server {
namespace {

constexpr int kWhole = 1000;

// `;q=0.8` as 800; 1000 if there is none, 0 if it is not well written.
int WeightOf(std::string_view parameters) {
  const size_t q = parameters.find("q=");
  if (q == std::string_view::npos) return kWhole;
  const auto weight = ParseDecimal(Trim(parameters.substr(q + 2)));
  if (!weight) return 0;
  return static_cast<int>((weight->value * kWhole).RoundTo(1, Rounding::kDown).ToInt64().value_or(0));
}

// How exactly the range names the type: 3 `text/csv`, 2 `text/*`, 1 `*/*`, 0 not at all.
int Exactness(std::string_view range, std::string_view type) {
  if (range == type) return 3;
  if (range == "*/*") return 1;
  return range.ends_with("/*") && type.starts_with(range.substr(0, range.size() - 1)) ? 2 : 0;
}

}  // namespace

std::vector<Preference> ReadPreferences(std::string_view header) {
  std::vector<Preference> out;
  while (!header.empty()) {
    const size_t end = std::min(header.find(','), header.size());
    const std::string_view item = Trim(header.substr(0, end));
    header.remove_prefix(std::min(end + 1, header.size()));
    const size_t semicolon = std::min(item.find(';'), item.size());
    std::string lower(item);
    std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
    const int weight = WeightOf(std::string_view(lower).substr(semicolon));
    lower.resize(semicolon);
    lower = Trim(lower);
    if (!lower.empty()) out.push_back({std::move(lower), weight});
  }
  return out;
}

std::optional<size_t> PreferredType(std::string_view accept, std::span<const std::string_view> offered) {
  const std::vector<Preference> wanted = ReadPreferences(accept);
  if (wanted.empty()) return 0;
  std::optional<size_t> best;
  int best_weight = 0;
  size_t best_at = 0;
  for (size_t i = 0; i < offered.size(); ++i) {
    int exactness = 0;
    size_t at = 0;
    for (size_t k = 0; k < wanted.size(); ++k) {
      const int how = Exactness(wanted[k].name, offered[i]);
      if (how <= exactness) continue;
      exactness = how;
      at = k;
    }
    if (exactness == 0) continue;
    const int weight = wanted[at].weight;
    if (weight < best_weight || weight == 0 || (weight == best_weight && at >= best_at)) continue;
    best = i;
    best_weight = weight;
    best_at = at;
  }
  return best;
}

bool TakesCoding(std::string_view accept_encoding, std::string_view coding) {
  int weight = 0;
  for (const Preference& one : ReadPreferences(accept_encoding)) {
    if (one.name == coding) return one.weight > 0;
    if (one.name == "*") weight = one.weight;
  }
  return weight > 0;
}

}  // namespace heng::server
