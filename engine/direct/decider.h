// Decider: the JSON of one subject in, the JSON of its results out, with nothing allocated on the way. For one thread at a time.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "engine/direct/reader.h"

namespace heng::direct {

// Bytes behind a text that must be readable (their content does not matter).
inline constexpr size_t kPadding = simdjson::SIMDJSON_PADDING;

class Decider {
 public:
  // REQUIRES: a plan.
  explicit Decider(std::shared_ptr<const Plan> plan);

  // Appends what data::ToJson gives for the subject, or leaves `out` as it is and returns false: the line is for the readers of data/ and
  // the interpreter. REQUIRES: kPadding readable bytes behind the line.
  bool DecideLine(std::string_view line, std::string& out);
  // The same of an object within a text.
  bool DecideObject(simdjson::ondemand::object object, std::string_view text, std::string& out);
  // Of the last subject, as it stands in the JSON.
  std::string_view id() const { return reader_.id(); }

 private:
  class Sink;

  bool Decide(std::string& out);
  bool Write(const Piece& piece, Sink& out) const;
  // A number that is printed from its integer.
  static void WriteNumber(const Piece& piece, int64_t value, Sink& out);

  std::shared_ptr<const Plan> plan_;
  eval::Single single_;
  simdjson::ondemand::parser parser_;
  Reader reader_;
};

}  // namespace heng::direct
