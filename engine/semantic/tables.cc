#include <algorithm>

#include <fmt/format.h>

#include "engine/semantic/checker.h"

namespace heng::semantic {

void Checker::CheckCellCounts(const syntax::TableDecl& table) {
  const syntax::TableRow& header = table.rows.front();
  const size_t wanted = header.conditions.size() + header.results.size();
  for (const syntax::TableRow& row : table.rows) {
    const size_t found = row.conditions.size() + row.results.size();
    // 其余 alone stands for all conditions.
    const bool otherwise = row.conditions.size() == 1 && row.conditions[0].kind == syntax::Cell::Kind::kOtherwise;
    if (otherwise && row.results.size() == header.results.size()) continue;
    if (row.conditions.size() != header.conditions.size() || found != wanted) {
      sink_.Add<DiagnosticKind::kCellCount>(At(row.span),
                                            fmt::format("{} → {}", row.conditions.size(), row.results.size()),
                                            fmt::format("{} → {}", header.conditions.size(), header.results.size()));
    }
  }
}

void Checker::CheckConditionCell(const syntax::Cell& cell, const Type& wanted, const Scope& scope) {
  const auto check = [&](ExprId id) {
    if (!id.valid()) return;
    const Type type = Check(id, scope, &wanted);
    CheckReadable(id, scope.at);
    if (wanted.known() && type.known() && !Unify(wanted, type)) {
      sink_.Add<DiagnosticKind::kTypeMismatch>(At(id), Describe(*model_, wanted), Describe(*model_, type));
    }
    if (!wanted.optional) DemandPresent(id, type);
  };
  for (const syntax::CellItem& item : cell.items) {
    check(item.value);
    for (const syntax::Limit& limit : item.limits) check(limit.value);
    const bool ordered = wanted.is_number() || wanted.kind == TypeKind::kDate ||
                         (wanted.kind == TypeKind::kEnum && (*model_)[wanted.enumeration].ordered);
    if (item.kind != syntax::CellItem::Kind::kValue && wanted.known() && !ordered)
      sink_.Add<DiagnosticKind::kUnordered>(At(cell.span), Describe(*model_, wanted));
  }
}

void Checker::CheckTable(const syntax::TableDecl& table, Grain at) {
  CheckCellCounts(table);
  const syntax::TableRow& header = table.rows.front();
  for (size_t r = 1; r < table.rows.size(); ++r) {
    const syntax::TableRow& row = table.rows[r];
    const bool otherwise = std::any_of(row.conditions.begin(), row.conditions.end(),
                                       [](const syntax::Cell& c) { return c.kind == syntax::Cell::Kind::kOtherwise; });
    if (otherwise && r + 1 < table.rows.size()) sink_.Add<DiagnosticKind::kMisplacedOtherwise>(At(row.span));
    for (size_t c = 0; c < std::min(row.conditions.size(), header.conditions.size()); ++c) {
      const syntax::Cell& head = header.conditions[c];
      const bool named = head.kind == syntax::Cell::Kind::kItems && head.items[0].value.valid();
      if (named) CheckConditionCell(row.conditions[c], (*model_)[head.items[0].value].type, ScopeAt(at));
    }
  }
}

Type Checker::CheckResultColumn(const syntax::TableDecl& table, size_t column, Grain at) {
  const syntax::TableRow& header = table.rows.front();
  // The conditions of the header belong to every column; they are checked with the first.
  if (column == 0) {
    for (const syntax::Cell& cell : header.conditions) {
      if (cell.kind != syntax::Cell::Kind::kItems || cell.items.size() != 1 ||
          cell.items[0].kind != syntax::CellItem::Kind::kValue) {
        sink_.Add<DiagnosticKind::kWrongKindOfName>(At(cell.span), std::string(tree_->source->Text(cell.span)),
                                                    Bilingual("条件列的名称", "the name of a condition column"));
        continue;
      }
      Check(cell.items[0].value, ScopeAt(at));
      CheckReadable(cell.items[0].value, at);
    }
  }
  Type type;
  for (size_t r = 1; r < table.rows.size(); ++r) {
    if (column >= table.rows[r].results.size()) continue;
    const syntax::Cell& cell = table.rows[r].results[column];
    if (cell.kind != syntax::Cell::Kind::kItems || cell.items.size() != 1 ||
        cell.items[0].kind != syntax::CellItem::Kind::kValue) {
      sink_.Add<DiagnosticKind::kTypeMismatch>(At(cell.span), Bilingual("一个值", "one value"),
                                               std::string(tree_->source->Text(cell.span)));
      continue;
    }
    const Type found = Check(cell.items[0].value, ScopeAt(at), type.known() ? &type : nullptr);
    CheckReadable(cell.items[0].value, at);
    if (const std::optional<Type> unified = Unify(type, found)) {
      type = *unified;
    } else {
      sink_.Add<DiagnosticKind::kTypeMismatch>(At(cell.span), Describe(*model_, type), Describe(*model_, found));
    }
  }
  return type;
}

}  // namespace heng::semantic
