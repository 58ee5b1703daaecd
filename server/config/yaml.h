// YamlNode: a YAML document as it was written, in the part of YAML that configurations may use: maps, lists, scalars.
// Anchors, aliases, tags, merge keys, duplicate keys, complex keys, texts over several lines and second documents are mistakes. No scalar is
// interpreted here (see schema.h).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/config/mistake.h"

namespace heng::config {

struct YamlMember;

struct YamlNode {
  enum class Kind : unsigned char { kNull, kScalar, kList, kMap };
  Kind kind = Kind::kNull;
  // Of a scalar: written without quotes, so that YAML itself might take it for a number or a truth value.
  bool plain = false;
  std::string text;
  // Where it begins; of a value that is not there, where its key is.
  uint32_t line = 1;
  uint32_t column = 1;
  std::vector<YamlNode> items;
  std::vector<YamlMember> members;

  bool is(Kind wanted) const { return kind == wanted; }
};

struct YamlMember {
  std::string key;
  uint32_t line = 1;
  uint32_t column = 1;
  YamlNode value;
};

// The document, or nothing if it cannot be read at all; mistakes are added to the list. Codes: bad-encoding,
// empty-file, bad-yaml, those of LookAtLines, text-over-lines, yaml-anchor, yaml-alias, yaml-tag, yaml-merge-key, yaml-key, duplicate-key, second-document.
std::optional<YamlNode> ParseYaml(std::string_view text, MistakeList& mistakes);

}  // namespace heng::config
