// Result<T>: what a function returns when the caller or the environment may be at fault (a file, a request, an argument).
// Not for the mistakes of a policy's author (those are diagnostics), nor for one row's failure (an error value in that row).
#pragma once

#include <string>
#include <utility>
#include <variant>

#include <tl/expected.hpp>

#include "engine/base/bilingual.h"

namespace heng {

// What kind of failure it is; decides the exit status of `heng` and the HTTP status.
enum class ErrorKind : unsigned char {
  kFindings,     // the thing asked about is at fault: refused facts, open parameters, a period that is none (exit 1)
  kUsage,        // the caller asked wrongly (exit 2, HTTP 400)
  kEnvironment,  // a file or the network failed (exit 3, HTTP 503)
};

// A stable code (kebab case), a message in both languages, and where: `file:line, 列 name` or a JSON pointer; may be empty.
struct Error {
  ErrorKind kind = ErrorKind::kFindings;
  std::string code;
  Bilingual message;
  std::string at;
};

template <typename T>
using Result = tl::expected<T, Error>;

using Status = Result<std::monostate>;
inline Status Ok() { return std::monostate{}; }

inline tl::unexpected<Error> Fail(ErrorKind kind, std::string code, Bilingual message, std::string at = "") {
  return tl::unexpected<Error>(Error{kind, std::move(code), std::move(message), std::move(at)});
}

}  // namespace heng
