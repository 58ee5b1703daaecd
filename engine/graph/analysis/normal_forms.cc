#include "engine/graph/analysis/normal_forms.h"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "engine/graph/dump.h"

namespace heng::graph {
namespace {

// A sum of more is an atom: chains of sums would cost a square.
constexpr size_t kMostTerms = 64;

// What keys begin with beside the number of a form (Form::kFail is the last).
enum Mark : uint32_t { kNode = 100, kProduct, kNotZero };

// The number that the form always is, if it is there.
std::optional<Rational> NumberOf(const NormalForm& form) {
  if (form.terms.empty()) return Rational(0);
  if (form.terms.size() > 1 || form.terms.begin()->first != NormalForm::Part{}) return std::nullopt;
  return form.terms.begin()->second;
}

void Need(std::vector<AtomId>& all, const std::vector<AtomId>& more) {
  std::vector<AtomId> both;
  std::set_union(all.begin(), all.end(), more.begin(), more.end(), std::back_inserter(both));
  all = std::move(both);
}

void AddTerm(NormalForm& form, NormalForm::Part part, const Rational& coefficient) {
  const auto [at, added] = form.terms.try_emplace(part, coefficient);
  if (!added) at->second += coefficient;
  if (at->second.is_zero()) form.terms.erase(at);
}

// The one divisor that all terms have (invalid: none has one).
std::optional<FormId> DivisorOf(const NormalForm& form) {
  std::optional<FormId> divisor;
  for (const auto& [part, coefficient] : form.terms) {
    if (divisor && *divisor != part.first) return std::nullopt;
    divisor = part.first;
  }
  return divisor.value_or(FormId{});
}

NormalForm WithoutDivisors(const NormalForm& form) {
  NormalForm out{{}, form.needs};
  for (const auto& [part, coefficient] : form.terms) AddTerm(out, {FormId{}, part.second}, coefficient);
  return out;
}

// Above ÷ a divisor without constant factor, neither with a divisor of its own. One part of the divisor is written as the whole less the
// others, so that (a + n) ÷ n is a ÷ n + 1.
NormalForm Over(const NormalForm& above, FormId divisor, const NormalForm& below) {
  NormalForm out{{}, above.needs};
  const auto& [lead, one] = *below.terms.begin();
  for (const auto& [part, coefficient] : above.terms) {
    if (part.second != lead.second) {
      AddTerm(out, {divisor, part.second}, coefficient);
      continue;
    }
    AddTerm(out, {}, coefficient);
    for (const auto& [other, share] : below.terms) {
      if (other != lead) AddTerm(out, {divisor, other.second}, -(coefficient * share));
    }
  }
  Need(out.needs, below.needs);
  return out;
}

}  // namespace

NormalForms::NormalForms(const Graph& graph, const Ranges& ranges)
    : graph_(graph), ranges_(ranges), of_(graph.nodes.size()) {
  std::map<std::pair<FormId, std::pair<SortId, PeriodKind>>, NodeId> firsts;
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    const NodeId id(i);
    of_[i] = Compute(id);
    const Grain& grain = graph[id].grain;
    first_.push_back(firsts.try_emplace({of_[i], {grain.sort, grain.period}}, id).first->second);
  }
}

FormId NormalForms::Intern(NormalForm form) {
  const auto [at, added] = ids_.try_emplace(std::move(form), FormId(forms_.size()));
  if (added) forms_.push_back(at);
  return at->second;
}

AtomId NormalForms::AtomOf(Key key, NodeId node) {
  const auto [at, added] = atom_ids_.try_emplace(std::move(key), AtomId(atoms_.size()));
  if (added) atoms_.push_back(node);
  return at->second;
}

FormId NormalForms::FormOf(AtomId atom) {
  NormalForm form;
  form.needs = {atom};
  AddTerm(form, {FormId{}, atom}, 1);
  return Intern(std::move(form));
}

FormId NormalForms::Opaque(NodeId id) { return FormOf(AtomOf(KeyOf(id), id)); }

