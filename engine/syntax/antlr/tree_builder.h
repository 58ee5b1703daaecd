// From ANTLR's parse tree to ours, declaration by declaration. Used by parser.cc alone.
#pragma once

#include "HengParser.h"
#include "engine/diagnostics/diagnostic.h"
#include "engine/syntax/tree.h"

namespace heng::syntax {

// Appends the declaration to the tree; reports what the grammar cannot say (mixed 且 and 或).
// REQUIRES: no error in the declaration's parse tree.
void BuildDeclaration(heng::antlr::HengParser::DeclarationContext* declaration, Tree& tree, DiagnosticSink& sink);

}  // namespace heng::syntax
