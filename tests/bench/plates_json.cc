// JSON text in and out with the hand-written rule between: simdjson on demand, which is the floor, and nlohmann's documents.
#include <cmath>
#include <memory>

#include <fmt/format.h>
#include <simdjson.h>
#include <nlohmann/json.hpp>

#include "engine/base/check.h"
#include "tests/bench/plates_native.h"

namespace heng::bench {
namespace {

namespace ondemand = simdjson::ondemand;
using Json = nlohmann::ordered_json;

// Of a number's text with at most two places.
int32_t Hundredths(std::string_view text) {
  int32_t value = 0;
  size_t at = 0;
  for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at) value = value * 10 + (text[at] - '0');
  int32_t places = 0;
  if (at < text.size() && text[at] == '.') {
    for (++at; at < text.size() && text[at] >= '0' && text[at] <= '9' && places < 2; ++at, ++places)
      value = value * 10 + (text[at] - '0');
  }
  for (; places < 2; ++places) value *= 10;
  return value;
}

int32_t IndexOf(std::string_view name, const std::string_view (&names)[4]) {
  for (int32_t i = 0; i < 4; ++i) {
    if (name.starts_with(names[i])) return i;
  }
  return 3;
}

// The fields in the order in which they stand.
template <typename Document>
std::string_view ReadOnDemand(Document&& document, Record& r) {
  const std::string_view id = document.find_field("id").get_string();
  ondemand::object attributes = document.find_field("attributes");
  r.group = IndexOf(attributes.find_field("group").get_string(), kGroups);
  r.households = static_cast<int32_t>(attributes.find_field("households").get_int64());
  r.area = Hundredths(attributes.find_field("area").raw_json_token());
  ondemand::object inputs = document.find_field("inputs").find_field("2024-07");
  const auto count = [&](std::string_view key) { return static_cast<int32_t>(inputs.find_field(key).get_int64()); };
  const auto score = [&](std::string_view key) { return Hundredths(inputs.find_field(key).raw_json_token()); };
  r.complaints = count("complaints");
  r.responded = count("responded");
  r.resolved = count("resolved");
  r.satisfied = count("satisfied");
  r.owners = score("owners");
  r.environment = score("environment");
  r.city = score("city");
  r.sanitation = score("sanitation");
  r.safety = score("safety");
  r.standards = score("standards");
  r.incident = inputs.find_field("incident").get_bool() ? 1 : 0;
  r.previous = IndexOf(inputs.find_field("previous").get_string(), kColours);
  return id;
}

Record ReadDocument(const Json& document) {
  Record r;
  const auto score = [](const Json& value) { return static_cast<int32_t>(std::lround(value.get<double>() * 100)); };
  const Json& attributes = document.at("attributes");
  r.group = IndexOf(attributes.at("group").get_ref<const std::string&>(), kGroups);
  r.households = attributes.at("households").get<int32_t>();
  r.area = score(attributes.at("area"));
  const Json& inputs = document.at("inputs").at("2024-07");
  r.complaints = inputs.at("complaints").get<int32_t>();
  r.responded = inputs.at("responded").get<int32_t>();
  r.resolved = inputs.at("resolved").get<int32_t>();
  r.satisfied = inputs.at("satisfied").get<int32_t>();
  r.owners = score(inputs.at("owners"));
  r.environment = score(inputs.at("environment"));
  r.city = score(inputs.at("city"));
  r.sanitation = score(inputs.at("sanitation"));
  r.safety = score(inputs.at("safety"));
  r.standards = score(inputs.at("standards"));
  r.incident = inputs.at("incident").get<bool>() ? 1 : 0;
  r.previous = IndexOf(inputs.at("previous").get_ref<const std::string&>(), kColours);
  return r;
}

std::string DocumentOf(const std::string& id, const Decision& d) {
  const auto places = [](int32_t hundredths) { return fmt::format("{}.{:02}", hundredths / 100, hundredths % 100); };
  const Json document = {{"id", id},
                         {"outputs",
                          {{"总分", {{"value", places(d.total)}, {"unit", "分"}}},
                           {"颜色", {{"value", kColours[d.colour]}}},
                           {"奖励", {{"value", fmt::format("{}.00", d.award)}, {"unit", "元"}}},
                           {"检查频次", {{"value", std::to_string(d.inspections)}, {"unit", "次/月"}}}}}};
  return document.dump();
}

// The text with room behind it for simdjson, where each line ends, and what comes out.
struct Text {
  explicit Text(const Records& records) : in(ToNdjson(records)) {
    for (size_t at = in.find('\n'); at != std::string::npos; at = in.find('\n', at + 1)) ends.push_back(at);
    length = in.size();
    in.resize(length + simdjson::SIMDJSON_PADDING, ' ');
    out.reserve(length);
  }
  template <typename Function>
  void ForEachLine(const Function& function) const {
    size_t begin = 0;
    for (const size_t end : ends) {
      function(std::string_view(in).substr(begin, end - begin));
      begin = end + 1;
    }
  }