// What grew too long, or whose coefficients did, is an atom.
FormId NormalForms::Linear(NodeId id, std::optional<NormalForm> form) {
  const bool fits =
      form && form->terms.size() <= kMostTerms && form->needs.size() <= 2 * kMostTerms &&
      std::all_of(form->terms.begin(), form->terms.end(), [](const auto& term) { return term.second.ToFraction(); });
  return fits ? Intern(*std::move(form)) : Opaque(id);
}

// By what a node is and what its operands are: equal keys mean equal values.
NormalForms::Key NormalForms::KeyOf(NodeId id) const {
  const Node& n = graph_[id];
  if (n.form == Form::kLiteral || n.form == Form::kFail) return {kNode, id.value};
  Key key = {static_cast<uint32_t>(n.form),
             static_cast<uint32_t>(n.op),
             static_cast<uint32_t>(n.fold),
             static_cast<uint32_t>(n.ties),
             (n.unique ? 1U : 0U) + (n.has_else ? 2U : 0U) + (n.conditional ? 4U : 0U) + (n.descending ? 8U : 0U),
             static_cast<uint32_t>(n.type.kind),
             n.type.enumeration.value,
             n.grain.sort.value,
             static_cast<uint32_t>(n.grain.period),
             n.source.sort.value,
             static_cast<uint32_t>(n.source.period),
             n.field.value,
             n.definition.value,
             n.path.value,
             static_cast<uint32_t>(n.back),
             static_cast<uint32_t>(n.window)};
  for (const bool descending : n.further) key.push_back(descending ? 1 : 0);
  // What divides differs where only one of the two is reached with a divisor of 0.
  if (n.op == Op::kDivide) key.push_back(ranges_.MayDivideByZero(id) ? 1 : 0);
  const size_t first = key.size();
  // The body of a name whose past is read may stand behind it: the name itself is the key.
  for (const NodeId operand : n.operands)
    key.push_back(n.form == Form::kPast ? operand.value : of_[operand.index()].value);
  const bool commutes = n.op == Op::kMin || n.op == Op::kMax || n.op == Op::kEqual;
  if (commutes) std::sort(key.begin() + static_cast<std::ptrdiff_t>(first), key.end());
  return key;
}

FormId NormalForms::Compute(NodeId id) {
  const Node& node = graph_[id];
  const auto operand = [&](size_t i) -> const NormalForm& { return (*this)[Of(node.operands[i])]; };
  if (node.form == Form::kName) {
    const NodeId body = graph_[node.definition].body;
    return body < id ? Of(body) : Opaque(id);
  }
  if (!node.type.is_number()) return Opaque(id);
  if (node.form == Form::kLiteral) {
    NormalForm constant;
    AddTerm(constant, {}, std::get<Rational>(node.literal));
    return Linear(id, std::move(constant));
  }
  if (node.form != Form::kOp) return Opaque(id);
  switch (node.op) {
    case Op::kAdd: return Linear(id, Plus(operand(0), operand(1), 1));
    case Op::kSubtract: return Linear(id, Plus(operand(0), operand(1), -1));
    case Op::kNegate: return Linear(id, Scaled(operand(0), -1));
    case Op::kMultiply: return Linear(id, Product(id));
    case Op::kDivide: return Linear(id, Quotient(id));
    default: return Opaque(id);
  }
}

NormalForm NormalForms::Scaled(const NormalForm& form, const Rational& factor) const { return Plus({}, form, factor); }

NormalForm NormalForms::Plus(const NormalForm& a, const NormalForm& b, const Rational& factor) const {
  NormalForm out = a;
  if (!factor.is_zero()) {
    for (const auto& [part, coefficient] : b.terms) AddTerm(out, part, coefficient * factor);
  }
  Need(out.needs, b.needs);
  return out;
}

// Without its first coefficient, and that. REQUIRES: it has a term.
std::pair<FormId, Rational> NormalForms::Primitive(const NormalForm& form) {
  const Rational lead = form.terms.begin()->second;
  return {Intern(Scaled(form, Rational(1) / lead)), lead};
}

