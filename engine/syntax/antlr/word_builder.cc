#include "engine/syntax/antlr/word_builder.h"

#include "engine/base/text.h"
#include "engine/syntax/token.h"

namespace heng::syntax {

Span WordBuilder::SpanOf(antlr4::ParserRuleContext* context) {
  return {static_cast<uint32_t>(context->getStart()->getStartIndex()),
          static_cast<uint32_t>(context->getStop()->getStopIndex())};
}

Span WordBuilder::SpanOf(TerminalNode* node) {
  return {static_cast<uint32_t>(node->getSymbol()->getStartIndex()),
          static_cast<uint32_t>(node->getSymbol()->getStopIndex())};
}

Span WordBuilder::SpanIf(TerminalNode* node) { return node != nullptr ? SpanOf(node) : Span{}; }

std::string WordBuilder::Text(Span span) const { return std::string(tree_.source->Text(span)); }

std::string WordBuilder::Text(TerminalNode* node) const { return Text(SpanOf(node)); }

Name WordBuilder::NameOf(Span span) const {
  std::string text = FoldFullWidth(Text(span));
  constexpr std::string_view kLeft = "「";
  if (text.starts_with(kLeft)) text = text.substr(kLeft.size(), text.size() - 2 * kLeft.size());
  return {std::move(text), span};
}

std::vector<Name> WordBuilder::NamesOf(const std::vector<P::NameContext*>& names) const {
  std::vector<Name> out;
  for (P::NameContext* name : names) out.push_back(NameOf(name));
  return out;
}

Name WordBuilder::NameOf(P::NameContext* name) const { return name != nullptr ? NameOf(SpanOf(name)) : Name{}; }

// The text between the quotation marks, exactly as written.
std::string WordBuilder::Unquote(TerminalNode* node) const {
  const std::string text = Text(node);
  size_t first = 0;
  DecodeUtf8(text, first);
  size_t last = text.size() - 1;
  while ((static_cast<unsigned char>(text[last]) & 0xC0) == 0x80) --last;
  return text.substr(first, last - first);
}

std::string WordBuilder::UnquoteIf(TerminalNode* node) const { return node != nullptr ? Unquote(node) : std::string(); }

std::string WordBuilder::CodeOf(TerminalNode* node) const {
  if (node == nullptr) return "";
  const std::string text = FoldFullWidth(Text(node));
  return text.substr(1, text.size() - 2);
}

Declared WordBuilder::DeclaredOf(P::NameContext* name, TerminalNode* code, TerminalNode* title) const {
  return {NameOf(name), CodeOf(code), SpanIf(code), UnquoteIf(title)};
}

Declared WordBuilder::DeclaredOf(P::DeclaredContext* d) const { return DeclaredOf(d->name(), d->CODE(), d->STRING()); }

PeriodKind WordBuilder::EveryOf(TerminalNode* every) const {
  if (every == nullptr) return PeriodKind::kOnce;
  const std::string word(FindKeyword(Text(every))->en);
  if (word == "monthly") return PeriodKind::kMonth;
  if (word == "quarterly") return PeriodKind::kQuarter;
  return word == "halfyearly" ? PeriodKind::kHalf : PeriodKind::kYear;
}

// The pass has reported a date or period that is none; any other stands for it here.
Date WordBuilder::DateOf(TerminalNode* node) const { return ParseDate(FoldFullWidth(Text(node))).value_or(Date{}); }

Period WordBuilder::PeriodOf(TerminalNode* node) const {
  return ParsePeriod(FoldFullWidth(Text(node))).value_or(Period{PeriodKind::kYear, 1000});
}

Decimal WordBuilder::NumberOf(TerminalNode* node) const {
  return ParseDecimal(FoldFullWidth(Text(node))).value_or(Decimal{});
}

Quantity WordBuilder::QuantityOf(P::QuantityContext* q) const {
  Quantity out;
  out.number = NumberOf(q->NUMBER());
  out.span = SpanOf(q);
  if (P::UnitContext* unit = q->unit()) {
    if (unit->PERCENT() != nullptr) {
      out.unit.push_back({"%", SpanOf(unit->PERCENT())});
    } else {
      for (TerminalNode* part : unit->NAME()) out.unit.push_back(NameOf(SpanOf(part)));
      TakeScale(out);
    }
  }
  return out;
}

Quantity WordBuilder::QuantityOf(P::PeriodsContext* p) const {
  Quantity out;
  out.number = NumberOf(p->NUMBER());
  out.unit = {NameOf(SpanOf(p->NAME()))};
  out.span = SpanOf(p);
  return out;
}

// 万, 亿 and 万亿 before a unit, or alone.
void WordBuilder::TakeScale(Quantity& quantity) {
  constexpr std::pair<std::string_view, int64_t> kScales[] = {
      {"万亿", 1000000000000}, {"亿", 100000000}, {"万", 10000}};
  for (const auto& [word, scale] : kScales) {
    std::string& unit = quantity.unit.front().text;
    // `3万/月` is ten thousand of nothing per month: 万 then stays, as a unit that nobody knows.
    if (!unit.starts_with(word) || (unit == word && quantity.unit.size() > 1)) continue;
    quantity.scale = scale;
    unit.erase(0, word.size());
    if (unit.empty()) quantity.unit.erase(quantity.unit.begin());
    return;
  }
}

Mark WordBuilder::MarkOf(P::MarksContext* marks) const {
  Mark out;
  for (P::MarkContext* mark : marks->mark()) {
    const bool note = dynamic_cast<P::NoteMarkContext*>(mark) != nullptr;
    if (!note && out.provenance != Provenance::kUnmarked) {
      sink_.Add<DiagnosticKind::kTwoMarks>({tree_.source, SpanOf(mark)});
      continue;
    }
    out.span = out.span.end == 0 ? SpanOf(mark) : out.span.Through(SpanOf(mark));
    if (auto* sourced = dynamic_cast<P::SourcedMarkContext*>(mark)) {
      out.provenance = Provenance::kSourced;
      out.source = NameOf(sourced->name());
      out.remark = UnquoteIf(sourced->STRING());
    } else if (auto* chosen = dynamic_cast<P::ChosenMarkContext*>(mark)) {
      out.provenance = Provenance::kChosen;
      out.remark = UnquoteIf(chosen->STRING());
    } else if (auto* open = dynamic_cast<P::OpenMarkContext*>(mark)) {
      out.provenance = Provenance::kOpen;
      out.remark = UnquoteIf(open->STRING());
    } else {
      out.note = Unquote(dynamic_cast<P::NoteMarkContext*>(mark)->STRING());
    }
  }
  return out;
}

}  // namespace heng::syntax
