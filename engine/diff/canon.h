// Canonical text of expressions, cells and marks: two of them are equal where the meaning is, however it was written (layout, keywords of
// either language, codes for names, `3万元` and `30000 元`, `a > b` and `b < a`, the order of a sum). Used inside engine/diff alone.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/semantic/model.h"

namespace heng::diff {

// A word, or a number: numbers stand apart, because two texts that differ in numbers alone are compared number by number.
struct Piece {
  std::string text;  // of a number: its canonical text
  bool is_number = false;
  Rational value;  // in base units; 30% is 0.3
  Unit unit;
  bool percent = false;
  Span span;

  friend bool operator==(const Piece& a, const Piece& b) { return a.is_number == b.is_number && a.text == b.text; }
};
using Pieces = std::vector<Piece>;

std::string Text(const Pieces& pieces);
// Equal but for numbers.
bool SameShape(const Pieces& a, const Pieces& b);

// What a thing of the old policy is called in the new one: `definition:季度成绩` → `definition:季度均分`.
using Renames = std::map<std::string, std::string>;

// Where a number comes from.
struct Origin {
  std::string canon;
  Bilingual shown;
  syntax::Provenance provenance = syntax::Provenance::kUnmarked;
  std::string source;  // its title
  std::string remark;

  friend bool operator==(const Origin& a, const Origin& b) { return a.canon == b.canon; }
};

// The text as written, on one line, without comments.
std::string Shown(const syntax::Tree& tree, Span span);
// The identity of a field in its own policy.
std::string ReferenceOf(const semantic::Model& model, semantic::FieldId id);

class Canon {
 public:
  // Looks at every declaration: one for a policy, not one for a thing in it.
  Canon(const semantic::Model& model, const Renames& renames);

  // The identity of a thing of that category (sort, field, parameter, definition, value, source …), by its new name.
  std::string Mapped(const std::string& reference) const;
  // A name that nobody resolved (in an example), by its new name, whatever it is of.
  std::string Plain(const std::string& name) const;
  std::string NameOf(semantic::FieldId id) const;
  std::string NameOf(semantic::DefinitionId id) const;
  std::string NameOf(semantic::SortId id) const;

  // `without`: an expression whose rows are left out, since they are compared one by one.
  Pieces Of(syntax::ExprId id, syntax::ExprId without = {}) const;
  Pieces Of(const syntax::Cell& cell) const;
  Pieces Of(const syntax::Quantity& quantity) const;
  Pieces Number(const Rational& value, const Unit& unit, bool percent, Span span) const;
  Origin Of(const syntax::Mark& mark) const;

  std::string Shown(Span span) const { return diff::Shown(tree_, span); }

 private:
  Pieces Name(const syntax::Expr& expr, const semantic::ExprInfo& info) const;
  Pieces Call(const syntax::Expr& expr, const semantic::ExprInfo& info) const;
  Pieces Of(const syntax::Argument& argument, const semantic::ExprInfo& call) const;
  Pieces Compare(syntax::Operator op, const Pieces& left, const Pieces& right) const;
  Pieces Limits(const Pieces& value, const std::vector<syntax::Limit>& limits) const;
  Pieces Chain(syntax::ExprId id) const;
  Pieces Rows(const syntax::Expr& expr) const;
  std::string Key(size_t index, bool is_field) const;

  const semantic::Model& model_;
  const syntax::Tree& tree_;
  const Renames& renames_;
  // Of each 来源, by part of the source and name; the name alone where the parts agree.
  std::map<std::pair<size_t, std::string>, std::string> titles_;
};

}  // namespace heng::diff
