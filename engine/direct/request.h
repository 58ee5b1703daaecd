// A whole JSON request (contract.md) the direct way: subjects of the first kind with plain facts, nothing asked for beyond the answer.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "engine/direct/decider.h"

namespace heng::direct {

// What the request says in front of its subjects.
struct Head {
  std::string_view policy;  // empty: not said
  std::string_view version;
  std::optional<Period> period;
};

// For one thread at a time; keeps its buffers and the registers of the last plan.
class RequestAnswerer {
 public:
  // The plan that the request is for; null: it goes another way.
  using Choose = std::function<std::shared_ptr<const Plan>(const Head& head)>;

  // Appends the objects of `results`, separated by commas. Null if something is in the request that the readers of data/ have to look
  // at, or a guarantee does not hold; `out` is then left as it is. Otherwise the plan that answered.
  std::shared_ptr<const Plan> Answer(std::string_view body, const Choose& choose, std::string& out);

 private:
  bool AnswerSubjects(simdjson::ondemand::array subjects, std::string_view text, std::string& out);

  simdjson::ondemand::parser parser_;
  std::string padded_;
  std::vector<std::string_view> ids_;
  std::shared_ptr<const Plan> plan_;
  std::optional<Decider> decider_;
};

}  // namespace heng::direct
