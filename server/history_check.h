// What a request says and leaves out of the past must not contradict what the store has settled. Used by evaluations and settlements.
#pragma once

#include <string>
#include <vector>

#include "engine/data/refusal.h"
#include "server/handlers.h"

namespace heng::server {

// 409 history-differs, with each place.
Problem HistoryDiffers(std::vector<data::Refusal> differences);

// False: the body brings no history, whatever it holds else. Cheap.
bool MayBringHistory(const std::string& body);

// Of an evaluation, JSON or lines. 409 history-differs; the store's errors. Whatever else is wrong with the request is left to who
// answers it, and what is only imagined (what_if) may have any past.
tl::expected<void, Problem> CheckHistory(const Call& call, const config::District& district, bool lines);

}  // namespace heng::server
