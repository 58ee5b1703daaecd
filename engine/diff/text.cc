// A difference for people: one line a change, grouped by kind of declaration, to be read aloud.
#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "engine/diff/diff.h"

namespace heng::diff {
namespace {

struct WordPair {
  std::string_view word;
  Bilingual text;
};
const WordPair kWords[] = {
#define WORD(word, zh, en) {#word, {zh, en}},
#include "engine/diff/words.def"
#undef WORD
};

class Writer {
 public:
  explicit Writer(Language language) : language_(language), zh_(language == Language::kChinese) {}

  std::string Write(const std::vector<Difference>& differences) {
    for (const Difference& difference : differences) Write(difference);
    return std::move(out_);
  }

 private:
  std::string Say(std::string_view zh, std::string_view en) const { return std::string(zh_ ? zh : en); }

  std::string WordFor(const std::string& word) const {
    for (const WordPair& pair : kWords) {
      if (pair.word == word) return pair.text.In(language_);
    }
    return word;
  }

  std::string List(const std::vector<std::string>& names) const {
    return fmt::format("{}", fmt::join(names, zh_ ? "、" : ", "));
  }

  void Write(const Difference& difference) {
    if (!out_.empty()) out_ += "\n";
    if (!difference.old_version || !difference.new_version) {
      const bool added = !difference.old_version;
      const VersionName& only = added ? *difference.new_version : *difference.old_version;
      out_ += fmt::format(
          "{} {} {}{}\n", only.id, Say("版本", "version"), only.version,
          added ? Say("：旧的一边没有", ": not in the old folder") : Say("：新的一边没有", ": not in the new folder"));
      return;
    }
    const VersionName& before = *difference.old_version;
    const VersionName& after = *difference.new_version;
    out_ += fmt::format("{}{}{} {} → {}\n", after.id, after.title.empty() ? "" : " ", after.title, before.version,
                        after.version);
    if (difference.changes.empty()) {
      out_ += Say(
          "没有差别：两版的规范形式相同（版式、注释、关键词的语言、没有意义的次序不算）\n",
          "no difference: the canonical forms are equal (layout, comments, keywords and order without meaning apart)\n");
      return;
    }
    out_ += zh_ ? fmt::format("{} 处差别", difference.changes.size())
                : fmt::format("{} difference{}", difference.changes.size(), difference.changes.size() == 1 ? "" : "s");
    if (!difference.affects.empty()) out_ += Say("；受影响的结果：", "; affected results: ") + List(difference.affects);
    out_ += "\n";
    std::string kind;
    for (const Change& change : difference.changes) {
      if (change.kind != kind) out_ += "\n" + WordFor(change.kind) + "\n";
      kind = change.kind;
      Write(change, difference);
    }
  }

  // `月度成绩，接诉即办，权重`
  std::string Where(const Change& change) const {
    const std::string comma = Say("，", ", ");
    std::string out = change.kind == "policy" ? "" : change.declaration;
    const auto add = [&](const std::string& text) { out += (out.empty() ? "" : comma) + text; };
    constexpr std::string_view kNamed[] = {"criterion", "adjustment", "cell"};
    for (const Within& part : change.within) {
      const bool named = std::find(std::begin(kNamed), std::end(kNamed), part.kind) != std::end(kNamed);
      add(part.name.empty() ? WordFor(part.kind) : named ? part.name : WordFor(part.kind) + " " + part.name);
    }
    const bool criterion = !change.within.empty() && change.within.back().kind == "criterion";
    const bool plain = change.aspect.empty() || change.aspect == "name" || (change.aspect == "value" && !criterion) ||
                       change.what == What::kReordered;
    const bool twice = !change.within.empty() && change.within.back().kind == change.aspect;
    if (!plain && !twice) add(WordFor(change.aspect));
    return out;
  }

  static std::string Signed(const Rational& value) { return (value.sign() > 0 ? "+" : "") + Shortened(value); }
  static std::string Shortened(const Rational& value) {
    return value.decimal_places() ? value.ToString()
                                  : value.RoundTo(Rational(1, 10000), Rounding::kHalfToEven).ToString();
  }

