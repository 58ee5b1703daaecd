// What is decided: formulas, scores, grades, tables, results, guarantees, and an example.
#include <map>

#include "tests/fuzz/policy_writer.h"

namespace heng::tests {

Place PolicyWriter::AnyPlace() {
  Place place{kProject, random_.OneIn(2) ? PeriodKind::kMonth : world_.settled};
  if (random_.OneIn(8)) place = {kWhole, world_.settled};
  if (random_.OneIn(6) && world_.sorts.size() > 2 && world_[2].kind == Sort::Kind::kSubject)
    place = {2, world_.settled};
  return place;
}

void PolicyWriter::Definition() {
  const Place at = AnyPlace();
  const bool whole = at.sort == kWhole;
  switch (random_.Below(12)) {
    case 0:
    case 1: return whole ? Formula(at) : Score(at);
    case 2:
    case 3: return whole ? Formula(at) : Grade(at);
    case 4: return whole ? Formula(at) : Table(at);
    case 5: return RowDefinition();
    case 6: return KeyedFormula(at);
    default: return Formula(at);
  }
}

void PolicyWriter::Formula(const Place& at) {
  static const std::vector<Kind> kKinds = {Kind::kNumber, Kind::kNumber, Kind::kNumber, Kind::kNumber, Kind::kNumber,
                                           Kind::kBool,   Kind::kEnum,   Kind::kDate,   Kind::kText};
  FormulaOfKind(at, random_.OneOf(kKinds));
}

void PolicyWriter::FormulaOfKind(const Place& at, Kind kind) {
  static const std::vector<std::string> kSpecial = {"项", "月", "天", "条", "次", "个", "名", "名", "户", ""};
  Named named{Named::Role::kDefinition, NewName(), kind};
  named.place = at;
  const bool rows = world_[at.sort].kind == Sort::Kind::kRows;
  named.published = !rows && random_.OneIn(2);
  Written body;
  if (kind == Kind::kNumber) {
    named.unit = random_.OneIn(3) ? random_.OneOf(kSpecial) : AnyUnit();
    body = expressions_.Number(named.unit, at, options_.depth);
    named.low = body.low;
    named.high = body.high;
    named.finite = body.finite;
    if ((named.published && !body.finite) || random_.OneIn(5)) {
      body.text += expressions_.Rounding(named.unit);
      named.low.reset();
      named.high.reset();
      named.finite = true;
    }
    if (random_.OneIn(8)) body.text += " 封顶 " + expressions_.Text(60, named.unit);
  } else if (kind == Kind::kBool) {
    body = expressions_.Condition(at, options_.depth);
  } else if (kind == Kind::kDate) {
    body = expressions_.Date(at, options_.depth);
  } else if (kind == Kind::kText || world_.enumerations.empty()) {
    named.kind = Kind::kText;
    body.text = "如果 " + expressions_.Condition(at, options_.depth).text + " 则 “A” 否则 \"B\"";
  } else {
    named.enumeration = random_.Below(world_.enumerations.size());
    body = expressions_.Enum(named.enumeration, at, options_.depth);
  }
  const std::string code = random_.OneIn(8) ? " [out_" + std::to_string(counter_) + "]" : "";
  out_ += "公式 " + Prefix(at) + named.name + code + (rows ? "" : " " + Every(at)) + " = " + body.text +
          expressions_.Mark() + "\n";
  Declare(named);
}

void PolicyWriter::RowDefinition() {
  std::vector<size_t> sorts;
  for (size_t i = 0; i < world_.sorts.size(); ++i) {
    if (world_[i].kind == Sort::Kind::kRows) sorts.push_back(i);
  }
  if (sorts.empty()) return Formula(AnyPlace());
  const size_t sort = random_.OneOf(sorts);
  const Place at{sort, world_[sort].period};
  if (random_.OneIn(4)) return Table(at);
  FormulaOfKind(at, random_.OneIn(4) ? Kind::kBool : Kind::kNumber);
}

// One value for each value of a key. What it is for a subject is read by the name alone.
void PolicyWriter::KeyedFormula(const Place& at) {
  const Named* key = nullptr;
  for (const Named& named : world_.names) {
    const bool here = named.place == Place{at.sort, PeriodKind::kOnce};
    if (named.kind == Kind::kEnum && here && !named.optional && at.sort == kProject) key = &named;
  }
  const Named* value = nullptr;
  for (const Named& named : world_.names) {
    if (named.kind == Kind::kNumber && named.place == at && !named.optional) value = &named;
  }
  if (key == nullptr || value == nullptr) return Formula(at);
  Named named{Named::Role::kDefinition, NewName(), Kind::kNumber, value->unit};
  named.place = at;
  static const std::vector<std::string> kFunctions = {"平均", "合计", "最高", "中位数"};
  out_ += "公式 " + named.name + " " + Every(at) + " 按 " + key->name + " = " + random_.OneOf(kFunctions) + "(" +
          value->name + ")" + expressions_.Rounding(value->unit) + expressions_.Mark() + "\n";
  Declare(named);
}

// ---- scores

std::string PolicyWriter::ScoreModes() {
  static const std::vector<std::string> kModes = {"", " 扣完为止", " 加满为止", " 可为负", " 扣完为止 加满为止"};
  return random_.OneOf(kModes);
}

std::string PolicyWriter::Adjustments(const Place& at, bool bonus) {
  std::string out = std::string("  ") + (bonus ? "加分" : "扣分") + (random_.OneIn(2) ? " 封顶 20 分" : "") +
                    (random_.OneIn(6) ? expressions_.Mark() : "") + " {\n";
  for (size_t i = 1 + random_.Below(3); i > 0; --i) {
    const Written amount =
        random_.OneIn(2) ? expressions_.Literal("分", Rational(0), Rational(10)) : expressions_.Number("分", at, 2);
    out += "    项_" + std::to_string(++counter_) + " : " + expressions_.Within(amount, "分", 0, 1000);
    if (random_.OneIn(4)) out += " 封顶 8 分";
    if (random_.OneIn(2)) out += " 当 " + expressions_.Condition(at, 1).text;
    out += (random_.OneIn(4) ? expressions_.Mark() : "") + "\n";
  }
  return out + "  }\n";
}

std::string PolicyWriter::Criterion(const Place& at, const std::string& weight, const Rational& full, size_t depth) {
  if (depth > 0 && random_.OneIn(4)) {
    return "  节_" + std::to_string(++counter_) + " " + weight + ScoreModes() + " {\n" +
           ScoreLines(at, full, depth - 1, random_.OneIn(3)) + "  }" + (random_.OneIn(3) ? " 四舍五入到 0.1 分" : "") +
           "\n";
  }
  for (const Named* named : expressions_.Readable(Kind::kNumber, "分", at)) {
    const bool fits = named->low && named->high && named->low->sign() >= 0 && *named->high <= full && !named->optional;
    if (fits && random_.OneIn(2)) {
      const std::string line = "  " + named->name + " " + weight + "\n";
      if (used_criteria_.insert(named->name).second) return line;
    }
  }
  std::string out = "  项_" + std::to_string(++counter_) + " " + weight + " : ";
  out += expressions_.Within(expressions_.Number("分", at, 2), "分", 0, full);
  if (random_.OneIn(4)) out += "   合理缺项 当 " + expressions_.Condition(at, 1).text;
  return out + (random_.OneIn(3) ? expressions_.Mark() : "") + "\n";
}

std::string PolicyWriter::ScoreLines(const Place& at, const Rational& full, size_t depth, bool deductions_only) {
  if (deductions_only) return Adjustments(at, random_.OneIn(4));
  std::string out;
  if (random_.OneIn(2)) {
    static const std::vector<std::vector<int>> kWeights = {{100},        {50, 50},     {60, 40},
                                                           {30, 30, 40}, {33, 33, 34}, {25, 25, 25, 25}};
    for (const int weight : random_.OneOf(kWeights)) out += Criterion(at, std::to_string(weight) + "%", full, depth);
  } else {
    const Rational part = full * Rational(random_.Between(1, 9), 10);
    out += Criterion(at, expressions_.Text(part, "分"), part, depth);
    out += Criterion(at, expressions_.Text(full - part, "分"), full - part, depth);
  }
  if (random_.OneIn(2)) out += Adjustments(at, false);
  if (random_.OneIn(3)) out += Adjustments(at, true);
  return out;
}

void PolicyWriter::Score(const Place& at) {
  Named named{Named::Role::kDefinition, NewName(), Kind::kNumber, "分"};
  named.place = at;
  named.published = random_.OneIn(2);
  const Rational full(random_.OneIn(3) ? 60 : 100);
  used_criteria_.clear();
  out_ += "评分 " + Prefix(at) + named.name + " " + Every(at) + " 满分 " + expressions_.Text(full, "分") +
          ScoreModes() + expressions_.Mark() + " {\n" + ScoreLines(at, full, 2, random_.OneIn(5)) + "}";
  if (named.published || random_.OneIn(2)) {
    out_ += expressions_.Rounding("分");
  } else {
    named.finite = false;
  }
  if (random_.OneIn(4)) out_ += " 保底 0 分";
  if (random_.OneIn(4)) out_ += " 封顶 95 分";
  out_ += "\n";
  Declare(named);
}

// ---- grades

std::string PolicyWriter::GradeSteps(const Enumeration& scale, const Place& at) {
  std::string out;
  for (size_t i = random_.Below(4); i > 0; --i) {
    const std::string& bound = scale.values[random_.Below(scale.grades())];
    out += "  然后 ";
    switch (random_.Below(6)) {
      case 0: out += "升 1 级"; break;
      case 1: out += "升 2 级 不高于 " + bound; break;
      case 2: out += "降 1 级 不低于 " + bound; break;
      case 3: out += "不高于 " + bound; break;
      case 4: out += "不低于 " + bound; break;
      default: out += "定为 " + random_.OneOf(scale.values); break;
    }
    out += " 当 " + expressions_.Condition(at, 1).text + (random_.OneIn(4) ? expressions_.Mark() : "") + "\n";
  }
  return out;
}

void PolicyWriter::Grade(const Place& at) {
  Named named{Named::Role::kDefinition, NewName(), Kind::kEnum};
  named.place = at;
  named.published = random_.OneIn(2);
  std::string scale_text;
  const Named* type = nullptr;
  for (const Named& one : world_.types) {
    if (world_.enumerations[one.enumeration].ordered) type = &one;
  }
  if (type != nullptr && random_.OneIn(2)) {
    named.enumeration = type->enumeration;
    scale_text = type->name;
  } else {
    const std::string number = std::to_string(++counter_);
    Enumeration scale{{"甲级_" + number, "乙级_" + number, "丙级_" + number}, true, 0};
    if (random_.OneIn(2)) scale.values.push_back("丁级_" + number);
    for (size_t i = 0; i < scale.values.size(); ++i) scale_text += (i > 0 ? " > " : "") + scale.values[i];
    if (random_.OneIn(3)) {
      scale.values.push_back("停评_" + number);
      scale.states = 1;
      scale_text += " 另有 { " + scale.values.back() + " }";
    }
    world_.enumerations.push_back(scale);
    named.enumeration = world_.enumerations.size() - 1;
  }
  const Enumeration scale = world_.enumerations[named.enumeration];
  const Written value = expressions_.Leaf("分", at);
  const bool reads = value.text.find("分") == std::string::npos || value.text.find("缺按") != std::string::npos;
  const std::vector<Rational> cuts = expressions_.Cuts(value, scale.grades() - 1);
  out_ += "等级 " + Prefix(at) + named.name + " " + Every(at) + " : " + scale_text + expressions_.Mark() + " {\n";
  if (scale.states > 0) out_ += "  " + scale.values.back() + " 当 " + expressions_.Condition(at, 1).text + "\n";
  if (reads) {
    for (size_t i = 0; i < cuts.size(); ++i)
      out_ += "  " + scale.values[i] + " 当 " + value.text + " 达到 " +
              expressions_.Text(cuts[cuts.size() - 1 - i], "分") + (random_.OneIn(4) ? expressions_.Mark() : "") + "\n";
  } else {
    out_ += "  " + scale.values[0] + " 当 " + expressions_.Condition(at, 2).text + "\n";
  }
  const std::string last = scale.values[reads ? cuts.size() : 1];
  out_ += "  " + last +
          (reads && random_.OneIn(4) ? " 当 " + value.text + " 不满 " + expressions_.Text(cuts[0], "分") : " 其余") +
          "\n";
  out_ += GradeSteps(scale, at) + "}\n";
  Declare(named);
}

// ---- tables

void PolicyWriter::Table(const Place& at) {
  const Named* key = nullptr;
  const Named* number = nullptr;
  for (const Named* named : expressions_.Readable(Kind::kNumber, "分", at)) number = named;
  for (const Named& named : world_.names) {
    const bool here = named.place == at || (named.place == Place{at.sort, PeriodKind::kOnce});
    if (named.kind == Kind::kEnum && here && named.role != Named::Role::kParameter) key = &named;
  }
  if (key == nullptr && number == nullptr) return Formula(at);
  const bool rows = world_[at.sort].kind == Sort::Kind::kRows;
  Named money{Named::Role::kDefinition, NewName(), Kind::kNumber, "元"};
  Named share{Named::Role::kDefinition, NewName(), Kind::kNumber, "%"};
  money.place = share.place = at;
  money.low = share.low = Rational(0);
  money.published = share.published = !rows && random_.OneIn(2);
  const std::string head = (key ? key->name : "") + (key && number ? " | " : "") + (number ? number->name : "");
  out_ += "对照表 " + Prefix(at) + "表_" + std::to_string(++counter_) + (rows ? "" : " " + Every(at)) +
          expressions_.Mark() + " {\n  " + head + " → " + money.name + " | " + share.name + "\n";
  const auto results = [&] {
    const std::string amount = expressions_.Text(Rational(random_.Between(0, 400), 4), "元");
    return " → " + amount + (random_.OneIn(3) ? expressions_.Mark() : "") + " | " +
           expressions_.Text(random_.Between(0, 100), "%") + "\n";
  };
  const std::string any = random_.OneIn(2) ? "不限" : "-";
  const std::vector<std::string> values =
      key ? world_.enumerations[key->enumeration].values : std::vector<std::string>{""};
  const size_t listed = key && random_.OneIn(3) ? values.size() - 1 : values.size();
  for (size_t i = 0; i < listed; ++i) {
    const std::string cell = key ? values[i] + (number ? " | " : "") : "";
    if (!number || random_.OneIn(3)) {
      out_ += "  " + cell + (number ? any : "") + results();
      if (!key) break;
      continue;
    }
    const std::vector<Rational> cuts = expressions_.Cuts({number->name, number->low, number->high, true, true}, 2);
    out_ += "  " + cell + "不满 " + expressions_.Text(cuts[0], "分") + results();
    if (cuts.size() > 1)
      out_ +=
          "  " + cell + expressions_.Text(cuts[0], "分") + " 以上 不满 " + expressions_.Text(cuts[1], "分") + results();
    out_ += "  " + cell + (random_.OneIn(2) ? "≥ " : "至少 ") + expressions_.Text(cuts.back(), "分") + results();
    if (number->optional) out_ += "  " + cell + "缺" + results();
  }
  const bool gap = listed < values.size() || (key && key->optional) || (number && number->optional);
  if (gap) out_ += "  其余" + results();
  out_ += "}\n";
  Declare(money);
  Declare(share);
}

// ---- what is published and promised

void PolicyWriter::Results() {
  bool settled = false;
  std::map<PeriodKind, std::string> lists;
  for (const Named& named : world_.names) {
    if (!named.published) continue;
    settled = settled || named.place.period == world_.settled;
    lists[named.place.period] += (lists[named.place.period].empty() ? "" : "、") + named.name;
  }
  for (const auto& [period, names] : lists) out_ += "结果 " + PeriodAdverb(period).zh + " " + names + "\n";
  if (settled) return;
  Named last{Named::Role::kDefinition, NewName(), Kind::kNumber, ""};
  last.place = {kProject, world_.settled};
  last.published = true;
  out_ += "公式 " + last.name + " " + Every(last.place) + " = 期次 + 1 自定\n结果 " + Every(last.place) + " " +
          last.name + "\n";
  Declare(last);
}

void PolicyWriter::Guarantees() {
  const Place at{kProject, world_.settled};
  if (random_.OneIn(3))
    out_ += "保证 \"始终\" " + Every(at) + " : 始终 " + expressions_.Condition(at, 2).text + " 自定\n";
  if (random_.OneIn(4))
    out_ += "保证 \"条件\" " + Every(at) + " : 始终 当 " + expressions_.Condition(at, 1).text + " 则 " +
            expressions_.Condition(at, 1).text + " 自定\n";
  const Named* fact = nullptr;
  const Named* result = nullptr;
  for (const Named& named : world_.names) {
    if (named.kind != Kind::kNumber || named.place != at || named.optional) continue;
    (named.role == Named::Role::kFact ? fact : result) = &named;
  }
  if (fact != nullptr && result != nullptr && result->role == Named::Role::kDefinition && random_.OneIn(2)) {
    out_ += "保证 \"随\" " + Every(at) + " : " + result->name + " 随 " + fact->name +
            (random_.OneIn(2) ? " 不减" : " 不增");
    if (random_.OneIn(2)) out_ += " 当 " + expressions_.Condition(at, 1).text;
    out_ += "\n";
  }
}

void PolicyWriter::Example() {
  out_ += "算例 \"样例\" {\n  项目 \"甲\" {}\n";
  std::string facts;
  for (const Named& named : world_.names) {
    const bool fact = named.role == Named::Role::kFact && named.place == Place{kProject, PeriodKind::kMonth} &&
                      named.kind == Kind::kNumber;
    if (fact)
      facts += (facts.empty() ? "" : ", ") + named.name + " = " + named.low->RoundTo(1, Rounding::kUp).ToString();
  }
  if (!facts.empty() && facts.find("-") == std::string::npos) out_ += "  2024-01 至 2024-06 \"甲\" { " + facts + " }\n";
  const char* const period = world_.settled == PeriodKind::kMonth     ? "2024-05"
                             : world_.settled == PeriodKind::kQuarter ? "2024Q2"
                             : world_.settled == PeriodKind::kHalf    ? "2024H1"
                                                                      : "2024年";
  if (!world_.bound.empty() && world_.bound[0].find('.') == std::string::npos) {
    for (const Named& named : world_.names) {
      if (named.name == world_.bound[0])
        out_ += "  设 " + named.name + " = " + expressions_.Text(50, named.unit) + "\n";
    }
  }
  for (const Named& named : world_.names) {
    if (named.published && named.place == Place{kProject, world_.settled} && named.kind == Kind::kNumber) {
      out_ += std::string("  应为 ") + period + " \"甲\" { " + named.name + " = " + expressions_.Text(1, named.unit) +
              " }\n";
      break;
    }
  }
  if (random_.OneIn(2))
    out_ += std::string("  应拒 ") + period + " \"甲\"" + (random_.OneIn(2) ? " : \"不能多于\"" : "") + "\n";
  out_ += "}\n";
}

}  // namespace heng::tests
