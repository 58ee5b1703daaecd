// Random sentences from the grammar: each must parse with one meaning only, and what reads policies must survive all of them
// and every damaged file. Seeded: the same run everywhere. HENG_FUZZ_N sets the number of sentences.
#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <limits>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "HengLexer.h"
#include "HengParser.h"
#include "engine/format/format.h"
#include "engine/syntax/antlr/parser.h"
#include "engine/syntax/open_source.h"
#include "tests/fuzz/token_kinds.h"

namespace heng::tests {
namespace {

using antlr::HengLexer;
using antlr::HengParser;
using antlr4::atn::ATNState;
using antlr4::atn::RuleTransition;
using antlr4::atn::Transition;
using syntax::TokenKind;

size_t Sentences() {
  const char* text = std::getenv("HENG_FUZZ_N");
  return text != nullptr ? std::strtoul(text, nullptr, 10) : 3000;
}

class Random {
 public:
  explicit Random(uint64_t seed) : engine_(seed) {}
  // Below `bound`. Not std::uniform_int_distribution, whose numbers differ between libraries.
  size_t Below(size_t bound) { return static_cast<size_t>(engine_() % bound); }
  template <typename List>
  const auto& OneOf(const List& list) {
    return list[Below(std::size(list))];
  }

 private:
  std::mt19937_64 engine_;
};

// Sentences as token types, by a random walk over the parser's network. Behind `budget` tokens the shortest way out is taken.
class SentenceWalk {
 public:
  explicit SentenceWalk(const antlr4::atn::ATN& network) : network_(network), cost_(network.states.size(), kFar) {
    for (bool changed = true; changed;) {
      changed = false;
      for (const ATNState* state : network.states) {
        if (state == nullptr) continue;
        const size_t best = BestCost(*state);
        if (best < cost_[state->stateNumber]) {
          cost_[state->stateNumber] = best;
          changed = true;
        }
      }
    }
  }

  // A file of some declarations; `file` itself would mostly yield empty ones.
  std::vector<size_t> File(Random& random) {
    std::vector<size_t> out;
    for (size_t more = 1 + random.Below(4); more > 0; --more) {
      if (!out.empty()) out.push_back(HengParser::NL);
      const std::vector<size_t> next = Sentence(HengParser::RuleDeclaration, 5 + random.Below(80), random);
      out.insert(out.end(), next.begin(), next.end());
    }
    return out;
  }

 private:
  static constexpr size_t kFar = std::numeric_limits<size_t>::max() / 4;

  std::vector<size_t> Sentence(size_t rule, size_t budget, Random& random) {
    std::vector<size_t> out;
    std::vector<const ATNState*> stack;
    const ATNState* at = network_.ruleToStartState[rule];
    for (;;) {
      if (IsEnd(*at)) {
        if (stack.empty()) return out;
        at = stack.back();
        stack.pop_back();
        continue;
      }
      const Transition& next = out.size() < budget ? *random.OneOf(at->transitions) : Shortest(*at);
      if (next.getSerializationType() == Transition::RULE) {
        stack.push_back(static_cast<const RuleTransition&>(next).followState);
      } else if (!next.isEpsilon()) {
        const std::vector<ssize_t> labels = next.label().toList();
        const ssize_t type = labels[random.Below(labels.size())];
        if (type > 0) out.push_back(static_cast<size_t>(type));
      }
      at = next.target;
    }
  }

  static bool IsEnd(const ATNState& state) {
    return dynamic_cast<const antlr4::atn::RuleStopState*>(&state) != nullptr;
  }

  size_t CostBy(const Transition& next) const {
    size_t cost = cost_[next.target->stateNumber];
    if (next.getSerializationType() == Transition::RULE) {
      cost += 1 + cost_[static_cast<const RuleTransition&>(next).followState->stateNumber];
    } else if (!next.isEpsilon()) {
      cost += 1;
    }
    return std::min(cost, kFar);
  }

