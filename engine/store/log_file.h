// An exported log: one JSON object a line, `{"key": …}`, `{"checkpoint": …}` or `{"record": …}`; a district's records in their order. It
// is verified without the store (LogVerifier), and its checkpoints are what a log is held to later. Used by `heng log`.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "engine/base/result.h"
#include "engine/store/decision.h"
#include "engine/store/signature.h"

namespace heng::store {

using LogLine = std::variant<Record, Checkpoint, PublicKey>;

// Without the line end.
std::string WriteLine(const LogLine& line);
// Errors: those of data::ParseJson (kUsage); bad-log-line (kFindings).
Result<LogLine> ReadLine(std::string_view text);

}  // namespace heng::store
