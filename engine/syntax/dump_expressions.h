// Marks, expressions and cells as lines of text. The base of the Dumper of dump.cc, and used there alone.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/syntax/tree.h"

namespace heng::syntax {

// Words are fixed, so the language of the keywords does not show; texts are quoted and names with odd characters too, so that no
// text can pass for structure.
std::string Quoted(std::string_view text);
std::string Word(const std::string& name);
std::string Word(const Name& name);
std::string Words(const std::vector<Name>& names, std::string_view separator);
// The number with its written places, its scale, its unit: `3 * 10000 元`, `91.50`.
std::string Text(const Quantity& quantity);

class ExpressionDumper {
 protected:
  explicit ExpressionDumper(const Tree& tree) : tree_(tree) {}

  void Line(size_t depth, std::string_view text);
  void Dump(const Mark& mark, size_t depth);
  // A labelled expression: the label on a line of its own, the expression one deeper. Nothing if there is none.
  void Labelled(size_t depth, std::string_view label, ExprId id);
  void Dump(ExprId root, size_t depth);
  void Dump(const Cell& cell, std::string_view label, size_t depth);

  const Tree& tree_;
  std::string out_;

 private:
  // Either an expression still to be dumped or, if `line` is not empty, a line.
  struct Pending {
    ExprId id;
    size_t depth;
    std::string line;
  };

  void Run(std::vector<Pending> pending);
  static std::string Head(const Expr& expr);
  static std::vector<Pending> Parts(const Expr& expr, size_t depth);
  static void Add(std::vector<Pending>& parts, const Mark& mark, size_t depth);
  static void Add(std::vector<Pending>& parts, const Argument& argument, size_t depth);
  static void Add(std::vector<Pending>& parts, const std::vector<Limit>& limits, size_t depth);
  static void Add(std::vector<Pending>& parts, const Cell& cell, std::string_view label, size_t depth);
  static void Add(std::vector<Pending>& parts, std::string_view label, ExprId id, size_t depth);
};

}  // namespace heng::syntax