std::optional<NormalForm> NormalForms::Product(NodeId id) {
  const NormalForm& a = (*this)[Of(graph_[id].operands[0])];
  const NormalForm& b = (*this)[Of(graph_[id].operands[1])];
  for (const bool swapped : {false, true}) {
    const auto number = NumberOf(swapped ? b : a);
    if (!number) continue;
    NormalForm out = Scaled(swapped ? a : b, *number);
    Need(out.needs, (swapped ? b : a).needs);
    return out;
  }
  const auto [one, a_factor] = Primitive(a);
  const auto [other, b_factor] = Primitive(b);
  // (a ÷ n + c) × n is a + c·n.
  for (const bool swapped : {false, true}) {
    const NormalForm& quotient = swapped ? b : a;
    const FormId divisor = swapped ? one : other;
    const bool divides = std::all_of(quotient.terms.begin(), quotient.terms.end(), [&](const auto& term) {
      return term.first.first == divisor || term.first == NormalForm::Part{};
    });
    if (!divides || DivisorOf(quotient) == FormId{}) continue;
    NormalForm out{{}, quotient.needs};
    for (const auto& [part, coefficient] : quotient.terms) {
      if (part.first == divisor) {
        AddTerm(out, {FormId{}, part.second}, coefficient);
      } else {
        out = Plus(out, (*this)[divisor], coefficient);
      }
    }
    Need(out.needs, (*this)[divisor].needs);
    return Scaled(out, swapped ? a_factor : b_factor);
  }
  const auto [least, greatest] = std::minmax(one, other);
  const AtomId atom = AtomOf({kProduct, least.value, greatest.value}, id);
  return Scaled((*this)[FormOf(atom)], a_factor * b_factor);
}

std::optional<NormalForm> NormalForms::Quotient(NodeId id) {
  NormalForm above = (*this)[Of(graph_[id].operands[0])];
  NormalForm below = (*this)[Of(graph_[id].operands[1])];
  if (below.terms.empty()) return std::nullopt;
  // (a ÷ n) ÷ (b ÷ n) is a ÷ b.
  const auto divisor = DivisorOf(below);
  if (divisor && divisor->valid() && DivisorOf(above) == divisor) {
    above = WithoutDivisors(above);
    below = WithoutDivisors(below);
  }
  if (const auto number = NumberOf(below)) {
    Need(above.needs, below.needs);
    return Scaled(above, Rational(1) / *number);
  }
  if (DivisorOf(above) != FormId{} || DivisorOf(below) != FormId{}) return std::nullopt;
  const auto [primitive, factor] = Primitive(below);
  if (ranges_.MayDivideByZero(id)) Need(above.needs, {AtomOf({kNotZero, primitive.value}, {})});
  return Scaled(Over(above, primitive, (*this)[primitive]), Rational(1) / factor);
}

std::string NormalForms::Text(NodeId node) const { return Text(Of(node)); }

std::string NormalForms::TextOf(AtomId atom) const {
  const NodeId id = atoms_[atom.index()];
  const Node& node = graph_[id];
  if (node.form == Form::kField) return (*graph_.model)[node.field].name;
  return fmt::format("{}#{}", NameOf(node.form), id.index());
}

std::string NormalForms::Text(FormId id) const {
  const NormalForm& form = (*this)[id];
  std::string out;
  for (const auto& [part, coefficient] : form.terms) {
    const bool negative = coefficient.sign() < 0;
    const Rational size = negative ? -coefficient : coefficient;
    out += out.empty() ? (negative ? "-" : "") : negative ? " - " : " + ";
    const bool one = size == Rational(1);
    if (!part.second.valid() || !one) out += size.ToString();
    if (part.second.valid()) out += (one ? "" : "·") + TextOf(part.second);
    if (!part.first.valid()) continue;
    const bool several = (*this)[part.first].terms.size() > 1;
    out += several ? "÷(" + Text(part.first) + ")" : "÷" + Text(part.first);
  }
  return out.empty() ? "0" : out;
}

}  // namespace heng::graph
