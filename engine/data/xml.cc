#include "engine/data/xml.h"

#include <expat.h>

#include <algorithm>
#include <memory>

#include <fmt/format.h>

namespace heng::data {
namespace {

constexpr int kDepth = 64;
constexpr size_t kPiece = size_t{16} << 20;

struct Reading {
  const XmlEvents& events;
  XML_Parser parser;
  int depth = 0;
  std::string refused;

  void Refuse(const char* why) {
    refused = why;
    XML_StopParser(parser, XML_FALSE);
  }
};

std::string WithoutPrefix(const char* name) {
  const std::string_view whole(name);
  const size_t colon = whole.rfind(':');
  return std::string(colon == std::string_view::npos ? whole : whole.substr(colon + 1));
}

void Begin(void* data, const XML_Char* name, const XML_Char** pairs) {
  auto& reading = *static_cast<Reading*>(data);
  if (++reading.depth > kDepth) return reading.Refuse("nested too deeply");
  XmlAttributes attributes;
  for (; *pairs != nullptr; pairs += 2) attributes.insert_or_assign(WithoutPrefix(pairs[0]), pairs[1]);
  reading.events.begin(WithoutPrefix(name), attributes);
}

void End(void* data, const XML_Char* name) {
  auto& reading = *static_cast<Reading*>(data);
  --reading.depth;
  reading.events.end(WithoutPrefix(name));
}

void Text(void* data, const XML_Char* text, int length) {
  static_cast<Reading*>(data)->events.text({text, static_cast<size_t>(length)});
}

void Doctype(void* data, const XML_Char*, const XML_Char*, const XML_Char*, int) {
  static_cast<Reading*>(data)->Refuse("a document type is not allowed");
}

}  // namespace

std::optional<std::string> ReadXml(std::string_view xml, const XmlEvents& events) {
  const std::unique_ptr<XML_ParserStruct, decltype(&XML_ParserFree)> parser(XML_ParserCreate(nullptr), XML_ParserFree);
  if (parser == nullptr) return "no memory";
  Reading reading{events, parser.get(), 0, ""};
  XML_SetUserData(parser.get(), &reading);
  XML_SetElementHandler(parser.get(), Begin, End);
  XML_SetCharacterDataHandler(parser.get(), Text);
  XML_SetStartDoctypeDeclHandler(parser.get(), Doctype);
  for (bool last = false; !last;) {
    const size_t length = std::min(kPiece, xml.size());
    last = length == xml.size();
    if (XML_Parse(parser.get(), xml.data(), static_cast<int>(length), last ? 1 : 0) == XML_STATUS_ERROR) {
      if (!reading.refused.empty()) return reading.refused;
      return fmt::format("line {}: {}", XML_GetCurrentLineNumber(parser.get()),
                         XML_ErrorString(XML_GetErrorCode(parser.get())));
    }
    xml.remove_prefix(length);
  }
  return std::nullopt;
}

}  // namespace heng::data
