#include "engine/load/import.h"

#include <algorithm>

#include <fmt/format.h>

#include "engine/base/text.h"

namespace heng::load {
namespace {

using syntax::Declaration;
using syntax::ParameterDecl;
using syntax::SubjectDecl;
using syntax::TableDecl;
using syntax::Tree;

// The title of the example that carries a catalogue; nobody can write it, since a title has no quotes.
const std::string kCatalogue = "取自·";

std::string Quoted(const std::string& name) { return "「" + name + "」"; }

tl::unexpected<Error> WrongColumns(const std::vector<std::string>& wanted) {
  std::string names;
  for (const std::string& name : wanted) names += (names.empty() ? "" : "，") + name;
  return Fail(ErrorKind::kFindings, "wrong-columns",
              {"第一行的列名应为：" + names, "the names in the first line must be: " + names});
}

bool SameHeader(const data::CsvTable& table, const std::vector<std::string>& wanted) {
  if (table.header.cells.size() != wanted.size()) return false;
  for (size_t i = 0; i < wanted.size(); ++i) {
    if (Trim(FoldFullWidth(table.header.cells[i])) != wanted[i]) return false;
  }
  return true;
}

// Each row on the line that it has in the file: the first line of the file is that of the opening brace.
std::string Lines(const std::string& opening, const data::CsvTable& table,
                  const std::function<std::string(const data::CsvRow&)>& write) {
  std::string out = opening;
  size_t line = 1;
  for (const data::CsvRow& row : table.rows) {
    for (; line < row.line; ++line) out += '\n';
    out += write(row);
  }
  return out + "\n}\n";
}

std::string Cell(const std::string& text) {
  const std::string cell(Trim(text));
  return cell.find_first_of("\r\n{}") == std::string::npos && !cell.empty() ? cell : "“”";
}

Result<std::string> TableRows(const Tree& tree, const TableDecl& declared, const data::CsvTable& table) {
  if (declared.rows.empty()) return WrongColumns({});
  std::vector<std::string> wanted;
  const syntax::TableRow& header = declared.rows.front();
  const auto add = [&](const syntax::Cell& cell) {
    const bool named = cell.items.size() == 1 && cell.items[0].value.valid();
    wanted.push_back(named ? std::string(tree.source->Text(tree[cell.items[0].value].span)) : "");
  };
  for (const syntax::Cell& cell : header.conditions) add(cell);
  for (const syntax::Cell& cell : header.results) add(cell);
  if (!SameHeader(table, wanted)) return WrongColumns(wanted);
  return Lines("对照表 " + Quoted(declared.name.text) + " {", table, [&](const data::CsvRow& row) {
    std::string out;
    for (size_t c = 0; c < row.cells.size(); ++c)
      out += (c == 0 ? "" : c == header.conditions.size() ? " → " : " | ") + Cell(row.cells[c]);
    return out;
  });
}

Result<std::string> ParameterRows(const ParameterDecl& declared, const data::CsvTable& table) {
  const std::vector<std::string> wanted = {declared.key.text, declared.declared.name.text};
  if (!SameHeader(table, wanted)) return WrongColumns(wanted);
  return Lines("参数 " + Quoted(declared.declared.name.text) + " {", table, [&](const data::CsvRow& row) {
    return Quoted(std::string(Trim(row.cells[0]))) + " = " + Cell(row.cells[1]);
  });
}

bool IsText(const syntax::TypeExpr& type) { return type.kind == syntax::TypeExpr::Kind::kText; }

Result<std::string> CatalogueRows(const SubjectDecl& declared, const data::CsvTable& table) {
  std::vector<std::string> wanted = {"编号"};
  std::vector<const syntax::Field*> fields;
  for (const syntax::Field& field : declared.fields) {
    for (const syntax::Declared& name : field.names) {
      wanted.push_back(name.name.text);
      fields.push_back(&field);
    }
  }
  if (!SameHeader(table, wanted)) return WrongColumns(wanted);
  return Lines("算例 \"" + kCatalogue + declared.declared.name.text + "\" {", table, [&](const data::CsvRow& row) {
    std::string out = Quoted(declared.declared.name.text) + " \"" + std::string(Trim(row.cells[0])) + "\" { ";
    for (size_t c = 1; c < row.cells.size(); ++c) {
      const std::string cell(Trim(row.cells[c]));
      const std::string value = cell.empty() ? "缺" : IsText(fields[c - 1]->type) ? "“" + cell + "”" : Cell(cell);
      out += (c > 1 ? ", " : "") + Quoted(wanted[c]) + " = " + value;
    }
    return out + " }";
  });
}

// The declaration of that kind and name that takes its rows from a file.
template <typename Decl, typename Match>
Decl* Importing(Tree& tree, const Match& match) {
  for (Declaration& declaration : tree.declarations) {
    Decl* decl = std::get_if<Decl>(&declaration.body);
    if (decl != nullptr && !decl->file.empty() && match(*decl)) return decl;
  }
  return nullptr;
}

// True if the declaration only carries rows, which now stand where they belong.
bool Take(Tree& tree, Declaration& declaration) {
  if (tree.source->PathOf(declaration.span.begin).ends_with(".heng")) return false;
  if (auto* table = std::get_if<TableDecl>(&declaration.body)) {
    auto* into = Importing<TableDecl>(tree, [&](const TableDecl& t) { return t.name.text == table->name.text; });
    if (into == nullptr) return false;
    into->rows.insert(into->rows.end(), table->rows.begin(), table->rows.end());
    return true;
  }
  if (auto* parameter = std::get_if<ParameterDecl>(&declaration.body)) {
    const std::string& name = parameter->declared.name.text;
    auto* into = Importing<ParameterDecl>(tree, [&](const ParameterDecl& p) { return p.declared.name.text == name; });
    if (into == nullptr) return false;
    into->lines.insert(into->lines.end(), parameter->lines.begin(), parameter->lines.end());
    return true;
  }
  auto* example = std::get_if<syntax::ExampleDecl>(&declaration.body);
  if (example == nullptr || !example->title.starts_with(kCatalogue)) return false;
  const std::string name = example->title.substr(kCatalogue.size());
  auto* into = Importing<SubjectDecl>(tree, [&](const SubjectDecl& s) { return s.declared.name.text == name; });
  if (into == nullptr) return false;
  into->rows.insert(into->rows.end(), example->lines.begin(), example->lines.end());
  return true;
}

}  // namespace

std::optional<syntax::FileUse> ImportOf(const Declaration& declaration) {
  Tree one;
  one.declarations.push_back(declaration);
  const std::vector<syntax::FileUse> uses = syntax::FilesUsed(one);
  return uses.empty() || uses[0].module ? std::nullopt : std::optional(uses[0]);
}

Result<std::string> WriteRows(const Tree& tree, const Declaration& declaration, const data::CsvTable& table) {
  if (const auto* decl = std::get_if<TableDecl>(&declaration.body)) return TableRows(tree, *decl, table);
  if (const auto* decl = std::get_if<ParameterDecl>(&declaration.body)) return ParameterRows(*decl, table);
  return CatalogueRows(std::get<SubjectDecl>(declaration.body), table);
}

void TakeImports(Tree& tree) {
  std::vector<size_t> taken;
  for (size_t i = 0; i < tree.declarations.size(); ++i) {
    if (Take(tree, tree.declarations[i])) taken.push_back(i);
  }
  for (auto it = taken.rbegin(); it != taken.rend(); ++it)
    tree.declarations.erase(tree.declarations.begin() + static_cast<std::ptrdiff_t>(*it));
}

}  // namespace heng::load
