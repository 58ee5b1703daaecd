// Random well-typed policies through the whole engine: formatted, compiled, evaluated; and damaged ones, which must be refused with a
// place. Seeded: the same run everywhere. HENG_FUZZ_POLICIES sets the number of policies, HENG_FUZZ_SEED the first seed.
// The long run of program against interpreter, 100,000 policies, is HENG_FUZZ_POLICIES=500000 with --gtest_filter='*ProgramEqualsInterpreter'.
#include <algorithm>
#include <cstdlib>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "engine/eval/evaluation.h"
#include "engine/format/format.h"
#include "engine/graph/analysis/compile.h"
#include "engine/syntax/antlr/parser.h"
#include "engine/syntax/open_source.h"
#include "tests/fuzz/evaluation_claims.h"
#include "tests/fuzz/policy_generator.h"
#include "tests/fuzz/random.h"

namespace heng::tests {
namespace {

size_t FromEnvironment(const char* name, size_t otherwise) {
  const char* text = std::getenv(name);
  return text != nullptr ? std::strtoul(text, nullptr, 10) : otherwise;
}
size_t Policies() { return FromEnvironment("HENG_FUZZ_POLICIES", 10000); }
uint64_t FirstSeed() { return FromEnvironment("HENG_FUZZ_SEED", 1); }

struct Read {
  DiagnosticSink sink;
  syntax::TokenList tokens;
  syntax::Tree tree;
};

Read ReadPolicy(const std::string& text) {
  Read read;
  const syntax::OpenedSource opened = syntax::OpenSource("generated.heng", text, read.sink);
  if (!opened.usable) return read;
  read.tokens = syntax::Tokenize(opened.source, read.sink);
  if (!read.tokens.unusable) read.tree = syntax::Parse(read.tokens, read.sink);
  return read;
}

std::string FirstError(const std::vector<Diagnostic>& diagnostics) {
  for (const Diagnostic& diagnostic : diagnostics) {
    if (diagnostic.severity() == Severity::kError)
      return std::string(InfoOf(diagnostic.kind).code) + " " + std::to_string(diagnostic.place.span.begin) + ": " +
             diagnostic.message().zh;
  }
  return "";
}

TEST(PolicyFuzz, GeneratedPoliciesHoldWhatTheCompilerClaims) {
  size_t evaluated = 0;
  std::map<std::string, size_t> refusals;
  const size_t count = Policies();
  for (size_t i = 0; i < count; ++i) {
    const uint64_t seed = FirstSeed() + i;
    const GeneratedPolicy policy = Generate(seed);
    const PreparedPolicy prepared = Prepare(policy);
    // Facts that the generator got wrong are refused: that is no evaluation either.
    if (prepared.facts == nullptr || !prepared.refusal.empty()) {
      const std::string why = prepared.graph == nullptr ? FirstError(prepared.diagnostics) : prepared.refusal;
      ++refusals[why.substr(0, 5)];
      if (std::getenv("HENG_FUZZ_SHOW") != nullptr)
        std::printf("seed %zu: %s\n", static_cast<size_t>(seed), why.c_str());
      continue;
    }
    ++evaluated;
    const eval::Evaluation evaluation = eval::Evaluate(prepared.graph, prepared.facts, prepared.period);
    EXPECT_EQ(BrokenClaim(evaluation), "") << "seed " << seed << "\n" << policy.text;
  }
  std::string list;
  for (const auto& [code, times] : refusals) list += code + ": " + std::to_string(times) + "  ";
  EXPECT_GE(evaluated * 10, count * 9) << list;
}

TEST(PolicyFuzz, FormattingKeepsGeneratedPolicies) {
  const size_t count = Policies() / 5;
  for (size_t i = 0; i < count && !testing::Test::HasFailure(); ++i) {
    const uint64_t seed = FirstSeed() + i;
    const std::string text = Generate(seed).text;
    const Read read = ReadPolicy(text);
    ASSERT_FALSE(read.sink.has_errors()) << "seed " << seed << ": " << FirstError(read.sink.Sorted()) << "\n" << text;
    const std::string formatted = format::Format(read.tokens, {});
    const Read again = ReadPolicy(formatted);
    EXPECT_EQ(syntax::Dump(again.tree), syntax::Dump(read.tree)) << "seed " << seed << "\n" << text;
    EXPECT_EQ(format::Format(again.tokens, {}), formatted) << "seed " << seed << "\n" << text;
  }
}

// What the program decides is what the interpreter says, and it decides nearly all.
TEST(PolicyFuzz, ProgramEqualsInterpreter) {
  size_t values = 0;
  size_t decided = 0;
  const size_t count = Policies() / 5;
  for (size_t i = 0; i < count && !testing::Test::HasFailure(); ++i) {
    const uint64_t seed = FirstSeed() + i;
    const GeneratedPolicy policy = Generate(seed);
    const PreparedPolicy prepared = Prepare(policy);
    if (prepared.facts == nullptr) continue;
    const eval::Evaluation slow(prepared.graph, prepared.facts, prepared.period, eval::Engine::kInterpreter);
    const eval::Evaluation fast(prepared.graph, prepared.facts, prepared.period, eval::Engine::kProgram);
    for (const graph::Root& root : prepared.graph->roots) {
      if (root.kind != graph::Root::Kind::kResult) continue;
      const graph::Definition& definition = (*prepared.graph)[root.definition];
      for (const Period at : slow.PeriodsOf(definition.grain.period)) {
        const size_t instances = slow.CountOf(definition.grain.sort, at);
        for (uint32_t entity = 0; entity < instances; ++entity) {
          ++values;
          const auto computed = fast.Computed(root.definition, entity, at);
          if (!computed) continue;
          ++decided;
          EXPECT_TRUE(*computed == slow.Of(root.definition, entity, at))
              << "seed " << seed << ", " << definition.name << " of " << entity << " in " << at.ToString() << ": "
              << semantic::Describe(*prepared.graph->model, definition.type, *computed) << " for "
              << semantic::Describe(*prepared.graph->model, definition.type, slow.Of(root.definition, entity, at))
              << "\n"
              << policy.text;
        }
      }
    }
  }
  EXPECT_GT(decided * 10, values * 6) << decided << " of " << values;
}

// By the tokens of the texts, not by what the generator says of itself. What reads further files is tested by files of its own.
TEST(PolicyFuzz, EveryConstructOccursOften) {
  const std::set<std::string_view> elsewhere = {"模块", "取自"};
  std::map<syntax::TokenKind, size_t> times;
  for (size_t i = 0; i < Policies(); ++i) {
    DiagnosticSink sink;
    const syntax::OpenedSource opened = syntax::OpenSource("generated.heng", Generate(FirstSeed() + i).text, sink);
    for (const syntax::Token& token : syntax::Tokenize(opened.source, sink).tokens) ++times[token.kind];
  }
  for (const syntax::Keyword& keyword : syntax::Keywords()) {
    if (elsewhere.count(keyword.zh) > 0) continue;
    EXPECT_GE(times[keyword.kind] * 10000, 100 * Policies()) << keyword.zh << " " << times[keyword.kind];
  }
}

// Damaged in one or a few places, a policy is compiled or refused with a place, and nothing worse.
TEST(PolicyFuzz, DamagedPoliciesAreCompiledOrRefused) {
  const size_t count = Policies() / 5;
  size_t refused = 0;
  for (size_t i = 0; i < count; ++i) {
    Random random(FirstSeed() + i);
    const std::string text = Generate(FirstSeed() + i).text;
    DiagnosticSink sink;
    const syntax::OpenedSource opened = syntax::OpenSource("generated.heng", text, sink);
    const syntax::TokenList list = syntax::Tokenize(opened.source, sink);
    std::vector<std::string> words;
    for (const syntax::Token& token : list.tokens) words.emplace_back(opened.source->Text(token.span));
    for (size_t times = 1 + random.Below(3); times > 0; --times) {
      const size_t at = random.Below(words.size());
      const size_t other = random.Below(words.size());
      switch (random.Below(5)) {
        case 0: words[at].clear(); break;
        case 1: words[at] += " " + words[at]; break;
        case 2: std::swap(words[at], words[other]); break;
        case 3: words[at] = words[other]; break;
        default:
          if (!words[at].empty()) words[at][random.Below(words[at].size())] = static_cast<char>(random.Below(256));
      }
    }
    std::string damaged;
    for (const std::string& word : words) damaged += word;
    const graph::Compiled compiled = graph::Compile("damaged.heng", damaged);
    if (compiled.graph != nullptr) continue;
    ++refused;
    const bool located =
        std::any_of(compiled.diagnostics.begin(), compiled.diagnostics.end(), [&](const Diagnostic& d) {
          return d.severity() == Severity::kError && d.place.span.end <= damaged.size() && !d.message().zh.empty();
        });
    EXPECT_TRUE(located) << "seed " << FirstSeed() + i << "\n" << damaged;
  }
  EXPECT_GT(refused, count / 4);
}

}  // namespace
}  // namespace heng::tests
