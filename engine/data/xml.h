// XML as events, for the parts of a workbook. The only place that knows expat. Nothing outside the text is ever read: a document type
// (and with it every entity) is refused.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace heng::data {

// Names are without their prefix: `row` of `x:row`.
using XmlAttributes = std::map<std::string, std::string, std::less<>>;

struct XmlEvents {
  std::function<void(const std::string& name, const XmlAttributes& attributes)> begin;
  std::function<void(const std::string& name)> end;
  std::function<void(std::string_view text)> text;  // may come in pieces
};

// What is wrong with it; nothing if it was read to its end.
std::optional<std::string> ReadXml(std::string_view xml, const XmlEvents& events);

}  // namespace heng::data
