#include "tools/usage_error.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <sstream>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "engine/base/text.h"

namespace heng::tools {
namespace {

// The verb that the words have led to, as `heng log verify`; with its app.
struct Reached {
  const CLI::App* app;
  std::string path;
};

Reached Follow(const CLI::App& app) {
  Reached reached{&app, "heng"};
  while (true) {
    const auto parsed = reached.app->get_subcommands();
    if (parsed.empty()) return reached;
    reached.app = parsed.back();
    reached.path += " " + reached.app->get_name();
  }
}

std::vector<std::string> Verbs(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* one : app.get_subcommands([](const CLI::App*) { return true; }))
    names.push_back(one->get_name());
  return names;
}

std::vector<std::string> Options(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* at = &app; at != nullptr; at = at->get_parent()) {
    for (const CLI::Option* option : at->get_options()) {
      for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    }
  }
  return names;
}

// The text behind the first of a mark; all of it without one.
std::string Behind(std::string_view text, std::string_view mark) {
  const size_t at = text.find(mark);
  return std::string(at == std::string_view::npos ? text : text.substr(at + mark.size()));
}

std::string Before(std::string_view text, std::string_view mark) {
  return std::string(text.substr(0, text.find(mark)));
}

Bilingual Meant(const std::string& word, const std::vector<std::string>& candidates) {
  const auto nearest = NearestName(word, candidates);
  if (!nearest) return {"", ""};
  return {fmt::format("，是不是“{}”？", *nearest), fmt::format(", did you mean '{}'?", *nearest)};
}

Bilingual NoVerb(const Reached& reached, std::span<char* const> words) {
  const std::vector<std::string> verbs = Verbs(*reached.app);
  // The first word that is no option, nor what --lang is set to, nor the way here.
  std::vector<std::string> passed;
  for (const CLI::App* at = reached.app; at->get_parent() != nullptr; at = at->get_parent())
    passed.push_back(at->get_name());
  auto word = words.begin();
  for (; word != words.end(); ++word) {
    const std::string_view one = *word;
    const bool is_language = word != words.begin() && std::string_view(*(word - 1)) == "--lang";
    if (!one.starts_with("-") && !is_language && std::find(passed.begin(), passed.end(), one) == passed.end()) break;
  }
  const std::string list = fmt::format("{}", fmt::join(verbs, " "));
  if (word == words.end()) return {fmt::format("要写做什么：{}", list), fmt::format("say what to do: {}", list)};
  const Bilingual meant = Meant(*word, verbs);
  if (!meant.zh.empty()) {
    return {fmt::format("没有“{} {}”{}", reached.path, *word, meant.zh),
            fmt::format("there is no '{} {}'{}", reached.path, *word, meant.en)};
  }
  return {fmt::format("没有“{} {}”，有：{}", reached.path, *word, list),
          fmt::format("there is no '{} {}', there are: {}", reached.path, *word, list)};
}

// `0.000000` as it was written.
std::string Bound(std::string_view text) {
  if (text.find('.') == std::string_view::npos) return std::string(text);
  while (text.ends_with('0')) text.remove_suffix(1);
  if (text.ends_with('.')) text.remove_suffix(1);
  return std::string(text);
}

// `--format: x not in {text,json,sarif}`, `--after: Value -3 not in range 0.000000 to 1000.000000`.
Bilingual BadValue(const std::string& said) {
  constexpr std::string_view kSet = " not in {";
  constexpr std::string_view kRange = " not in range ";
  const std::string name = Before(said, ": ");
  const std::string why = Behind(said, ": ");
  if (why.find(kSet) != std::string::npos && why.ends_with("}")) {
    const std::string value = Before(why, kSet);
    const std::string list = Behind(why, kSet);
    const std::string known = list.substr(0, list.size() - 1);
    return {fmt::format("{} 不能是“{}”，可以是：{}", name, value, known),
            fmt::format("{} cannot be '{}', it can be: {}", name, value, known)};
  }
  if (why.find(kRange) != std::string::npos) {
    const std::string value = Behind(Before(why, kRange), "Value ");
    const std::string range = Behind(why, kRange);
    const std::string low = Bound(Before(range, " to "));
    const std::string high = Bound(Behind(range, " to "));
    // No more than a number without an end has.
    constexpr size_t kLongest = 20;
    if (high.size() > kLongest) {
      return {fmt::format("{} 不能是“{}”，要写不小于 {} 的数", name, value, low),
              fmt::format("{} cannot be '{}', it is a number of {} or more", name, value, low)};
    }
    return {fmt::format("{} 不能是“{}”，要写 {} 至 {} 的数", name, value, low, high),
            fmt::format("{} cannot be '{}', it is a number from {} to {}", name, value, low, high)};
  }
  return {fmt::format("{} 的值不对：{}", name, why), fmt::format("the value of {} is wrong: {}", name, why)};
}

Bilingual Told(const Reached& reached, const CLI::ParseError& error, std::span<char* const> words) {
  const std::string said = error.what();
  const std::string kind = error.get_name();
  constexpr std::string_view kExtra = "not expected: ";
  if (said.find(kExtra) != std::string::npos) {
    // The last one comes first.
    std::istringstream in(Behind(said, kExtra));
    std::vector<std::string> extras{std::istream_iterator<std::string>(in), {}};
    std::reverse(extras.begin(), extras.end());
    const auto option =
        std::find_if(extras.begin(), extras.end(), [](const std::string& one) { return one.starts_with("--"); });
    const Bilingual meant = option == extras.end() ? Bilingual() : Meant(Before(*option, "="), Options(*reached.app));
    const std::string extra = fmt::format("{}", fmt::join(extras, " "));
    return {fmt::format("“{}”不认识 {}{}", reached.path, extra, meant.zh),
            fmt::format("'{}' does not know {}{}", reached.path, extra, meant.en)};
  }
  if (said == "A subcommand is required") return NoVerb(reached, words);
  if (kind == "RequiredError" && said.ends_with(" is required")) {
    const std::string name = Before(said, " is required");
    return {fmt::format("“{}”还要写 {}", reached.path, name), fmt::format("'{}' needs {}", reached.path, name)};
  }
  if (kind == "ArgumentMismatch" && said.ends_with(" missing")) {
    const std::string name = Before(said, ":");
    return {fmt::format("{} 后面要写值", name), fmt::format("{} needs a value behind it", name)};
  }
  if (kind == "ConversionError" && said.starts_with("Could not convert: ")) {
    const std::string pair = Behind(said, "convert: ");
    return {fmt::format("{} 的值“{}”不是数", Before(pair, " = "), Behind(pair, " = ")),
            fmt::format("the value '{}' of {} is no number", Behind(pair, " = "), Before(pair, " = "))};
  }
  if (kind == "ValidationError") return BadValue(said);
  return {"参数不对：" + said, said};
}

}  // namespace

std::string UsageMessage(const CLI::App& app, const CLI::ParseError& error, std::span<char* const> words,
                         Language language) {
  const Reached reached = Follow(app);
  const std::string told = Told(reached, error, words).In(language);
  return language == Language::kChinese ? fmt::format("{}\n用法：{} --help\n", told, reached.path)
                                        : fmt::format("{}\nusage: {} --help\n", told, reached.path);
}

}  // namespace heng::tools
