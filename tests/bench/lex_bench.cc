// Chinese text to tokens.
#include "engine/syntax/antlr/parser.h"
#include "tests/bench/bench.h"
#include "tests/bench/policy_text.h"
#include "tests/fuzz/stock_lexer.h"

namespace heng::bench {

void BenchLex(const Settings& settings, Report& report) {
  const SourceFile source("bench.heng", PolicyTextOfSize(settings.quick ? size_t{20} << 10 : size_t{1} << 20));
  const auto same = [](const syntax::Token& a, const syntax::Token& b) { return a.kind == b.kind && a.span == b.span; };
  const std::vector<syntax::Token> ours = syntax::Lex(source);
  const std::vector<syntax::Token> stock = tests::LexByRuntime(source);
  if (!std::equal(ours.begin(), ours.end(), stock.begin(), stock.end(), same))
    return report.Disagree("lex", "the tokens of the two lexers");

  const auto [our_time, stock_time] = MedianSeconds(
      settings.runs(), [&] { syntax::Lex(source); }, [&] { tests::LexByRuntime(source); });
  const double megabytes = static_cast<double>(source.text().size()) / 1e6;
  report.Add({.name = "lex",
              .against = "stock ANTLR lexer",
              .ours = megabytes / our_time,
              .baseline = megabytes / stock_time,
              .unit = "MB/s",
              .bar = "≥ 10 MB/s"});
}

}  // namespace heng::bench
