// JSON Schemas (2020-12) of what the HTTP interface takes and gives, by name, as texts; and the headers that it reads and answers. The table of
// routes names them, openapi.cc puts them into the description; nothing is validated by them at run time, the tests do.
#pragma once

#include <string_view>
#include <vector>

namespace heng::server {

// `text` refers to others as `#/components/schemas/NAME`.
struct Schema {
  std::string_view name;
  std::string_view text;
  // Of an object: the schema, which stands before it, whose members it has too, before its own, and as it requires them. Empty: none.
  std::string_view base = {};
};

// Ids, digests, periods, texts in two languages, problems; and what the service says of itself.
std::vector<Schema> CommonSchemas();
// Evaluations, settlements and decisions.
std::vector<Schema> EvaluationSchemas();
// Policies, their versions and graphs, drafts, and what is said of a text.
std::vector<Schema> PolicySchemas();

enum class HeaderOf : unsigned char { kRequest, kAnswer, kBoth };

struct HeaderField {
  std::string_view name;
  HeaderOf side;
  std::string_view about;
  std::string_view schema;
  bool always = false;  // of every answer that is described with it
};

const std::vector<HeaderField>& HeaderFields();

}  // namespace heng::server
