// Problem: an error of the HTTP interface, as RFC 9457 has it (application/problem+json), with a stable code and both
// languages.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/data/refusal.h"
#include "engine/evaluate/evaluate.h"
#include "server/message.h"

namespace heng::server {

struct Problem {
  int status = 500;
  std::string code;
  Bilingual detail;
  // Where: a JSON pointer, `line:column`, a parameter of the query; may be empty.
  std::string at;
  std::vector<data::Refusal> errors;
  // Not 0: the client may try again after so many seconds.
  int retry_after_s = 0;
  // What only the service's log is told: the words of a database or of the system.
  std::string cause = "";
};

// `type, title, status, detail, code, instance, messages{zh,en}`, and `errors` with what is located. `detail` is in
// the language.
Response ToResponse(const Problem& problem, Language language, std::string_view instance = {});

// What a client is told of a mistake of ours: nothing but that.
Problem InternalProblem();
Response InternalError(std::string_view accept_language);

// The first language of Accept-Language that is Chinese or English, by its weight; Chinese if there is none.
Language LanguageOf(std::string_view accept_language);

// What the evaluation says, with the status that its code has.
Problem ProblemOf(const evaluate::AnswerFailure& failure);
// An error of the store, of a policy, of the environment.
Problem ProblemOf(const Error& error);

// `Not Found` and so on.
Bilingual TitleOf(int status);

}  // namespace heng::server
