// Everything that makes one value of many: folds over rows, periods, subjects and peers, ranks, shares of a pool, windows.
#include "tests/fuzz/expression_writer.h"

namespace heng::tests {
namespace {

std::string PeriodWord(PeriodKind kind) { return PeriodNoun(kind).zh; }

}  // namespace

std::optional<ExpressionWriter::Fold> ExpressionWriter::AnyFold(const Place& at) {
  std::vector<Fold> folds;
  const bool rows_here = world_[at.sort].kind == Sort::Kind::kRows;
  for (size_t i = 0; i < world_.sorts.size(); ++i) {
    const Sort& sort = world_[i];
    if (sort.kind == Sort::Kind::kRows && sort.parent == at.sort && (rows_here || at.period != PeriodKind::kOnce)) {
      const PeriodKind period = sort.period;
      if (period == at.period || rows_here || period == PeriodKind::kDay) {
        folds.push_back({{i, period}, "", true, false, period != at.period && !rows_here});
      } else if (period < at.period) {
        folds.push_back({{i, period}, "", true, false, true});
      }
    }
    const bool subject = sort.kind == Sort::Kind::kSubject;
    if (subject && i != at.sort &&
        (at.sort == kWhole || (i == kProject && world_[at.sort].kind == Sort::Kind::kSubject)))
      folds.push_back({{i, at.period}});
  }
  if (!rows_here && at.period != PeriodKind::kOnce) {
    for (const PeriodKind period : {PeriodKind::kMonth, PeriodKind::kQuarter}) {
      if (period < at.period) folds.push_back({{at.sort, period}, "", false, true});
    }
  }
  if (world_[at.sort].kind == Sort::Kind::kSubject && at.period != PeriodKind::kOnce) folds.push_back({at, Among(at)});
  if (folds.empty()) return std::nullopt;
  return random_.OneOf(folds);
}

std::string ExpressionWriter::Among(const Place& at) {
  std::vector<std::string> keys = {"全体"};
  for (const Named& named : world_.names) {
    const bool here = named.place == at || named.place == Place{at.sort, PeriodKind::kOnce};
    if (named.kind == Kind::kEnum && here && !named.optional) keys.push_back(named.name);
  }
  const std::string key = random_.OneOf(keys);
  std::string out = " 在 " + key + " 内";
  if (random_.OneIn(3) && key != "全体") out += " 至少 " + std::to_string(1 + random_.Below(3)) + " 个 否则 全体";
  return out;
}

const Named* ExpressionWriter::NameAt(const Place& source, Kind kind, const std::string& unit) {
  const std::vector<const Named*> names = Readable(kind, unit, source, true);
  return names.empty() ? nullptr : random_.OneOf(names);
}

std::string ExpressionWriter::Spelled(const Named& named) const {
  const Sort& sort = world_[named.place.sort];
  return sort.kind == Sort::Kind::kRows ? sort.name + "." + named.name : named.name;
}

std::string ExpressionWriter::SpelledPresent(const Named& named) {
  if (!named.optional) return Spelled(named);
  return "(" + Spelled(named) + " 缺按 " + Literal(named.unit, named.low, named.high).text + ")";
}

std::string ExpressionWriter::FoldedCondition(const Place& source) {
  const bool in_rows = world_[source.sort].kind == Sort::Kind::kRows;
  std::vector<const Named*> names;
  for (const Named& named : world_.names) {
    if (named.place == source && !named.optional && named.kind != Kind::kText && named.kind != Kind::kSubject)
      names.push_back(&named);
  }
  if (names.empty()) return "";
  const Named& named = *random_.OneOf(names);
  const std::string name = in_rows ? Spelled(named) : named.name;
  switch (named.kind) {
    case Kind::kBool: return random_.OneIn(2) ? name : "非 " + name;
    case Kind::kDate: return name + " 晚于 2024-05-01";
    case Kind::kEnum: return name + " = " + random_.OneOf(world_.enumerations[named.enumeration].values);
    default: {
      const Written value{name, named.low, named.high, true, true};
      return name + (random_.OneIn(2) ? " ≥ " : " 不满 ") + Text(Cuts(value, 2)[0], named.unit);
    }
  }
}

std::string ExpressionWriter::Where(const Fold& fold) {
  if (!random_.OneIn(3)) return "";
  inside_ = true;
  std::string out = " 其中 " + Condition(fold.source, 1).text;
  inside_ = false;
  return out;
}

std::string ExpressionWriter::Distinct(const Fold& fold) {
  if (!fold.rows || !random_.OneIn(3)) return "";
  for (const Kind kind : {Kind::kText, Kind::kEnum, Kind::kDate}) {
    for (const Named& named : world_.names) {
      if (named.kind == kind && named.place == fold.source && !named.optional) return " 去重 " + named.name;
    }
  }
  return "";
}

std::optional<Written> ExpressionWriter::Aggregation(const std::string& unit, const Place& at, size_t depth) {
  if (inside_) return std::nullopt;
  if (random_.OneIn(5)) return Window(unit, at);
  if (unit == "%" && random_.OneIn(3)) return Rank(unit, at);
  const std::optional<Fold> fold = AnyFold(at);
  if (!fold) return std::nullopt;
  const Named* named = NameAt(fold->source, Kind::kNumber, unit);
  if (named == nullptr) return std::nullopt;
  std::string value = SpelledPresent(*named);
  inside_ = true;
  if (random_.OneIn(4))
    value += " × " + std::to_string(1 + random_.Below(3));
  else if (depth > 1 && random_.OneIn(4))
    value += " + " + Tight(Number(unit, fold->source, 1));
  inside_ = false;
  const bool plain = value == named->name;
  const std::string where = Where(*fold);
  const bool dated = fold->rows && world_[fold->source.sort].period == PeriodKind::kDay;
  const size_t choice = random_.Below(fold->both ? 5 : 8);
  const bool averages = choice >= 5;
  std::string clauses = where;
  if (choice < 6) clauses += Distinct(*fold);
  clauses += fold->within;
  bool missing = false;
  if (fold->periods && plain && named->role == Named::Role::kFact && random_.OneIn(4)) {
    clauses += random_.OneIn(2) ? " 缺期不计" : " 缺期按 " + Text(0, unit);
    missing = true;
    world_.may_miss_periods = world_.may_miss_periods || fold->source == Place{kProject, PeriodKind::kMonth};
  }
  std::string text;
  switch (choice) {
    case 0:
    case 1: return Written{"合计(" + value + clauses + ")", {}, {}, named->finite, true};
    case 2: text = "最高(" + value + clauses + ")"; break;
    case 3: text = "最低(" + value + clauses + ")"; break;
    case 4:
      if (dated) {
        text = (random_.OneIn(2) ? "最近(" : "最早(") + value + where + (random_.OneIn(3) ? ", 2)" : ")");
        break;
      }
      text = "加权平均(" + value + clauses + ", (" + value + " 保底 " + Text(random_.OneIn(4) ? 0 : 1, unit) + "))";
      break;
    case 5: text = "平均(" + value + clauses + ")"; break;
    case 6: text = "中位数(" + value + clauses + ")"; break;
    default: text = "去极值平均(" + value + clauses + ", " + std::to_string(1 + random_.Below(2)) + ")"; break;
  }
  const bool present = fold->periods && where.empty() && !missing && choice != 4 && choice != 7;
  if (!present || random_.OneIn(3)) text = "(" + text + " 缺按 " + Literal(unit, named->low, named->high).text + ")";
  return Written{text, {}, {}, named->finite && !averages && (choice != 4 || dated), true};
}

std::optional<Written> ExpressionWriter::Count(const std::string& unit, const Place& at) {
  if (inside_) return std::nullopt;
  for (int tries = 0; tries < 6; ++tries) {
    const std::optional<Fold> fold = AnyFold(at);
    if (!fold) return std::nullopt;
    if (unit != (fold->rows ? "条" : fold->periods ? "次" : "个")) continue;
    std::string text;
    if (fold->rows || (fold->within.empty() && !fold->periods && random_.OneIn(2))) {
      text = world_[fold->source.sort].name + Where(*fold) + Distinct(*fold);
    } else {
      text = FoldedCondition(fold->source);
      if (text.empty()) continue;
      text += fold->within;
    }
    return Written{"计数(" + text + ")", Rational(0), {}, true, true};
  }
  return std::nullopt;
}

std::string ExpressionWriter::Ties(const Place& at) {
  static const std::vector<std::string> kRules = {" 名次顺延", " 并列不占位", " 并列从低", " 并列均分", ""};
  if (!random_.OneIn(5)) return random_.OneOf(kRules);
  inside_ = true;
  std::string out = " 不并列 按 " + Tight(Leaf(AnyUnit(at), at));
  if (random_.OneIn(2)) out += " 由低到高";
  if (random_.OneIn(2)) out += " 按 " + Tight(Leaf(AnyUnit(at), at));
  inside_ = false;
  return out;
}

std::optional<Written> ExpressionWriter::Rank(const std::string& unit, const Place& at) {
  if (inside_ || world_[at.sort].kind != Sort::Kind::kSubject || at.period == PeriodKind::kOnce) return std::nullopt;
  inside_ = true;
  std::string text = Number(AnyUnit(at), at, 1).text;
  inside_ = false;
  if (random_.OneIn(3)) text += " 由低到高";
  const std::string where = Where({at});
  text += where + Among(at) + Ties(at);
  text = (unit == "%" ? "位次(" : "名次(") + text + ")";
  if (!where.empty()) text = "(" + text + " 缺按 " + (unit == "%" ? "100%" : "99 名") + ")";
  return Written{text, Rational(0), {}, unit != "%", true};
}

std::optional<Written> ExpressionWriter::ShareOut(const std::string& unit, const Place& at) {
  if (inside_ || world_[at.sort].kind != Sort::Kind::kSubject || at.period == PeriodKind::kOnce) return std::nullopt;
  const std::string other = AnyUnit(at);
  inside_ = true;
  const Written weight = Number(other, at, 1);
  inside_ = false;
  std::string pool = Literal(unit).text;
  for (const Named& named : world_.names) {
    if (named.place.sort == kWhole && named.unit == unit && !named.optional && IsReadable(named, at) &&
        random_.OneIn(2))
      pool = named.name;
  }
  const Rational step = random_.OneIn(2) ? Rational(1, 100) : Rational(1);
  return Written{"分摊(" + pool + ", (" + weight.text + " 保底 " + Text(0, other) + "), " + Text(step, unit) + ")",
                 {},
                 {},
                 false,
                 true};
}

std::optional<Written> ExpressionWriter::Window(const std::string& unit, const Place& at) {
  if (inside_ || at.period == PeriodKind::kOnce || world_[at.sort].kind == Sort::Kind::kRows) return std::nullopt;
  std::vector<const Named*> names;
  for (const Named& named : world_.names) {
    if (named.kind != Kind::kNumber || named.unit != unit) continue;
    const bool recorded = named.place == at && (named.role == Named::Role::kFact || named.published);
    const bool dated = named.role == Named::Role::kRowField && world_[named.place.sort].period == PeriodKind::kDay &&
                       world_[named.place.sort].parent == at.sort;
    if (recorded || dated) names.push_back(&named);
  }
  if (names.empty()) return std::nullopt;
  const Named& named = *random_.OneOf(names);
  const bool rows = world_[named.place.sort].kind == Sort::Kind::kRows;
  world_.reads_past = true;
  static const std::vector<std::string> kFunctions = {"合计", "最高", "最低", "平均"};
  const std::string function = kFunctions[random_.Below(rows ? 3 : 4)];
  const std::string span = random_.OneIn(6) && rows ? " 至今"
                                                    : " 近 " + std::to_string(2 + random_.Below(2)) + " " +
                                                          (random_.OneIn(2) ? "期" : PeriodWord(at.period));
  std::string text = function + "(" + SpelledPresent(named) + span + ")";
  if (function != "合计") text = "(" + text + " 缺按 " + Literal(unit, named.low, named.high).text + ")";
  return Written{text, {}, {}, named.finite && function != "平均", true};
}

std::optional<Written> ExpressionWriter::Quantifier(const Place& at) {
  const std::optional<Fold> fold = AnyFold(at);
  if (!fold) return std::nullopt;
  const std::string condition = FoldedCondition(fold->source);
  if (condition.empty()) return std::nullopt;
  const std::string inner = "(" + condition + Where(*fold) + fold->within + ")";
  if (random_.OneIn(2)) return Written{"任一" + inner, {}, {}, true, true};
  return Written{"(全部" + inner + " 缺按 " + (random_.OneIn(2) ? "是" : "否") + ")", {}, {}, true, true};
}

}  // namespace heng::tests
