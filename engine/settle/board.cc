#include "engine/settle/board.h"

#include <algorithm>
#include <optional>
#include <sstream>
#include <unordered_set>

#include <fmt/format.h>

#include "engine/base/text.h"

namespace heng::settle {
namespace {

using data::FieldId;
using data::Output;
using data::SubjectOutputs;

constexpr size_t kGap = 2;

struct Column {
  std::string header;
  bool right = false;
  size_t width = 0;
};

// A colour for a terminal, and the class that stands for it in HTML.
struct Color {
  const char* code = nullptr;
  const char* name = nullptr;
};

struct Cell {
  std::string text;
  Color color;
};

using Row = std::vector<Cell>;

// The rank in the definition's body (behind pulls and defaults, not behind names), or null.
const graph::Node* RankIn(const graph::Graph& graph, graph::DefId definition) {
  std::vector<graph::NodeId> pending = {graph[definition].body};
  std::unordered_set<graph::NodeId> seen;
  while (!pending.empty()) {
    const graph::NodeId id = pending.back();
    pending.pop_back();
    if (!id.valid() || !seen.insert(id).second) continue;
    const graph::Node& node = graph[id];
    if (node.form == graph::Form::kRank) return &node;
    pending.insert(pending.end(), node.operands.begin(), node.operands.end());
  }
  return nullptr;
}

// Of a rank or fold within groups: the attribute whose values make them.
std::optional<FieldId> GroupKey(const graph::Graph& graph, const graph::Node& rank) {
  if (!rank.path.valid()) return std::nullopt;
  for (const graph::Step& step : graph[rank.path].steps) {
    if (step.kind != graph::Step::Kind::kKey || !graph.is_quotient(step.quotient)) continue;
    const graph::Node* key = &graph[graph.quotient(step.quotient).keys[0]];
    while (key->form == graph::Form::kPull) key = &graph[key->operands[0]];
    if (key->form != graph::Form::kField) continue;
    if ((*graph.model)[key->field].kind == semantic::Field::Kind::kAttribute) return key->field;
  }
  return std::nullopt;
}

bool IsOverall(const graph::Graph& graph, const graph::Node& rank) {
  if (!rank.path.valid()) return false;
  const std::vector<graph::Step>& steps = graph[rank.path].steps;
  return std::none_of(steps.begin(), steps.end(),
                      [](const graph::Step& step) { return step.kind == graph::Step::Kind::kKey; });
}

// The best green, the worst red, between them blue (the second of four or more) and yellow.
Color GradeColor(size_t index, size_t count) {
  if (index == 0) return {"\x1b[42;97m", "green"};
  if (index + 1 == count) return {"\x1b[41;97m", "red"};
  return index == 1 && count >= 4 ? Color{"\x1b[44;97m", "blue"} : Color{"\x1b[43;30m", "yellow"};
}

std::string Escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      default: out += c;
    }
  }
  return out;
}

constexpr std::string_view kHtmlHead =
    "<!doctype html>\n<html lang=\"zh\">\n<head>\n<meta charset=\"utf-8\">\n<title>{}</title>\n<style>\n"
    "body {{ font-family: sans-serif; margin: 2em; }}\n"
    "table {{ border-collapse: collapse; }}\n"
    "th, td {{ padding: .2em .8em; border-bottom: 1px solid #ccc; text-align: left; white-space: nowrap; }}\n"
    ".right {{ text-align: right; }}\n"
    ".green {{ background: #2e7d32; color: #fff; }} .blue {{ background: #1565c0; color: #fff; }}\n"
    ".yellow {{ background: #fdd835; }} .red {{ background: #c62828; color: #fff; }}\n"
    "</style>\n</head>\n<body>\n";

// The board of the subjects of one kind.
class BoardMaker {
 public:
  BoardMaker(const Settlement& settlement, const BoardStyle& style, data::SortId sort)
      : settlement_(settlement),
        style_(style),
        graph_(*settlement.graph),
        model_(*settlement.graph->model),
        sort_(sort) {
    for (const SubjectOutputs& subject : settlement.subjects) {
      if (subject.sort == sort) subjects_.push_back(&subject);
    }
    if (!subjects_.empty()) sample_ = subjects_.front();
  }

