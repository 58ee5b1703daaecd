#include "server/problem.h"

#include <algorithm>
#include <array>
#include <optional>

#include <nlohmann/json.hpp>

#include "engine/base/text.h"
#include "engine/data/answer.h"
#include "server/preferences.h"

namespace heng::server {
namespace {

using Json = nlohmann::ordered_json;

struct StatusOfCode {
  std::string_view code;
  int status;
};

// Codes of the evaluation that are not simply a bad request.
constexpr std::array kStatusOfCode = {
    StatusOfCode{"unknown-policy", 404},     StatusOfCode{"unknown-version", 404},
    StatusOfCode{"not-in-force", 409},       StatusOfCode{"not-a-settlement-period", 422},
    StatusOfCode{"facts-refused", 422},      StatusOfCode{"request-too-large", 413},
    StatusOfCode{"unknown-decision", 404},   StatusOfCode{"unknown-settlement", 404},
    StatusOfCode{"unknown-deployment", 404}, StatusOfCode{"idempotency-conflict", 422},
    StatusOfCode{"same-person", 409},        StatusOfCode{"wrong-state", 409},
    StatusOfCode{"same-first-day", 409},     StatusOfCode{"already-settled", 409},
    StatusOfCode{"already-superseded", 409}, StatusOfCode{"other-period", 409},
};

int StatusOf(const Error& error) {
  for (const StatusOfCode& entry : kStatusOfCode) {
    if (entry.code == error.code) return entry.status;
  }
  switch (error.kind) {
    case ErrorKind::kUsage: return 400;
    case ErrorKind::kFindings: return 422;
    case ErrorKind::kEnvironment: break;
  }
  return 503;
}

Json Both(const Bilingual& text) { return {{"zh", text.zh}, {"en", text.en}}; }

}  // namespace

Bilingual TitleOf(int status) {
  switch (status) {
    case 200: return {"成功", "OK"};
    case 304: return {"没有改变", "Not Modified"};
    case 400: return {"请求有误", "Bad Request"};
    case 404: return {"没有找到", "Not Found"};
    case 405: return {"不支持的方法", "Method Not Allowed"};
    case 408: return {"请求超时", "Request Timeout"};
    case 409: return {"冲突", "Conflict"};
    case 411: return {"缺少内容长度", "Length Required"};
    case 413: return {"请求太大", "Content Too Large"};
    case 414: return {"网址太长", "URI Too Long"};
    case 415: return {"不支持的内容类型", "Unsupported Media Type"};
    case 417: return {"不能满足 Expect", "Expectation Failed"};
    case 401: return {"需要身份认证", "Unauthorized"};
    case 403: return {"没有权限", "Forbidden"};
    case 406: return {"没有可接受的格式", "Not Acceptable"};
    case 410: return {"已经不在", "Gone"};
    case 412: return {"条件不成立", "Precondition Failed"};
    case 422: return {"不能处理的内容", "Unprocessable Content"};
    case 429: return {"请求太多", "Too Many Requests"};
    case 431: return {"请求头太大", "Request Header Fields Too Large"};
    case 501: return {"没有实现", "Not Implemented"};
    case 503: return {"暂不可用", "Service Unavailable"};
    case 505: return {"不支持的 HTTP 版本", "HTTP Version Not Supported"};
    default: return {"内部错误", "Internal Server Error"};
  }
}

Response ToResponse(const Problem& problem, Language language, std::string_view instance) {
  Json body = {{"type", "urn:heng:problem:" + problem.code},
               {"title", TitleOf(problem.status).In(language)},
               {"status", problem.status},
               {"detail", problem.detail.In(language)},
               {"code", problem.code}};
  // Without the query, which may hold what was meant for a header.
  if (!instance.empty()) body["instance"] = instance.substr(0, instance.find('?'));
  body["messages"] = Both(problem.detail);
  if (!problem.errors.empty()) {
    body["errors"] = Json::parse(data::ToJson(problem.errors, false));
  } else if (!problem.at.empty()) {
    body["errors"] = Json::array({{{"code", problem.code}, {"message", Both(problem.detail)}, {"at", problem.at}}});
  }
  // What a client sent may be quoted; it need not be valid UTF-8.
  Response response{problem.status,
                    "application/problem+json",
                    {{"Content-Language", language == Language::kChinese ? "zh" : "en"}, {"Cache-Control", "no-store"}},
                    body.dump(-1, ' ', false, Json::error_handler_t::replace)};
  if (problem.retry_after_s > 0) response.headers.emplace_back("Retry-After", std::to_string(problem.retry_after_s));
  return response;
}

Problem InternalProblem() {
  return {
      500, "internal", {"服务内部出错，已停止处理这个请求", "an internal error; this request was given up"}, "", {}};
}

Response InternalError(std::string_view accept_language) {
  return ToResponse(InternalProblem(), LanguageOf(accept_language));
}

Language LanguageOf(std::string_view accept_language) {
  Language best = Language::kChinese;
  int best_weight = 0;
  for (const Preference& one : ReadPreferences(accept_language)) {
    const std::string_view tag = std::string_view(one.name).substr(0, 2);
    const bool whole = one.name.size() <= 2 || one.name[2] == '-';
    if (!whole || one.weight <= best_weight || (tag != "zh" && tag != "en")) continue;
    best = tag == "zh" ? Language::kChinese : Language::kEnglish;
    best_weight = one.weight;
  }
  return best;
}

Problem ProblemOf(const Error& error) {
  Problem problem{StatusOf(error), error.code, error.message, "", {}};
  // Where something of ours failed (a path, a host, a statement) is no client's business.
  const bool ours = error.kind == ErrorKind::kEnvironment || error.code == "store-conflict";
  (ours ? problem.cause : problem.at) = error.at;
  if (problem.status == 503) problem.retry_after_s = 5;
  return problem;
}

Problem ProblemOf(const evaluate::AnswerFailure& failure) {
  return {StatusOf(failure), failure.code, failure.message, failure.at, failure.refusals};
}

}  // namespace heng::server
