// The rows that a CSV beside the policy gives to a table, a parameter or a catalogue: written as policy text, so that they are read,
// checked and located as any other line. Internal to load/.
#pragma once

#include <optional>
#include <string>

#include "engine/base/result.h"
#include "engine/data/csv.h"
#include "engine/syntax/tree.h"

namespace heng::load {

// The file that a declaration takes its rows from; nothing if it has them itself.
std::optional<syntax::FileUse> ImportOf(const syntax::Declaration& declaration);

// A declaration that holds the rows, line by line as in the file. Error, kFindings: the columns are not those declared.
Result<std::string> WriteRows(const syntax::Tree& tree, const syntax::Declaration& declaration,
                              const data::CsvTable& table);

// Gives the rows of such declarations to those that they are written for, and takes them away.
void TakeImports(syntax::Tree& tree);

}  // namespace heng::load