  std::string in;
  size_t length = 0;
  std::vector<size_t> ends;
  std::string out;
};

Side TextSide(std::string name, std::function<std::function<void()>(const std::shared_ptr<Text>&)> make) {
  return {std::move(name), [make = std::move(make)](const Records& records) -> Prepared {
            auto text = std::make_shared<Text>(records);
            return {make(text), [text] { return ReadAnswers(text->out); }};
          }};
}

}  // namespace

void AppendAnswer(std::string_view id, const Decision& d, std::string& out) {
  const auto digits = [&out](uint32_t value) {
    char reversed[10];
    size_t size = 0;
    do {
      reversed[size++] = static_cast<char>('0' + value % 10);
      value /= 10;
    } while (value != 0);
    while (size > 0) out += reversed[--size];
  };
  out += R"({"id":")";
  out += id;
  out += R"(","outputs":{"总分":{"value":")";
  digits(static_cast<uint32_t>(d.total / 100));
  out += '.';
  out += static_cast<char>('0' + d.total / 10 % 10);
  out += static_cast<char>('0' + d.total % 10);
  out += R"(","unit":"分"},"颜色":{"value":")";
  out += kColours[d.colour];
  out += R"("},"奖励":{"value":")";
  digits(static_cast<uint32_t>(d.award));
  out += R"(.00","unit":"元"},"检查频次":{"value":")";
  digits(static_cast<uint32_t>(d.inspections));
  out += "\",\"unit\":\"次/月\"}}}\n";
}

Decisions ReadAnswers(std::string_view lines) {
  Decisions out;
  while (!lines.empty()) {
    const size_t end = std::min(lines.find('\n'), lines.size());
    const Json document = Json::parse(lines.substr(0, end));
    lines.remove_prefix(std::min(end + 1, lines.size()));
    const Json& outputs = document.at("outputs");
    const auto value = [&](const char* name) { return outputs.at(name).at("value").get<std::string>(); };
    out.push_back({Hundredths(value("总分")), IndexOf(value("颜色"), kColours), Hundredths(value("奖励")) / 100,
                   Hundredths(value("检查频次")) / 100});
  }
  return out;
}

Side SimdjsonText(bool by_line) {
  return TextSide("simdjson + C++", [by_line](const std::shared_ptr<Text>& text) -> std::function<void()> {
    auto parser = std::make_shared<ondemand::parser>();
#ifdef SIMDJSON_THREADS_ENABLED
    parser->threaded = false;  // one core, as ours
#endif
    if (by_line) {
      return [text, parser] {
        text->out.clear();
        text->ForEachLine([&](std::string_view line) {
          const size_t room = text->in.size() - static_cast<size_t>(line.data() - text->in.data());
          ondemand::document document = parser->iterate(simdjson::padded_string_view(line, room));
          Record r;
          const std::string_view id = ReadOnDemand(document, r);
          AppendAnswer(id, Decide(r), text->out);
        });
      };
    }
    return [text, parser] {
      text->out.clear();
      ondemand::document_stream stream = parser->iterate_many(text->in.data(), text->length, size_t{1} << 20);
      for (auto document : stream) {
        Record r;
        const std::string_view id = ReadOnDemand(document.value(), r);
        AppendAnswer(id, Decide(r), text->out);
      }
    };
  });
}

Side NlohmannText() {
  return TextSide("nlohmann + C++", [](const std::shared_ptr<Text>& text) -> std::function<void()> {
    return [text] {
      text->out.clear();
      text->ForEachLine([&](std::string_view line) {
        const Json document = Json::parse(line);
        text->out += DocumentOf(document.at("id").get_ref<const std::string&>(), Decide(ReadDocument(document)));
        text->out += '\n';
      });
    };
  });
}

}  // namespace heng::bench
