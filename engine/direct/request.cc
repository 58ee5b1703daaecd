#include "engine/direct/request.h"

#include <algorithm>

#include "engine/direct/scalar.h"

namespace heng::direct {

namespace ondemand = simdjson::ondemand;

std::shared_ptr<const Plan> RequestAnswerer::Answer(std::string_view body, const Choose& choose, std::string& out) {
  const size_t size = out.size();
  const auto fail = [&] {
    out.resize(size);
    return nullptr;
  };
  if (body.size() + kPadding > padded_.size()) padded_.resize(body.size() + kPadding);
  std::copy(body.begin(), body.end(), padded_.begin());
  const std::string_view whole = std::string_view(padded_).substr(0, body.size());
  const char* const end = whole.data() + whole.size();
  ondemand::document document;
  ondemand::object object;
  if (parser_.iterate(padded_.data(), body.size(), padded_.size()).get(document)) return fail();
  if (document.get_object().get(object)) return fail();
  Head head;
  bool answered = false;
  for (auto member : object) {
    ondemand::raw_json_string key;
    ondemand::value value;
    if (member.key().get(key) || member.value().get(value)) return fail();
    if (IsKey(key.raw(), end, "subjects")) {
      ondemand::array subjects;
      if (answered || value.get_array().get(subjects)) return fail();
      std::shared_ptr<const Plan> plan = choose(head);
      if (plan == nullptr) return fail();
      if (plan != plan_) {
        decider_.emplace(plan);
        plan_ = std::move(plan);
      }
      if (!AnswerSubjects(subjects, whole, out)) return fail();
      answered = true;
      continue;
    }
    // What chooses the plan stands in front of the subjects, each once.
    const std::string_view token = TrimEnd(value.raw_json_token());
    const auto text = Content(token);
    if (IsKey(key.raw(), end, "period") && text && !head.period && !answered) {
      head.period = ParsePeriod(*text);
      if (!head.period) return fail();
    } else if (IsKey(key.raw(), end, "policy") && text && head.policy.empty() && !answered) {
      head.policy = *text;
    } else if (IsKey(key.raw(), end, "version") && text && head.version.empty() && !answered) {
      head.version = *text;
    } else {
      return fail();
    }
  }
  if (!answered || document.current_location().error() != simdjson::OUT_OF_BOUNDS) return fail();
  return plan_;
}

bool RequestAnswerer::AnswerSubjects(ondemand::array subjects, std::string_view text, std::string& out) {
  ids_.clear();
  for (auto element : subjects) {
    ondemand::object object;
    if (element.get_object().get(object)) return false;
    if (!ids_.empty()) out += ',';
    if (!decider_->DecideObject(object, text, out)) return false;
    ids_.push_back(decider_->id());
  }
  std::sort(ids_.begin(), ids_.end());
  return std::adjacent_find(ids_.begin(), ids_.end()) == ids_.end();
}

}  // namespace heng::direct
