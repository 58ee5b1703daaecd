#include "engine/syntax/tree.h"

namespace heng::syntax {

std::vector<FileUse> FilesUsed(const Tree& tree) {
  std::vector<FileUse> out;
  for (const Declaration& declaration : tree.declarations) {
    if (const auto* use = std::get_if<UseDecl>(&declaration.body)) {
      if (use->policy.empty()) out.push_back({use->path, use->path_span, true});
    } else if (const auto* subject = std::get_if<SubjectDecl>(&declaration.body)) {
      if (!subject->file.empty()) out.push_back({subject->file, subject->file_span, false});
    } else if (const auto* parameter = std::get_if<ParameterDecl>(&declaration.body)) {
      if (!parameter->file.empty()) out.push_back({parameter->file, parameter->file_span, false});
    } else if (const auto* table = std::get_if<TableDecl>(&declaration.body)) {
      if (!table->file.empty()) out.push_back({table->file, table->file_span, false});
    }
  }
  return out;
}

void ForEachSection(const ScoreLines& lines, const std::function<void(const ScoreLines&)>& visit) {
  visit(lines);
  for (const Criterion& criterion : lines.criteria) {
    if (criterion.section) ForEachSection(*criterion.section, visit);
  }
}

}  // namespace heng::syntax
