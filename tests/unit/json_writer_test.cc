// The writer's text is that of nlohmann's documents.
#include "engine/data/json_writer.h"

#include <random>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace heng::data {
namespace {

using Json = nlohmann::ordered_json;

class Documents {
 public:
  Json Any(int depth) {
    switch (random_() % (depth > 0 ? 7 : 5)) {
      case 0: return Text();
      case 1: return static_cast<int64_t>(random_()) - (int64_t{1} << 31);
      case 2: return random_() % 2 == 0;
      case 3: return nullptr;
      case 4: return Json::array();
      case 5: {
        Json array = Json::array();
        for (size_t i = random_() % 4; i > 0; --i) array.push_back(Any(depth - 1));
        return array;
      }
      default: {
        Json object = Json::object();
        for (size_t i = random_() % 4; i > 0; --i) object[Text()] = Any(depth - 1);
        return object;
      }
    }
  }

 private:
  std::string Text() {
    static const std::string kParts[] = {"总分", "a",  "\"",   "\\",   "/",    "\b", "\f", "\n",
                                         "\r",   "\t", "\x01", "\x1f", "\x7f", "€",  "𠮷", std::string(1, '\0')};
    std::string text;
    for (size_t i = random_() % 6; i > 0; --i) text += kParts[random_() % std::size(kParts)];
    return text;
  }

  std::mt19937 random_{7};
};

void Write(const Json& document, JsonWriter& json) {
  if (document.is_string()) json.String(document.get_ref<const std::string&>());
  if (document.is_number()) json.Integer(document.get<int64_t>());
  if (document.is_boolean()) json.Bool(document.get<bool>());
  if (document.is_null()) json.Null();
  if (document.is_array()) {
    json.BeginArray();
    for (const Json& item : document) Write(item, json);
    json.EndArray();
  }
  if (document.is_object()) {
    json.BeginObject();
    for (const auto& [key, value] : document.items()) {
      json.Key(key);
      Write(value, json);
    }
    json.EndObject();
  }
}

TEST(JsonWriter, WritesWhatNlohmannDumps) {
  Documents documents;
  for (size_t i = 0; i < 5000; ++i) {
    const Json document = documents.Any(4);
    for (const bool pretty : {false, true}) {
      JsonWriter json(pretty);
      Write(document, json);
      ASSERT_EQ(json.Take(), document.dump(pretty ? 2 : -1));
    }
  }
}

}  // namespace
}  // namespace heng::data