  size_t BestCost(const ATNState& state) const {
    if (IsEnd(state)) return 0;
    size_t best = kFar;
    for (const Transition* next : state.transitions) best = std::min(best, CostBy(*next));
    return best;
  }

  const Transition& Shortest(const ATNState& state) const {
    const Transition* best = state.transitions[0];
    for (const Transition* next : state.transitions) best = CostBy(*next) < CostBy(*best) ? next : best;
    return *best;
  }

  const antlr4::atn::ATN& network_;
  // The fewest tokens and rules from each state to the end of its rule.
  std::vector<size_t> cost_;
};

std::string SentenceText(const std::vector<size_t>& types) {
  std::string out;
  for (const size_t type : types) out += std::string(HengParser(nullptr).getVocabulary().getSymbolicName(type)) + " ";
  return out;
}

class Witness final : public antlr4::BaseErrorListener {
 public:
  std::string found;

  void syntaxError(antlr4::Recognizer*, antlr4::Token* at, size_t, size_t, const std::string& message,
                   std::exception_ptr) override {
    found += "error at token " + std::to_string(at->getTokenIndex()) + ": " + message + "\n";
  }
  void reportAmbiguity(antlr4::Parser* parser, const antlr4::dfa::DFA& dfa, size_t start, size_t stop, bool,
                       const antlrcpp::BitSet& alternatives, antlr4::atn::ATNConfigSet*) override {
    found += "ambiguity in rule " + parser->getRuleNames()[dfa.atnStartState->ruleIndex] + ", tokens " +
             std::to_string(start) + " to " + std::to_string(stop) + ", alternatives " +
             antlrcpp::BitSet(alternatives).toString() + "\n";
  }
};

// What the parser says of a sentence; empty: it is one, with one meaning.
std::string Judge(const std::vector<size_t>& types) {
  std::vector<std::unique_ptr<antlr4::Token>> tokens;
  for (const size_t type : types) tokens.push_back(std::make_unique<antlr4::CommonToken>(type, "x"));
  tokens.push_back(std::make_unique<antlr4::CommonToken>(antlr4::Token::EOF));
  for (size_t i = 0; i < tokens.size(); ++i) static_cast<antlr4::CommonToken*>(tokens[i].get())->setTokenIndex(i);
  antlr4::ListTokenSource source(std::move(tokens));
  antlr4::CommonTokenStream stream(&source);
  HengParser parser(&stream);
  Witness witness;
  parser.removeErrorListeners();
  parser.addErrorListener(&witness);
  parser.getInterpreter<antlr4::atn::ParserATNSimulator>()->setPredictionMode(
      antlr4::atn::PredictionMode::LL_EXACT_AMBIG_DETECTION);
  parser.file();
  return witness.found;
}

// ASCII signs in full width.
std::string Widened(const std::string& text) {
  std::string out;
  for (const char c : text) {
    const unsigned code = 0xFF00U + static_cast<unsigned char>(c) - 0x20U;
    out += {static_cast<char>(0xE0U | (code >> 12U)), static_cast<char>(0x80U | (code >> 6U & 0x3FU)),
            static_cast<char>(0x80U | (code & 0x3FU))};
  }
  return out;
}

std::string Spelling(TokenKind kind, Random& random) {
  static const std::vector<std::string> kNames = {"甲", "季度成绩", "a",    "b_1", "x2",
                                                  "元", "分",       "万元", "亿",  "\xEF\xBD\x81"};
  std::vector<std::string> spellings;
  for (const syntax::Keyword& keyword : syntax::Keywords()) {
    if (keyword.kind == kind) spellings.insert(spellings.end(), {std::string(keyword.zh), std::string(keyword.en)});
  }
  if (!spellings.empty()) return random.OneOf(spellings);
  const auto sign = [&](const char* ascii) { return random.Below(3) == 0 ? Widened(ascii) : std::string(ascii); };
  switch (kind) {
    case TokenKind::kName: return random.OneOf(kNames);
    case TokenKind::kQuotedName: return random.Below(2) == 0 ? "「甲 1」" : "「如果」";
    case TokenKind::kNumber: return random.Below(2) == 0 ? "30" : sign("12") + "." + sign("50");
    case TokenKind::kString: return random.Below(2) == 0 ? "\"文字\"" : "“文 \" 字”";
    case TokenKind::kCode: return "[code]";
    case TokenKind::kDateLiteral: return random.Below(2) == 0 ? "2024-07-01" : "2024年7月1日";
    case TokenKind::kPeriodLiteral: return random.Below(2) == 0 ? "2024Q3" : "2024年";
    case TokenKind::kNewline: return random.Below(4) == 0 ? ";" : "\n";
    case TokenKind::kNotEqual: return "≠";
    case TokenKind::kLeftParen: return sign("(");
    case TokenKind::kRightParen: return sign(")");
    case TokenKind::kLeftBrace: return sign("{");
    case TokenKind::kRightBrace: return sign("}");
    case TokenKind::kComma: return random.Below(3) == 0 ? "、" : sign(",");
    case TokenKind::kColon: return sign(":");
    case TokenKind::kEqual: return sign("=");
    case TokenKind::kPipe: return sign("|");
    case TokenKind::kArrow: return random.Below(2) == 0 ? "→" : "->";
    case TokenKind::kPlus: return sign("+");
    case TokenKind::kMinus:
    case TokenKind::kAny: return sign("-");
    case TokenKind::kTimes: return random.Below(2) == 0 ? "×" : sign("*");
    case TokenKind::kDivide: return "÷";
    case TokenKind::kSlash:
    case TokenKind::kPer: return sign("/");
    case TokenKind::kPercent: return sign("%");
    case TokenKind::kDot: return sign(".");
    default: return "?";
  }
}

// The sentence as an author might write it: any spelling, blanks between words, now and then a comment or one more newline.
std::string Render(const std::vector<size_t>& types, Random& random) {
  std::string out;
  TokenKind before = TokenKind::kNewline;
  for (const size_t type : types) {
    const TokenKind kind = KindOf(type);
    const bool band = kind == TokenKind::kBand || before == TokenKind::kBand;
    const bool tight = kind == TokenKind::kPer || before == TokenKind::kPer || (band && random.Below(2) == 0);
    if (!tight) out += random.Below(20) == 0 ? "  " : " ";
    out += Spelling(kind, random);
    if (kind == TokenKind::kNewline && random.Below(8) == 0) out += "# 注释\n\n";
    before = kind;
  }
  return out + "\n";
}

struct Read {
  DiagnosticSink sink;
  syntax::TokenList tokens;
  syntax::Tree tree;
};

Read ReadPolicy(const std::string& bytes) {
  Read read;
  const syntax::OpenedSource opened = syntax::OpenSource("fuzz.heng", bytes, read.sink);
  if (!opened.usable) return read;
  read.tokens = syntax::Tokenize(opened.source, read.sink);
  read.tree = syntax::Parse(read.tokens, read.sink);
  return read;
}

// Either there is an error, or every declaration is in the tree, and the formatter keeps the meaning and its own result.
// Returns whether there was no error.
bool CheckRead(const std::string& bytes) {
  const Read read = ReadPolicy(bytes);
  if (read.sink.has_errors()) {
    if (read.tokens.source != nullptr) format::Format(read.tokens, {});
    return false;
  }
  // At the beginning of a line: 引用 政策 is one declaration.
  size_t declarations = 0;
  bool line_start = true;
  for (const syntax::Token& token : read.tokens.tokens) {
    if (token.hidden) continue;
    declarations += line_start && syntax::IsDeclarationWord(token.kind) ? 1 : 0;
    line_start = token.kind == TokenKind::kNewline;
  }
  EXPECT_EQ(declarations, read.tree.declarations.size()) << bytes;
  EXPECT_TRUE(read.tree.lost_names.empty()) << bytes;
  for (const std::optional<Language> keywords :
       {std::optional<Language>(), {Language::kChinese}, {Language::kEnglish}}) {
    const std::string formatted = format::Format(read.tokens, {keywords});
    const Read again = ReadPolicy(formatted);
    EXPECT_FALSE(again.sink.has_errors()) << bytes << "\n==== formatted\n" << formatted;
    EXPECT_EQ(syntax::Dump(again.tree), syntax::Dump(read.tree)) << bytes << "\n==== formatted\n" << formatted;
    EXPECT_EQ(format::Format(again.tokens, {}), formatted) << bytes;
  }
  return true;
}

TEST(GrammarFuzz, SentencesHaveOneMeaning) {
  SentenceWalk walk(HengParser(nullptr).getATN());
  Random random(20240701);
  const size_t count = Sentences();
  for (size_t i = 0; i < count; ++i) {
    const std::vector<size_t> sentence = walk.File(random);
    const std::string found = Judge(sentence);
    ASSERT_EQ(found, "") << "sentence " << i << ": " << SentenceText(sentence);
  }
}

TEST(GrammarFuzz, WrittenSentencesAreReadOrRefused) {
  SentenceWalk walk(HengParser(nullptr).getATN());
  Random random(20240702);
  const size_t count = Sentences();
  size_t clean = 0;
  for (size_t i = 0; i < count && !testing::Test::HasFailure(); ++i) {
    clean += CheckRead(Render(walk.File(random), random)) ? 1 : 0;
  }
  // The walk puts newlines where the pass hides them and the like; but most of what it writes is a policy.
  EXPECT_GT(clean, count / 4);
}

TEST(GrammarFuzz, DamagedPoliciesAreReadOrRefused) {
  std::ifstream file(std::string(HENG_SOURCE_DIR) + "/policies/shiliuzhuang/plates.heng", std::ios::binary);
  std::string original((std::istreambuf_iterator<char>(file)), {});
  ASSERT_FALSE(original.empty());
  original += R"(
类型 类别 : 甲 > 乙 另有 { 免评 }
引用 政策 a.b 的 x 每季 : 分, 0 至 9
参数 单价 按 类别 : 元 { 甲 = 3万元 依据 甲 ; 乙 待定 }
公式 b = 分段 x { 80分以上不满90分 → 累进 y { 不满 3 → 1 ; 其余 → 2 }
  -5 至 3, 线 以上 → 分情形 { 1 当 连续 2 期 (z 80%以上) ; 2 其余 } }
公式 c = 名次(x 由低到高 其中 y 去重 z 近 4 季 在 类别 内 至少 5 个 否则 全体 缺月按 0 不并列 按 w) + 前 2 期(x)
评分 企业.总 每季 满分 9 分 可为负 { 管理 9 分 扣完为止 { 巡查 9 分 : x ; 扣分 { 缺页 : 1 分 × n } } 封顶 3 分 }
)";
  Random random(20240703);
  const size_t count = Sentences() * 2 / 3;
  for (size_t i = 0; i < count && !testing::Test::HasFailure(); ++i) {
    std::string bytes = original;
    for (size_t damage = 1 + random.Below(4); damage > 0; --damage) {
      const size_t at = random.Below(bytes.size());
      const size_t length = 1 + random.Below(random.Below(4) == 0 ? 300 : 6);
      const size_t choice = random.Below(4);
      if (choice == 0) bytes.erase(at, length);
      if (choice == 1) bytes.insert(at, bytes.substr(random.Below(bytes.size()), length));
      if (choice == 2) bytes[at] = static_cast<char>(random.Below(256));
      if (choice == 3) bytes.insert(at, 1, "(){}[]|;:,=+-*/%.#\"\n 9a"[random.Below(23)]);
      if (bytes.empty()) bytes = original;
    }
    CheckRead(bytes);
  }
}

}  // namespace
}  // namespace heng::tests
