// Lines: an NDJSON stream of subjects, block by block. The lines that are plainly right go the direct way, the others through the readers
// of data/ and the reference interpreter; the bytes are the same.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/direct/decider.h"

namespace heng::direct {

// The answers to the lines of a block, in their order.
struct LinesAnswer {
  std::string lines;
  // Of lines that cannot be read; each has the number of its line in front of its place.
  std::vector<Error> errors;
  bool findings = false;  // some line was refused, or a subject's facts were
  size_t count = 0;
  size_t direct = 0;  // how many of them went the direct way

  void Clear();
};

// For one thread at a time.
class LineAnswerer {
 public:
  // `plan`: null if nothing goes the direct way.
  LineAnswerer(const data::Deployment& deployment, Period period, std::shared_ptr<const Plan> plan);

  // Adds to `answer`. `first`: the number of the block's first line. REQUIRES: kPadding readable bytes behind the block.
  void Answer(std::string_view block, size_t first, LinesAnswer& answer);

 private:
  void AnswerByFacts(std::string_view line, size_t number, LinesAnswer& answer) const;

  const data::Deployment& deployment_;
  Period period_;
  std::optional<Decider> decider_;
};

}  // namespace heng::direct