  // As an element `table`, with its title before and its totals behind it.
  std::string MakeHtml() {
    FindAttributes();
    FillRows();
    std::string out = sort_ == model_.subject() ? "<h1>" + Escaped(Title()) + "</h1>\n" : "";
    out += "<table>\n";
    PutHtmlRow(Headers(), "th", out);
    for (const Row& row : rows_) PutHtmlRow(row, "td", out);
    out += "</table>\n";
    std::string summary;
    PutSummary(summary);
    if (!summary.empty()) out += "<pre>" + Escaped(summary) + "</pre>\n";
    return out;
  }

  BoardTable MakeTable() {
    FindAttributes();
    FillRows();
    BoardTable out{Title(), {{}}, {}};
    for (const Cell& header : Headers()) out.rows.front().push_back({header.text});
    for (const Row& row : rows_) {
      std::vector<BoardTable::Cell>& cells = out.rows.emplace_back();
      for (size_t i = 0; i < row.size(); ++i) cells.push_back({row[i].text, row[i].color.name, columns_[i].right});
    }
    std::string summary;
    PutSummary(summary);
    std::istringstream lines(summary);
    for (std::string line; std::getline(lines, line);) out.summary.push_back(line);
    return out;
  }

  std::string Make() {
    FindAttributes();
    FillRows();
    std::string out = sort_ == model_.subject() ? Title() + "\n\n" : "";
    PutLine(Headers(), out);
    size_t width = columns_.empty() ? 0 : kGap * (columns_.size() - 1);
    for (const Column& column : columns_) width += column.width;
    for (size_t i = 0; i < width; ++i) out += "─";
    out += "\n";
    for (const Row& row : rows_) PutLine(row, out);
    out += "\n";
    PutSummary(out);
    return out;
  }

 private:
  void PutHtmlRow(const Row& row, std::string_view element, std::string& out) const {
    out += "<tr>";
    for (size_t i = 0; i < row.size(); ++i) {
      const std::string color = row[i].color.name == nullptr ? "" : row[i].color.name;
      const std::string classes = color + (columns_[i].right ? (color.empty() ? "right" : " right") : "");
      const std::string attribute = classes.empty() ? "" : " class=\"" + classes + "\"";
      out += fmt::format("<{}{}>{}</{}>", element, attribute, Escaped(row[i].text), element);
    }
    out += "</tr>\n";
  }

  std::string Say(const char* zh, const char* en) const { return style_.language == Language::kChinese ? zh : en; }

  std::string Title() const {
    const std::string& title = model_.policy.title.empty() ? model_.policy.id : model_.policy.title;
    const auto& trial = model_.policy.trial_until;
    const bool on_trial = trial && settlement_.period.last_day() <= *trial;
    return fmt::format("{}{}  {}  {}", title, on_trial ? Say("（试评，不作奖惩）", " (trial, without effect)") : "",
                       settlement_.period.ToText().In(style_.language),
                       fmt::format(fmt::runtime(Say("{} 个{}", "{} × {}")), subjects_.size(), model_[sort_].name));
  }

  void FindAttributes() {
    for (size_t i = 0; i < model_.fields.size() && attributes_.empty(); ++i) {
      const semantic::Field& field = model_.fields[i];
      const bool own = field.kind == semantic::Field::Kind::kAttribute && field.grain.sort == sort_;
      if (own && field.type.kind == semantic::TypeKind::kText) attributes_.emplace_back(i);
    }
    if (sample_ == nullptr) return;
    for (size_t i = 0; i < sample_->outputs.size(); ++i) {
      const graph::Node* rank = RankIn(graph_, sample_->outputs[i].def);
      if (rank == nullptr) continue;
      const auto key = GroupKey(graph_, *rank);
      const bool overall = IsOverall(graph_, *rank);
      const bool own = key && model_[*key].grain.sort == sort_;
      if (own && std::find(attributes_.begin(), attributes_.end(), *key) == attributes_.end())
        attributes_.push_back(*key);
      // The overall rank orders the board; without one, the first rank does.
      if (!order_by_ || (overall && !order_is_overall_)) {
        order_by_ = i;
        order_is_overall_ = overall;
      }
    }
  }

