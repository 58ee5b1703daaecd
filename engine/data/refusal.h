// Refusal: one mistake in the facts, with its place: a line of a CSV file or a JSON pointer. The row fails, the rest
// goes on; the caller decides whether anything is settled. Not for the mistakes of a policy's author (diagnostics), nor
// for a bad request (Error).
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "engine/base/result.h"

namespace heng::data {

// `code` is stable and kebab-case; `value` is the text that was refused. All members but code and message may be empty.
struct Refusal {
  std::string code;
  Bilingual message;
  std::string file;
  size_t line = 0;  // counted from 1; 0: the file as a whole
  std::string column_name;
  std::string value;
  std::string rule;     // the range, the places, the 校验 that is broken
  std::string at;       // JSON pointer
  std::string subject;  // id of the subject whose facts it is; empty: the whole file is refused

  // `每月.csv:17，列 业主评价`, the JSON pointer, or nothing.
  Bilingual Place() const;
  // The place, then the message.
  Bilingual ToText() const;
};

// The first limits::kReportedRefusals of them, and how many there were.
struct Refusals {
  std::vector<Refusal> shown;
  size_t total = 0;
  // True if one of them is not about one subject's rows, so that nothing of the data can be used.
  bool whole = false;

  bool empty() const { return total == 0; }
  void Add(Refusal refusal);
};

}  // namespace heng::data