  std::string Amount(const Change& change) const {
    if (!change.absolute) return "";
    const std::string& unit = change.new_side->unit;
    std::string out = Signed(*change.absolute);
    if (unit == "%") {
      out += Say(" 个百分点", " percentage points");
    } else if (!unit.empty()) {
      out += " " + unit;
    }
    if (change.relative) {
      const Rational percent = (*change.relative * Rational(100)).RoundTo(Rational(1, 10), Rounding::kHalfAwayFromZero);
      out += Say("，", ", ") + Signed(percent) + "%";
    }
    return Say("（", " (") + out + Say("）", ")");
  }

  std::string Provenance(const Change& change) const {
    const auto of = [&](const std::optional<Side>& side) {
      if (!side) return std::string();
      const std::string text = side->provenance.In(language_);
      return text.empty() ? Say("未注明", "unmarked") : text;
    };
    if (change.origin_changed && change.aspect != "provenance") {
      return Say("；来由：", "; provenance: ") + of(change.old_side) + " → " + of(change.new_side);
    }
    const std::optional<Side>& side = change.new_side ? change.new_side : change.old_side;
    const bool value =
        change.what != What::kRenamed && change.what != What::kReordered && change.aspect != "provenance";
    if (!value || !side || side->provenance.zh.empty()) return "";
    // Another one that no change says here was said of the whole.
    const bool said =
        change.old_side && change.new_side && !(change.old_side->provenance == change.new_side->provenance);
    if (said && !change.origin_changed) return "";
    return Say("；", "; ") + side->provenance.In(language_);
  }

  void Write(const Change& change, const Difference& difference) {
    const std::string colon = Say("：", ": ");
    const auto text = [&](const std::optional<Side>& side) { return side ? side->text.In(language_) : ""; };
    std::string line = Where(change);
    switch (change.what) {
      case What::kAdded:
      case What::kRemoved: {
        const bool added = change.what == What::kAdded;
        const std::string verb = change.kind == "result" && change.within.empty()
                                     ? (added ? Say("发布", "published") : Say("不再发布", "no longer published"))
                                     : (added ? Say("新增", "added") : Say("删去", "removed"));
        line = verb + (line.empty() ? "" : " " + line);
        const std::string value = text(added ? change.new_side : change.old_side);
        if (!value.empty()) line += colon + value;
        break;
      }
      case What::kRenamed:
        line += colon + (change.kind == "check" || change.kind == "guarantee"
                             ? Say("文字改了，原为“", "new wording, formerly '") + text(change.old_side) + Say("”", "'")
                             : Say("改名，原名 ", "renamed, formerly ") + text(change.old_side));
        break;
      case What::kReordered:
        line += colon + Say("次序由 ", "order was ") + text(change.old_side) + Say(" 改为 ", ", is now ") +
                text(change.new_side);
        break;
      case What::kChanged: {
        const bool provenance = change.aspect == "provenance";
        const auto side = [&](const std::optional<Side>& of) {
          if (!provenance) return text(of);
          const std::string mark = of->provenance.In(language_);
          return mark.empty() ? Say("未注明", "unmarked") : mark;
        };
        if (change.kind == "example") {
          line = change.declaration + colon + Say("有改动", "changed");
          break;
        }
        line += (line.empty() ? "" : colon) + side(change.old_side) + " → " + side(change.new_side) + Amount(change);
      }
    }
    if (!change.context.empty() && change.aspect != "range")
      line += Say("，见“", ", in '") + change.context + Say("”", "'");
    line += Provenance(change) + Elsewhere(change, difference);
    out_ += "  " + line + "\n";
    if (!change.affects.empty()) out_ += "      " + Say("受影响的结果：", "affects: ") + List(change.affects) + "\n";
  }

  // Where it is, if not in the policy itself: in a module, or in a CSV beside it.
  std::string Elsewhere(const Change& change, const Difference& difference) const {
    const bool is_new = change.new_side.has_value();
    const Side& side = is_new ? *change.new_side : *change.old_side;
    const VersionName& version = is_new ? *difference.new_version : *difference.old_version;
    if (side.file.empty() || side.file == version.file) return "";
    return fmt::format("{}{}:{}{}", Say("（", " ("), side.file, side.place.line, Say("）", ")"));
  }

  Language language_;
  bool zh_;
  std::string out_;
};

}  // namespace

std::string RenderText(const std::vector<Difference>& differences, Language language) {
  return Writer(language).Write(differences);
}

}  // namespace heng::diff
