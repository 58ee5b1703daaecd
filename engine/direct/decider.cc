#include "engine/direct/decider.h"

#include <algorithm>
#include <cstring>

#include "engine/base/limits.h"
#include "engine/data/outputs.h"

namespace heng::direct {

namespace ondemand = simdjson::ondemand;

// Appends to a string, whose room is made now and then and not at every piece.
class Decider::Sink {
 public:
  explicit Sink(std::string& out) : out_(out), size_(out.size()) {}
  ~Sink() { out_.resize(size_); }
  Sink(const Sink&) = delete;
  Sink& operator=(const Sink&) = delete;

  void Append(std::string_view text) {
    std::memcpy(Room(text.size()), text.data(), text.size());
    size_ += text.size();
  }
  void AppendQuoted(std::string_view text) {
    char* const at = Room(text.size() + 2);
    at[0] = '"';
    std::memcpy(at + 1, text.data(), text.size());
    at[text.size() + 1] = '"';
    size_ += text.size() + 2;
  }
  void Shrink(size_t size) { size_ = size; }

 private:
  static constexpr size_t kRoom = 256;

  char* Room(size_t bytes) {
    if (size_ + bytes > out_.size()) out_.resize(size_ + bytes + kRoom);
    return out_.data() + size_;
  }

  std::string& out_;
  size_t size_;
};

Decider::Decider(std::shared_ptr<const Plan> plan)
    : plan_(std::move(plan)), single_(plan_->single), reader_(*plan_, single_) {}

bool Decider::DecideLine(std::string_view line, std::string& out) {
  if (line.size() > limits::kRequestBytes) return false;
  if (reader_.ReadAlike(line)) return Decide(out);
  ondemand::document document;
  ondemand::object object;
  if (parser_.iterate(line.data(), line.size(), line.size() + kPadding).get(document)) return false;
  if (document.get_object().get(object)) return false;
  if (!reader_.Read(object, line)) return false;
  // Something stands behind the object.
  if (document.current_location().error() != simdjson::OUT_OF_BOUNDS) return false;
  reader_.KeepShape();
  return Decide(out);
}

bool Decider::DecideObject(ondemand::object object, std::string_view text, std::string& out) {
  return reader_.Read(object, text) && Decide(out);
}

bool Decider::Decide(std::string& out) {
  single_.Decide();
  for (const size_t claim : plan_->claims) {
    if (single_.deferred(claim) || !single_.present(claim) || single_.integer(claim) == 0) return false;
  }
  const size_t size = out.size();
  Sink sink(out);
  for (const Piece& piece : plan_->pieces) {
    sink.Append(piece.before);
    if (Write(piece, sink)) continue;
    sink.Shrink(size);
    return false;
  }
  return true;
}

bool Decider::Write(const Piece& piece, Sink& out) const {
  if (piece.kind == Piece::Kind::kEnd) return true;
  if (piece.kind == Piece::Kind::kId) {
    out.AppendQuoted(reader_.id());
    return true;
  }
  if (single_.deferred(piece.output)) return false;
  if (!single_.present(piece.output)) {
    out.Append("null");
    return true;
  }
  const auto integer = static_cast<int64_t>(single_.integer(piece.output));
  switch (piece.kind) {
    case Piece::Kind::kBool: out.Append(integer != 0 ? "true" : "false"); break;
    case Piece::Kind::kWord: out.Append(piece.words[static_cast<size_t>(integer)]); break;
    case Piece::Kind::kDate: out.AppendQuoted(Date{1970, 1, 1}.AddDays(static_cast<int>(integer)).ToString()); break;
    case Piece::Kind::kText:
      if (reader_.texts().is_own(static_cast<size_t>(integer))) {
        out.AppendQuoted(reader_.texts().own(static_cast<size_t>(integer)));
      } else {
        out.Append(plan_->texts[static_cast<size_t>(integer)]);
      }
      break;
    default:
      if (piece.factor != 0) {
        WriteNumber(piece, integer * piece.factor, out);
      } else {
        out.AppendQuoted(
            data::PrintValue(*plan_->deployment.graph->model, *piece.definition, single_.number(piece.output)));
      }
  }
  return true;
}

void Decider::WriteNumber(const Piece& piece, int64_t value, Sink& out) {
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
  out.Append({at, static_cast<size_t>(end - at)});
}

}  // namespace heng::direct
