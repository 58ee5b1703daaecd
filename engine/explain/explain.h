// Why a subject got its results, in sentences: from the evaluation's traces, the graph's names and its table of occurrences.
#pragma once

#include <string>
#include <vector>

#include "engine/data/explanation.h"
#include "engine/data/fact_layout.h"
#include "engine/eval/evaluation.h"

namespace heng::explain {

// One explanation for each published result of the settled period, in the policy's order, each with what it rests on below it.
// `subject` counts the subjects of the sort.
std::vector<data::Explanation> Explain(const eval::Evaluation& evaluation, data::SortId sort, uint32_t subject);

// The same as indented text for people.
std::string RenderText(const std::vector<data::Explanation>& explanations, Language language);

}  // namespace heng::explain