  void FillRows() {
    columns_.push_back({sort_ == model_.subject() ? Say("编号", "id") : model_[sort_].name});
    for (const FieldId attribute : attributes_)
      columns_.push_back({model_[attribute].name, model_[attribute].type.is_number()});
    if (sample_ != nullptr) {
      for (const Output& output : sample_->outputs) {
        const semantic::Definition& definition = model_[output.definition];
        // That a rank counts places needs no saying.
        const bool plain = output.unit.empty() || output.unit == "名";
        columns_.push_back({definition.name + (plain ? "" : "（" + output.unit + "）"), definition.type.is_number()});
      }
    }
    for (const SubjectOutputs* subject : InOrder()) rows_.push_back(RowOf(*subject));
    for (size_t i = 0; i < columns_.size(); ++i) {
      columns_[i].width = DisplayWidth(columns_[i].header);
      for (const Row& row : rows_) columns_[i].width = std::max(columns_[i].width, DisplayWidth(row[i].text));
    }
  }

  std::vector<const SubjectOutputs*> InOrder() const {
    std::vector<const SubjectOutputs*> order = subjects_;
    if (!order_by_) return order;
    std::stable_sort(order.begin(), order.end(), [&](const SubjectOutputs* a, const SubjectOutputs* b) {
      const auto* x = std::get_if<Rational>(&a->outputs[*order_by_].value);
      const auto* y = std::get_if<Rational>(&b->outputs[*order_by_].value);
      if (x == nullptr || y == nullptr) return x != nullptr && y == nullptr;
      return *x < *y;
    });
    return order;
  }

  Row RowOf(const SubjectOutputs& subject) const {
    Row row = {{sort_ == semantic::kWholeSort ? model_[sort_].name : subject.id}};
    for (const FieldId attribute : attributes_) row.push_back({AttributeOf(subject.position, attribute)});
    for (const Output& output : subject.outputs) {
      Cell cell{output.failed() ? Say("错误", "error") : IsAbsent(output.value) ? "–" : output.text};
      const auto* code = std::get_if<EnumCode>(&output.value);
      const semantic::Type& type = model_[output.definition].type;
      if (code != nullptr && model_[type.enumeration].ordered)
        cell.color = GradeColor(code->index, model_[type.enumeration].values.size());
      row.push_back(std::move(cell));
    }
    return row;
  }

  std::string AttributeOf(uint32_t subject, FieldId attribute) const {
    const eval::Facts& facts = settlement_.evaluation->facts();
    const auto values = facts.values.find(attribute);
    if (values == facts.values.end()) return "–";
    const Value* value = values->second.Find({subject, Period{}});
    if (value == nullptr || IsAbsent(*value)) return "–";
    if (const auto* text = std::get_if<std::string>(value)) return *text;
    if (const auto* other = std::get_if<EntityId>(value))
      return facts.roster(model_[attribute].type.subject).ids[other->index];
    return semantic::Describe(model_, model_[attribute].type, *value);
  }

  Row Headers() const {
    Row row;
    for (const Column& column : columns_) row.push_back({column.header});
    return row;
  }

