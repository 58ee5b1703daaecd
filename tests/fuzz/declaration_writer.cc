// What there is: types, subjects, facts, rows, checks, parameters.
#include "tests/fuzz/policy_writer.h"

namespace heng::tests {

PolicyWriter::PolicyWriter(uint64_t seed, Random& random, const GeneratorOptions& options)
    : random_(random), options_(options), seed_(seed), expressions_(random, world_) {}

std::string PolicyWriter::Write() {
  static const std::vector<PeriodKind> kSettled = {PeriodKind::kQuarter, PeriodKind::kQuarter, PeriodKind::kQuarter,
                                                   PeriodKind::kMonth,   PeriodKind::kHalf,    PeriodKind::kYear};
  world_.settled = random_.OneOf(kSettled);
  world_.sorts = {{Sort::Kind::kWhole, "全体"}, {Sort::Kind::kSubject, "项目"}};
  if (random_.OneIn(2)) world_.sorts.push_back({Sort::Kind::kSubject, "企业"});
  Header(seed_);
  Types();
  Subjects();
  Inputs();
  Records();
  Checks();
  Parameters();
  Imported();
  for (size_t i = 1 + random_.Below(options_.definitions); i > 0; --i) Definition();
  Results();
  Guarantees();
  if (random_.OneIn(3)) Example();
  return std::move(out_);
}

std::string PolicyWriter::NewName() {
  static const std::vector<std::string> kWords = {"环境", "诉求", "保洁", "秩序", "绿化", "响应", "回访",
                                                  "巡检", "照明", "电梯", "消防", "rate", "x"};
  const std::string number = std::to_string(++counter_);
  if (random_.OneIn(12)) return "「" + random_.OneOf(kWords) + " " + number + "」";
  return random_.OneOf(kWords) + "_" + number;
}

std::string PolicyWriter::AnyUnit() {
  static const std::vector<std::string> kUnits = {"分", "分", "分", "元", "元", "件", "件", "%", "户", "小时", "次"};
  return random_.OneOf(kUnits);
}

Named& PolicyWriter::Declare(Named named) {
  world_.names.push_back(std::move(named));
  return world_.names.back();
}

void PolicyWriter::Header(uint64_t seed) {
  out_ += "政策 gen.p" + std::to_string(seed % 1000) + " \"随机政策\"\n  版本 \"1\"\n";
  out_ += random_.OneIn(6) ? "  施行 2020-01-01 至 2029-12-31 自定\n" : "  施行 2020-01-01 起 自定 \"样例\"\n";
  out_ += "  来源 甲 = \"随机办法\"\n";
  if (random_.OneIn(12)) out_ += "  试评 至 2024-03-31 自定\n";
  out_ += "\n";
}

void PolicyWriter::Types() {
  for (size_t i = random_.Below(3); i > 0; --i) {
    const std::string number = std::to_string(++counter_);
    Enumeration scale{{"甲等_" + number, "乙等_" + number, "丙等_" + number}, random_.OneIn(2), 0};
    std::string body = scale.values[0];
    for (size_t v = 1; v < scale.values.size(); ++v) body += (scale.ordered ? " > " : "、") + scale.values[v];
    if (!scale.ordered) body = "{ " + body + " }";
    if (random_.OneIn(2)) {
      scale.values.push_back("免评_" + number);
      scale.states = 1;
      body += " 另有 { " + scale.values.back() + " }";
    }
    world_.enumerations.push_back(scale);
    out_ += "类型 类_" + number + " : " + body + expressions_.Mark() + "\n";
    Named attribute{Named::Role::kAttribute, "类_" + number, Kind::kEnum, "", world_.enumerations.size() - 1};
    attribute.place = {kProject, PeriodKind::kOnce};
    world_.types.push_back(attribute);
  }
  if (random_.OneIn(5)) {
    out_ += "类型 盏 : 单位\n";
    world_.lamps = true;
  }
}

std::string PolicyWriter::NumberType(Named& named) {
  named.kind = Kind::kNumber;
  named.unit = world_.lamps && random_.OneIn(4) ? "盏" : random_.OneIn(8) ? "" : AnyUnit();
  const bool whole = named.unit == "件" || named.unit == "户" || named.unit == "次" || named.unit == "盏";
  static const std::vector<int64_t> kHighs = {100, 100, 10, 1000, 20};
  named.low = random_.OneIn(8) ? Rational(-5) : random_.OneIn(5) ? Rational(1) : Rational(0);
  named.high = Rational(named.unit == "%" ? 100 : random_.OneOf(kHighs));
  named.places = whole ? 0 : static_cast<int>(random_.Below(4));
  std::string out = (whole ? "整数 " : "") + (named.unit.empty() ? "小数" : named.unit) + ", ";
  const auto bound = [](const Rational& number) {
    return number.sign() < 0 ? "-" + (-number).ToString() : number.ToString();
  };
  out += bound(*named.low) + " 至 ";
  out += named.unit == "元" && *named.high == Rational(1000) && random_.OneIn(2) ? "0.1万" : bound(*named.high);
  if (named.places > 0) out += ", " + std::to_string(named.places) + " 位小数";
  return out;
}

std::string PolicyWriter::Field(Named::Role role, const Place& place, bool may_lack) {
  Named named;
  named.role = role;
  named.place = place;
  named.name = NewName();
  std::string type;
  switch (random_.Below(10)) {
    case 0:
      named.kind = Kind::kBool;
      type = "是否";
      break;
    case 1:
      named.kind = Kind::kText;
      type = "文本";
      break;
    case 2:
      named.kind = Kind::kDate;
      type = "日期";
      break;
    case 3:
      if (world_.types.empty() || random_.OneIn(2)) {
        const std::string number = std::to_string(++counter_);
        world_.enumerations.push_back({{"新_" + number, "旧_" + number}, false, 0});
        named.enumeration = world_.enumerations.size() - 1;
        type = "{ 新_" + number + "、旧_" + number + " }";
      } else {
        const Named& of = random_.OneOf(world_.types);
        named.enumeration = of.enumeration;
        type = of.name;
      }
      named.kind = Kind::kEnum;
      break;
    default: type = NumberType(named); break;
  }
  named.optional = may_lack && random_.OneIn(4);
  const std::string code = random_.OneIn(6) ? " [code_" + std::to_string(counter_) + "]" : "";
  const std::string line = "  " + named.name + code + " : " + type + (named.optional ? ", 可缺" : "") +
                           (random_.OneIn(10) ? expressions_.Mark() : "") + "\n";
  Declare(std::move(named));
  return line;
}

void PolicyWriter::Subjects() {
  out_ += "对象 项目 \"住宅项目\" {\n";
  if (world_.sorts.size() > 2) {
    Named reference{Named::Role::kAttribute, "所属企业", Kind::kSubject};
    reference.subject = 2;
    reference.place = {kProject, PeriodKind::kOnce};
    Declare(reference);
    out_ += "  所属企业 [company] : 企业\n";
  }
  for (size_t i = 1 + random_.Below(4); i > 0; --i)
    out_ += Field(Named::Role::kAttribute, {kProject, PeriodKind::kOnce}, true);
  out_ += "}\n";
  if (world_.sorts.size() < 3) return;
  out_ += "对象 企业 {\n";
  for (size_t i = 1 + random_.Below(2); i > 0; --i)
    out_ += Field(Named::Role::kAttribute, {2, PeriodKind::kOnce}, true);
  out_ += "}\n";
}

void PolicyWriter::Input(const Place& place, size_t fields) {
  out_ +=
      "填报 " + (place.sort == kProject ? "" : world_[place.sort].name + " ") + PeriodAdverb(place.period).zh + " {\n";
  for (size_t i = 0; i < fields; ++i) out_ += Field(Named::Role::kFact, place, true);
  out_ += "}\n";
}

void PolicyWriter::Inputs() {
  Input({kProject, PeriodKind::kMonth}, 2 + random_.Below(4));
  if (world_.settled != PeriodKind::kMonth && random_.OneIn(2)) Input({kProject, world_.settled}, 1 + random_.Below(3));
  if (random_.OneIn(2)) Input({kWhole, world_.settled}, 1 + random_.Below(2));
  if (world_.sorts.size() > 2 && random_.OneIn(2)) Input({2, world_.settled}, 1 + random_.Below(3));
}

void PolicyWriter::Records() {
  const size_t first = world_.sorts.size();
  for (size_t i = random_.Below(3); i > 0; --i) {
    const bool dated = random_.OneIn(3);
    const size_t sort = world_.sorts.size();
    const std::string name = "明细_" + std::to_string(++counter_);
    const PeriodKind period = dated ? PeriodKind::kDay : random_.OneIn(2) ? PeriodKind::kMonth : world_.settled;
    const size_t parent =
        world_.sorts.size() > 2 && world_[2].kind == Sort::Kind::kSubject && random_.OneIn(6) ? 2 : kProject;
    world_.sorts.push_back({Sort::Kind::kRows, name, parent, period, dated ? "日_" + name : ""});
    out_ += "明细 " + name + (parent == 2 ? " 属于 企业" : "") +
            (dated ? " 按 日_" + name : " " + PeriodAdverb(period).zh) + " {\n";
    if (dated) {
      Named date{Named::Role::kRowField, "日_" + name, Kind::kDate};
      date.place = {sort, period};
      Declare(date);
      out_ += "  日_" + name + " : 日期\n";
    }
    for (size_t f = 1 + random_.Below(4); f > 0; --f) out_ += Field(Named::Role::kRowField, {sort, period}, true);
    out_ += "}\n";
  }
  if (world_.sorts.size() == first || !random_.OneIn(2)) return;
  const size_t sort = world_.sorts.size();
  const std::string name = "子_" + std::to_string(++counter_);
  const PeriodKind period = world_[first].period;
  out_ += "明细 " + name + " 属于 " + world_[first].name + " {\n";
  world_.sorts.push_back({Sort::Kind::kRows, name, first, period, ""});
  for (size_t f = 1 + random_.Below(3); f > 0; --f) out_ += Field(Named::Role::kRowField, {sort, period}, true);
  out_ += "}\n";
}

void PolicyWriter::Checks() {
  for (size_t i = 0; i < world_.names.size(); ++i) {
    for (size_t j = i + 1; j < world_.names.size(); ++j) {
      const Named& a = world_.names[i];
      const Named& b = world_.names[j];
      const bool pair = a.kind == Kind::kNumber && b.kind == Kind::kNumber && a.role == Named::Role::kFact &&
                        a.place == b.place && a.unit == b.unit && a.role == b.role && a.low == b.low &&
                        a.high == b.high && !a.optional && !b.optional;
      if (!pair || a.places != b.places || !random_.OneIn(2) || !world_.ordered.empty()) continue;
      out_ += "校验 " + PeriodAdverb(a.place.period).zh + " " + a.name + " ≤ " + b.name + " \"不能多于\"\n";
      world_.ordered.push_back({a.name, b.name, a.place});
    }
  }
}

void PolicyWriter::KeyedParameter() {
  const Named* key = nullptr;
  for (const Named& named : world_.names) {
    if (named.kind == Kind::kEnum && named.place.sort == kProject && named.role == Named::Role::kAttribute)
      key = &named;
  }
  if (key == nullptr) return;
  // By its 类型 if it has one: the key is what is listed.
  std::string by = key->name;
  for (const Named& type : world_.types) {
    if (type.enumeration == key->enumeration) by = type.name;
  }
  Keyed keyed{"单价_" + std::to_string(++counter_), key->enumeration, AnyUnit()};
  out_ += "参数 " + keyed.name + " 按 " + by + " : " + keyed.unit + ", 0 至 100, 1 位小数 {\n";
  for (const std::string& value : world_.enumerations[keyed.enumeration].values) {
    const bool open = random_.OneIn(5);
    out_ += "  " + value;
    out_ +=
        open ? " 待定 \"未定\"\n"
             : " = " + expressions_.Text(Rational(random_.Between(0, 200), 2), keyed.unit) + expressions_.Mark() + "\n";
    if (open) world_.bound.push_back(keyed.name + "." + value);
  }
  out_ += "}\n";
  world_.keyed.push_back(keyed);
}

void PolicyWriter::Parameters() {
  for (size_t i = random_.Below(3); i > 0; --i) {
    Named named{Named::Role::kParameter, NewName(), Kind::kNumber};
    named.unit = AnyUnit();
    named.place = {kWhole, PeriodKind::kOnce};
    const auto value = [&] { return expressions_.Text(Rational(random_.Between(0, 100)), named.unit); };
    named.low = Rational(0);
    named.high = Rational(100);
    const std::string type = " : " + (named.unit == "%" ? std::string("%") : named.unit) + ", 0 至 100, 1 位小数";
    switch (random_.Below(4)) {
      case 0:
        out_ += "参数 " + named.name + type + " 待定 \"未定\"\n";
        world_.bound.push_back(named.name);
        break;
      case 1:
        out_ += "参数 " + named.name + " : " + named.unit + " {\n  2019-01-01 起 = " + value() +
                " 自定\n  2024-02-01 起 = " + value() + " 自定\n}\n";
        break;
      default: {
        const Rational fixed(random_.Between(0, 100));
        named.low = named.high = fixed;
        out_ += "参数 " + named.name + " = " + expressions_.Text(fixed, named.unit) + expressions_.Mark() + "\n";
        break;
      }
    }
    Declare(named);
  }
  if (random_.OneIn(3)) KeyedParameter();
}

void PolicyWriter::Imported() {
  if (!random_.OneIn(6)) return;
  Named named{Named::Role::kImported, NewName(), Kind::kNumber, "分"};
  named.place = {kProject, PeriodKind::kOnce};
  named.optional = true;
  named.low = Rational(0);
  named.high = Rational(100);
  out_ +=
      "引用 政策 gen.other 的 " + named.name + " " + PeriodAdverb(world_.settled).zh + " : 分, 0 至 100, 1 位小数\n";
  Declare(named);
}

}  // namespace heng::tests
