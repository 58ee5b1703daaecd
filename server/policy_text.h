// A policy's text as a request brings it, with the files that it uses: read and compiled without touching a disk. Used by
// the routes that take texts.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/data/json_value.h"
#include "engine/graph/analysis/compile.h"
#include "engine/store/store.h"
#include "server/handlers.h"

namespace heng::server {

// The request's JSON; 415 if it is none, 400 if it is malformed.
tl::expected<data::JsonValue, Problem> ReadJsonBody(const Call& call);

// `{"source": text, "path": name, "files": {name: text}}`, the text first. Members that `also` names are for others,
// others are 400 bad-request; `at` is the JSON pointer of the value.
tl::expected<store::Bundle, Problem> ReadPolicyText(const data::JsonValue& value, const std::string& at,
                                                    const std::vector<std::string_view>& also);

// The text compiled, whatever is wrong with it. 400 bad-file-name, file-not-given.
tl::expected<graph::Compiled, Problem> CompilePolicyText(const store::Bundle& files);

// 422 policy-has-errors, each of them located: `policy.heng:3:5`, behind the JSON pointer `at`.
Problem PolicyHasErrors(const std::vector<Diagnostic>& diagnostics, const std::string& at = "");

}  // namespace heng::server