  void PutLine(const Row& row, std::string& out) const {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) {
      if (i > 0) line.append(kGap, ' ');
      const Column& column = columns_[i];
      const std::string text = column.right ? PadLeft(row[i].text, column.width) : PadRight(row[i].text, column.width);
      line += style_.color && row[i].color.code != nullptr ? row[i].color.code + text + "\x1b[0m" : text;
    }
    while (!line.empty() && line.back() == ' ') line.pop_back();
    out += line + "\n";
  }

  void PutSummary(std::string& out) const {
    if (sample_ == nullptr) return;
    for (size_t i = 0; i < sample_->outputs.size(); ++i) {
      const semantic::Definition& definition = model_[sample_->outputs[i].definition];
      if (definition.type.kind == semantic::TypeKind::kEnum && model_[definition.type.enumeration].ordered) {
        PutCounts(i, definition, out);
      } else if (sort_ != semantic::kWholeSort && definition.type.is_number() && IsTotalled(definition.type)) {
        PutTotal(i, definition, out);
      }
    }
    if (settlement_.refusals.empty()) return;
    const size_t left_out = settlement_.evaluation->facts().roster(sort_).refused.size();
    out += fmt::format(fmt::runtime(Say("数据被拒绝，没有结算：{} 个\n", "left out, their facts are refused: {}\n")),
                       left_out);
  }

  // Money, and how often something is done in a month, quarter or year.
  static bool IsTotalled(const semantic::Type& type) {
    if (type.unit.is_money()) return true;
    const std::string unit = type.unit.ToString();
    const size_t slash = unit.find('/');
    if (slash == std::string::npos || slash == 1) return false;
    const std::string per = unit.substr(slash + 1);
    return per == "月" || per == "季" || per == "半年" || per == "年";
  }

  void PutCounts(size_t column, const semantic::Definition& definition, std::string& out) const {
    const semantic::Enumeration& scale = model_[definition.type.enumeration];
    std::string line;
    for (size_t grade = 0; grade < scale.values.size(); ++grade) {
      const auto count = std::count_if(subjects_.begin(), subjects_.end(), [&](const SubjectOutputs* subject) {
        const auto* code = std::get_if<EnumCode>(&subject->outputs[column].value);
        return code != nullptr && code->index == grade;
      });
      const std::string& name = scale.values[grade];
      const std::string shown = style_.color ? GradeColor(grade, scale.values.size()).code + name + "\x1b[0m" : name;
      line += (line.empty() ? "" : Say("，", ", ")) + fmt::format("{} {}", shown, count);
    }
    out += definition.name + Say("：", ": ") + line + "\n";
  }

  void PutTotal(size_t column, const semantic::Definition& definition, std::string& out) const {
    Rational total;
    size_t missing = 0;
    for (const SubjectOutputs* subject : subjects_) {
      const auto* number = std::get_if<Rational>(&subject->outputs[column].value);
      if (number != nullptr) {
        total += *number;
      } else {
        ++missing;
      }
    }
    out += definition.name + Say("合计：", ", total: ") + data::PrintValue(model_, definition, total) + " " +
           sample_->outputs[column].unit;
    if (missing > 0) out += fmt::format(fmt::runtime(Say("（{} 个没有）", " ({} without)")), missing);
    out += "\n";
  }

  const Settlement& settlement_;
  const BoardStyle& style_;
  const graph::Graph& graph_;
  const semantic::Model& model_;
  data::SortId sort_;
  std::vector<const SubjectOutputs*> subjects_;
  const SubjectOutputs* sample_ = nullptr;  // what columns there are
  std::vector<FieldId> attributes_;
  std::optional<size_t> order_by_;
  bool order_is_overall_ = false;
  std::vector<Column> columns_;
  std::vector<Row> rows_;
};

}  // namespace

std::string Board(const Settlement& settlement, const BoardStyle& style) {
  std::string out;
  for (const data::SortId sort : data::SortsOfResults(*settlement.graph->model))
    out += (out.empty() ? "" : "\n") + BoardMaker(settlement, style, sort).Make();
  return out;
}

std::vector<BoardTable> BoardTables(const Settlement& settlement, Language language) {
  std::vector<BoardTable> out;
  const BoardStyle style{language, false};
  for (const data::SortId sort : data::SortsOfResults(*settlement.graph->model))
    out.push_back(BoardMaker(settlement, style, sort).MakeTable());
  return out;
}

std::string HtmlBoard(const Settlement& settlement, Language language) {
  const semantic::Model& model = *settlement.graph->model;
  const std::string& title = model.policy.title.empty() ? model.policy.id : model.policy.title;
  std::string out =
      fmt::format(fmt::runtime(kHtmlHead), Escaped(title + " " + settlement.period.ToText().In(language)));
  const BoardStyle style{language, false};
  for (const data::SortId sort : data::SortsOfResults(model)) out += BoardMaker(settlement, style, sort).MakeHtml();
  return out + "</body>\n</html>\n";
}

}  // namespace heng::settle
