// How each declaration becomes an item. Used by outline*.cc alone.
#pragma once

#include "engine/diff/outline.h"

namespace heng::diff {

class Outliner {
 public:
  Outliner(const graph::Graph& graph, const Renames& renames)
      : model_(*graph.model), tree_(*model_.tree), canon_(model_, renames) {}

  std::vector<Item> Run();

 private:
  using Mark = syntax::Mark;

  // A part without a name, of a fixed text.
  static Item Fixed(std::string kind, const Bilingual& text, Span span);
  static void AddFixed(Item& to, const std::string& kind, const Bilingual& text, Span span);
  // A part that is a number or an expression; nothing is added if there is none.
  void AddExpr(Item& to, const std::string& kind, syntax::ExprId id) const;
  void AddQuantity(Item& to, const std::string& kind, const syntax::Quantity& quantity) const;
  void AddCommon(Item& to, const syntax::Declared& declared) const;
  // An expression as the item's value; the rows of a 分段, 累进 or 分情形 become items of their own.
  void SetValue(Item& to, syntax::ExprId id) const;
  void SetMark(Item& to, const Mark& mark, const Mark& around) const;

  // ---- outline.cc
  void Add(const syntax::PolicyDecl& policy, Span span);
  void Add(const syntax::UseDecl& use, Span span);
  void Add(const syntax::TypeDecl& type, Span span);
  void Add(const syntax::SubjectDecl& subject, Span span);
  void Add(const syntax::InputDecl&, Span) {}  // its fields are declarations
  void Add(const syntax::RecordsDecl& records, Span span);
  void Add(const syntax::CheckDecl& check, Span span);
  void Add(const syntax::ResultDecl&, Span) {}
  void Add(const syntax::GuaranteeDecl& guarantee, Span span);
  void AddResults();

  // ---- outline_fields.cc
  void Add(const syntax::ParameterDecl& parameter, Span span);
  void AddFields();
  void AddType(Item& to, const semantic::Field& field) const;
  void AddValues(Item& to, const semantic::Enumeration& enumeration, Span span) const;

  // ---- outline_rules.cc
  void Add(const syntax::FormulaDecl& formula, Span span);
  void Add(const syntax::ScoreDecl& score, Span span);
  void Add(const syntax::GradeDecl& grade, Span span);
  void Add(const syntax::TableDecl& table, Span span);
  void Add(const syntax::ExampleDecl& example, Span span);
  Pieces Of(const syntax::ExampleLine& line) const;
  void AddLines(Item& to, const syntax::ScoreLines& lines, const Mark& around) const;
  void AddAdjustments(Item& to, const syntax::Adjustments& block, const Mark& around) const;
  void AddRows(Item& to, syntax::ExprId id, const Mark& around) const;
  Item Criterion(const syntax::Criterion& criterion, const Mark& around) const;
  Item Step(const syntax::GradeStep& step, const Mark& around) const;
  Item Row(const syntax::TableDecl& table, const syntax::TableRow& row) const;
  std::string ColumnName(const syntax::Cell& cell) const;
  Item Definition(const std::string& kind, const syntax::Declared& declared, const syntax::Name& place,
                  PeriodKind period, const Mark& mark, Span span) const;

  const semantic::Model& model_;
  const syntax::Tree& tree_;
  Canon canon_;
  std::vector<Item> items_;
};

}  // namespace heng::diff
