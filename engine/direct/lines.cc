#include "engine/direct/lines.h"

#include <algorithm>

#include <fmt/format.h>

#include "engine/data/answer.h"
#include "engine/data/request.h"

namespace heng::direct {

void LinesAnswer::Clear() {
  lines.clear();
  errors.clear();
  findings = false;
  count = 0;
  direct = 0;
}

LineAnswerer::LineAnswerer(const data::Deployment& deployment, Period period, std::shared_ptr<const Plan> plan)
    : deployment_(deployment), period_(period) {
  if (plan != nullptr) decider_.emplace(std::move(plan));
}

void LineAnswerer::Answer(std::string_view block, size_t first, LinesAnswer& answer) {
  for (size_t number = first; !block.empty(); ++number) {
    const size_t end = std::min(block.find('\n'), block.size());
    const std::string_view line = block.substr(0, end);
    block.remove_prefix(std::min(end + 1, block.size()));
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    ++answer.count;
    if (decider_ && decider_->DecideLine(line, answer.lines)) {
      ++answer.direct;
      answer.lines += '\n';
    } else {
      AnswerByFacts(line, number, answer);
    }
  }
}

void LineAnswerer::AnswerByFacts(std::string_view line, size_t number, LinesAnswer& answer) const {
  const auto refuse = [&](const Error& error) {
    constexpr std::string_view kSubject = "/subjects/0";
    const std::string at = error.at.starts_with(kSubject) ? error.at.substr(kSubject.size()) : error.at;
    const bool located = !at.empty() && !at.starts_with('/');
    answer.errors.push_back({error.kind, error.code, error.message, located ? at : fmt::format("{} {}", number, at)});
    answer.lines += fmt::format("{{\"line\":{},\"error\":\"{}\"}}\n", number, error.code);
    answer.findings = true;
  };
  const Result<data::Request> request = data::ParseSubjectLine(line, number, period_);
  if (!request) return refuse(request.error());
  const Result<data::FactReading> reading = data::ReadFacts(deployment_.graph, *request, deployment_.parameters);
  if (!reading) return refuse(reading.error());
  const eval::Evaluation evaluation(deployment_.graph, reading->facts, period_);
  for (const data::SubjectOutputs& subject : data::OutputsOf(evaluation, reading->refusals)) {
    if (!subject.errors.empty()) answer.findings = true;
    answer.lines += data::ToJson(*deployment_.graph->model, subject, false);
    answer.lines += '\n';
  }
}

}  // namespace heng::direct
