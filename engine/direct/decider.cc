#include "engine/direct/decider.h"

#include <charconv>

#include "engine/base/limits.h"
#include "engine/data/outputs.h"

namespace heng::direct {

namespace ondemand = simdjson::ondemand;

Decider::Decider(std::shared_ptr<const Plan> plan) : plan_(std::move(plan)), single_(plan_->single), reader_(*plan_, single_) {}

bool Decider::DecideLine(std::string_view line, std::string& out) {
  if (line.size() > limits::kRequestBytes) return false;
  ondemand::document document;
  ondemand::object object;
  if (parser_.iterate(line.data(), line.size(), line.size() + kPadding).get(document)) return false;
  if (document.get_object().get(object)) return false;
  if (!reader_.Read(object, line.data() + line.size())) return false;
  // Something stands behind the object.
  if (document.current_location().error() != simdjson::OUT_OF_BOUNDS) return false;
  return Decide(out);
}

bool Decider::DecideObject(ondemand::object object, const char* end, std::string& out) {
  return reader_.Read(object, end) && Decide(out);
}

bool Decider::Decide(std::string& out) {
  single_.Decide();
  for (const size_t claim : plan_->claims) {
    if (single_.deferred(claim) || !single_.present(claim) || single_.integer(claim) == 0) return false;
  }
  const size_t size = out.size();
  for (const Piece& piece : plan_->pieces) {
    if (piece.kind == Piece::Kind::kNumber && piece.factor != 0) {
      if (WriteNumber(piece, out)) continue;
    } else {
      out += piece.before;
      if (Write(piece, out)) continue;
    }
    out.resize(size);
    return false;
  }
  return true;
}

bool Decider::Write(const Piece& piece, std::string& out) const {
  if (piece.kind == Piece::Kind::kEnd) return true;
  if (piece.kind == Piece::Kind::kId) {
    out += '"';
    out += reader_.id();
    out += '"';
    return true;
  }
  if (single_.deferred(piece.output)) return false;
  if (!single_.present(piece.output)) {
    out += "null";
    return true;
  }
  const auto integer = static_cast<int64_t>(single_.integer(piece.output));
  switch (piece.kind) {
    case Piece::Kind::kBool: out += integer != 0 ? "true" : "false"; break;
    case Piece::Kind::kWord: out += piece.words[static_cast<size_t>(integer)]; break;
    case Piece::Kind::kDate:
      out += '"' + Date{1970, 1, 1}.AddDays(static_cast<int>(integer)).ToString() + '"';
      break;
    case Piece::Kind::kText:
      if (reader_.texts().is_own(static_cast<size_t>(integer))) {
        out += '"';
        out += reader_.texts().own(static_cast<size_t>(integer));
        out += '"';
      } else {
        out += plan_->texts[static_cast<size_t>(integer)];
      }
      break;
    default: {
      const semantic::Model& model = *plan_->deployment.graph->model;
      out += '"' + data::PrintValue(model, *piece.definition, single_.number(piece.output)) + '"';
    }
  }
  return true;
}

bool Decider::WriteNumber(const Piece& piece, std::string& out) const {
  if (single_.deferred(piece.output)) return false;
  if (!single_.present(piece.output)) {
    out += piece.before;
    out += "null";
    return true;
  }
  const int64_t value = static_cast<int64_t>(single_.integer(piece.output)) * piece.factor;
  // Digits from the last one on; zeros behind the places that are wanted are left out.
  char text[48];
  char* const end = text + sizeof text;
  char* at = end;
  *--at = '"';
  auto rest = value < 0 ? uint64_t{0} - static_cast<uint64_t>(value) : static_cast<uint64_t>(value);
  int decimals = piece.decimals;
  for (; decimals > piece.places && rest % 10 == 0; --decimals) rest /= 10;
  for (int i = decimals; i < piece.places; ++i) *--at = '0';
  for (int i = 0; i < decimals; ++i, rest /= 10) *--at = static_cast<char>('0' + rest % 10);
  if (std::max(decimals, piece.places) > 0) *--at = '.';
  do {
    *--at = static_cast<char>('0' + rest % 10);
    rest /= 10;
  } while (rest != 0);
  if (value < 0) *--at = '-';
  *--at = '"';
  out += piece.before;
  out.append(at, static_cast<size_t>(end - at));
  return true;
}

}  // namespace heng::direct
