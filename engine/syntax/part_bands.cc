#include <algorithm>
#include <array>

#include "engine/syntax/token.h"

namespace heng::syntax {
namespace {

using K = TokenKind;

constexpr std::array<std::string_view, 4> kBandWords = {"以上", "以下", "以内", "以外"};

// Where in the text the first word of a band begins.
size_t FindBand(std::string_view text) {
  size_t first = std::string_view::npos;
  for (const std::string_view word : kBandWords) first = std::min(first, text.find(word));
  return first;
}

class Parting {
 public:
  explicit Parting(const SourceFile& source) : source_(source) {}

  std::vector<Token> Run(const std::vector<Token>& tokens) {
    out_.reserve(tokens.size());
    for (const Token& token : tokens) {
      if (token.kind != K::kName || !PartName(token)) out_.push_back(token);
      Follow(token.kind);
    }
    return std::move(out_);
  }

 private:
  // What of a quantity was read last: a number or the sign of division (a unit may follow), its unit, or nothing of one.
  enum class Behind : unsigned char { kNothing, kNumber, kUnit };

  void Follow(K kind) {
    switch (kind) {
      case K::kBlank:
      case K::kComment: return;
      case K::kNumber: behind_ = Behind::kNumber; return;
      case K::kName:
      case K::kPercent: behind_ = behind_ == Behind::kNumber ? Behind::kUnit : Behind::kNothing; return;
      case K::kSlash: behind_ = behind_ == Behind::kUnit ? Behind::kNumber : Behind::kNothing; return;
      default: behind_ = Behind::kNothing;
    }
  }

  bool PartName(const Token& token) {
    if (behind_ == Behind::kNothing) return false;
    const std::string_view text = source_.Text(token.span);
    constexpr std::string_view kTo = "至";
    if (behind_ == Behind::kNumber && text.size() > kTo.size() && text.ends_with(kTo)) {
      const auto to = static_cast<uint32_t>(token.span.end - kTo.size());
      out_.push_back({K::kName, {token.span.begin, to}});
      out_.push_back({K::kTo, {to, token.span.end}});
      behind_ = Behind::kNothing;
      return true;
    }
    const size_t at = FindBand(text);
    if (at == std::string_view::npos || (at > 0 && behind_ == Behind::kUnit)) return false;
    const auto begin = static_cast<uint32_t>(token.span.begin + at);
    const auto end = static_cast<uint32_t>(begin + kBandWords[0].size());
    if (at > 0) out_.push_back({K::kName, {token.span.begin, begin}});
    out_.push_back({K::kBand, {begin, end}});
    if (end < token.span.end) {
      const Keyword* keyword = FindKeyword(text.substr(end - token.span.begin));
      const bool compares = keyword != nullptr && keyword->kind >= K::kAtLeast && keyword->kind <= K::kLess;
      out_.push_back({compares ? keyword->kind : K::kName, {end, token.span.end}});
    }
    behind_ = Behind::kNothing;
    return true;
  }

  const SourceFile& source_;
  std::vector<Token> out_;
  Behind behind_ = Behind::kNothing;
};

}  // namespace

std::vector<Token> PartBands(const SourceFile& source, const std::vector<Token>& tokens) {
  return Parting(source).Run(tokens);
}

}  // namespace heng::syntax
