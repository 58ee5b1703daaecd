#include "server/settlement_request.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <mutex>

#include <fmt/format.h>

#include "engine/base/file.h"
#include "engine/base/limits.h"
#include "engine/base/text.h"
#include "engine/data/csv_files.h"
#include "engine/data/xlsx.h"
#include "server/bundle_folder.h"
#include "server/policy_text.h"

namespace heng::server {
namespace {

using Kind = data::JsonValue::Kind;

// What a workbook that was sent is called in refusals and in the record: it comes without a name.
const std::string kSentName = "facts.xlsx";

tl::unexpected<Problem> Bad(const std::string& key, const char* zh, const char* en) {
  return Refuse(400, "bad-request", {zh, en}, "/" + key);
}

tl::expected<Period, Problem> ReadPeriod(const std::string& text, const std::string& at) {
  if (const auto period = ParsePeriod(text)) return *period;
  return Refuse(400, "bad-period", {"不是期间，应写作 2024Q3 或 2024-07", "no period: write 2024Q3 or 2024-07"}, at);
}

// ---- JSON

tl::expected<void, Problem> TakeFiles(const data::JsonMember& member, SettlementRequest& asked) {
  if (!member.value.is(Kind::kObject)) return Bad(member.key, "应当是 {文件名: 文本}", "expected {file name: text}");
  asked.files.emplace();
  for (const data::JsonMember& file : member.value.members) {
    if (!file.value.is(Kind::kString)) return Bad("files/" + file.key, "应当是文本", "must be a text");
    if (data::IsWorkbook(file.key)) {
      return Bad("files/" + file.key, "工作簿不是文本：请把它单独作为请求的正文，期间等写在网址里",
                 "a workbook is no text: send it as the body of the request, with the period in the query");
    }
    asked.files->push_back({file.key, file.value.text});
  }
  if (auto named = CheckNames(*asked.files); !named) return tl::unexpected(ProblemOf(named.error()));
  return {};
}

tl::expected<void, Problem> TakeMember(const data::JsonMember& member, SettlementRequest& asked) {
  const std::string& key = member.key;
  if (key == "files") return TakeFiles(member, asked);
  if (key == "accept_valid") {
    if (!member.value.is(Kind::kBool)) return Bad(key, "应当是 true 或 false", "must be true or false");
    asked.accept_valid = member.value.truth;
    return {};
  }
  if (key != "policy" && key != "period" && key != "supersedes") {
    return Bad(key, "不认识；可以写 period、policy、files、supersedes、accept_valid",
               "unknown; known are period, policy, files, supersedes, accept_valid");
  }
  if (!member.value.is(Kind::kString)) return Bad(key, "应当是文本", "must be a text");
  if (key == "policy") asked.choice.policy = member.value.text;
  if (key == "supersedes") asked.supersedes = member.value.text;
  if (key != "period") return {};
  const auto period = ReadPeriod(member.value.text, "/period");
  if (!period) return tl::unexpected(period.error());
  asked.choice.period = *period;
  return {};
}

tl::expected<SettlementRequest, Problem> ReadJson(const Call& call) {
  if (!call.query.empty()) {
    const std::string& name = call.query.begin()->first;
    return Refuse(
        400, "bad-query",
        {fmt::format("JSON 请求把“{}”写在正文里；正文是工作簿时才写在网址里", name),
         fmt::format("a JSON request says '{}' in its body; it is for the query where the body is a workbook", name)},
        name);
  }
  const auto body = ReadJsonBody(call);
  if (!body) return tl::unexpected(body.error());
  if (!body->is(Kind::kObject)) return Bad("", "应当是 JSON 对象", "must be a JSON object");
  if (body->Find("period") == nullptr) return Bad("period", "缺少 period", "period is missing");
  SettlementRequest asked;
  for (const data::JsonMember& member : body->members) {
    if (auto taken = TakeMember(member, asked); !taken) return tl::unexpected(taken.error());
  }
  return asked;
}

// ---- a workbook

// The type without parameters, in lower case.
std::string MediaTypeOf(std::string_view content_type) {
  std::string out(Trim(content_type.substr(0, content_type.find(';'))));
  std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return std::tolower(c); });
  return out;
}

tl::expected<SettlementRequest, Problem> ReadWorkbookQuery(const Call& call) {
  SettlementRequest asked;
  asked.workbook = true;
  if (!call.query.contains("period")) {
    return Refuse(400, "missing-query",
                  {"工作簿要在查询参数里写 period，例如 ?period=2024Q3",
                   "a workbook needs the query parameter period, for example ?period=2024Q3"},
                  "period");
  }
  const auto period = ReadPeriod(QueryOr(call, "period", ""), "period");
  if (!period) return tl::unexpected(period.error());
  const auto accept_valid = ReadFlag(call, "accept_valid");
  if (!accept_valid) return tl::unexpected(accept_valid.error());
  asked.choice.period = *period;
  asked.choice.policy = QueryOr(call, "policy", "");
  asked.supersedes = QueryOr(call, "supersedes", "");
  asked.accept_valid = *accept_valid;
  if (!call.request.body.empty()) return asked;
  return Refuse(400, "empty-body",
                {"正文是空的：请把工作簿作为正文发送（curl --data-binary @facts.xlsx）",
                 "the body is empty: send the workbook as the body (curl --data-binary @facts.xlsx)"},
                "body");
}

Problem FactsRefused(std::vector<data::Refusal> refusals) {
  return {422,
          "facts-refused",
          {"数据被拒绝，没有结算", "facts are refused: nothing was settled"},
          "",
          std::move(refusals)};
}

// The workbook, and its sheets as CSV files, which later settlements are fed from.
tl::expected<SettlementFacts, Problem> ReadBook(std::string bytes, const std::string& name, size_t limit_bytes) {
  auto sheets = data::ReadWorkbook(bytes, name, limit_bytes);
  if (!sheets) return tl::unexpected(FactsRefused({std::move(sheets.error())}));
  SettlementFacts out{{{name, std::move(bytes)}}, name};
  std::vector<data::Refusal> refusals;
  for (const data::Sheet& sheet : *sheets) {
    if (sheet.hidden || (sheet.table.header.cells.empty() && sheet.refusals.empty())) continue;
    refusals.insert(refusals.end(), sheet.refusals.begin(), sheet.refusals.end());
    out.files.push_back({sheet.table.file + ".csv", data::AsCsv(sheet)});
  }
  if (!refusals.empty()) return tl::unexpected(FactsRefused(std::move(refusals)));
  if (auto named = CheckNames(out.files); !named) return tl::unexpected(ProblemOf(named.error()));
  return out;
}

// It is unpacked to no more than a request may have. In memory it takes several times that: one at a time, so that it does not matter how
// many are sent at once.
tl::expected<SettlementFacts, Problem> ReadSentBook(const std::string& bytes) {
  static std::mutex reading;
  const std::lock_guard lock(reading);
  return ReadBook(bytes, kSentName, limits::kRequestBytes);
}

// ---- the district's folder

tl::expected<SettlementFacts, Problem> ReadFolder(const config::District& district,
                                                  const data::Deployment& deployment) {
  if (!district.data_mistakes.empty()) {
    const config::Mistake& mistake = district.data_mistakes.front();
    return Refuse(503, mistake.code, mistake.message, mistake.Place());
  }
  const auto folder = config::FactsFolder(district, deployment);
  if (!folder) {
    return Refuse(400, "no-data",
                  {"请在 files 里给出事实，或发送工作簿，或在辖区的配置里写 data",
                   "give the facts in files, send a workbook, or name data in the district's configuration"},
                  "/files");
  }
  if (data::IsWorkbook(*folder)) {
    auto bytes = ReadFile(*folder, limits::kWorkbookBytes);
    if (!bytes) return tl::unexpected(ProblemOf(bytes.error()));
    return ReadBook(std::move(*bytes), std::filesystem::path(*folder).filename().string(), limits::kWorkbookBytes);
  }
  const auto names = data::ListCsvFiles(*folder);
  if (!names) return tl::unexpected(ProblemOf(names.error()));
  SettlementFacts out;
  for (const std::string& name : *names) {
    auto bytes = ReadFile(*folder + "/" + name, limits::kCsvBytes);
    if (!bytes) return tl::unexpected(ProblemOf(bytes.error()));
    out.files.push_back({name, std::move(*bytes)});
  }
  return out;
}

}  // namespace

tl::expected<SettlementRequest, Problem> ReadSettlementRequest(const Call& call) {
  const std::string type = MediaTypeOf(call.request.Header("content-type"));
  if (type == kWorkbookType) return ReadWorkbookQuery(call);
  if (type == "application/json") return ReadJson(call);
  return Refuse(
      415, "unsupported-media-type",
      {fmt::format("Content-Type 应当是 application/json，正文是工作簿时是 {}", kWorkbookType),
       fmt::format("Content-Type must be application/json, or {} where the body is a workbook", kWorkbookType)},
      "Content-Type");
}

tl::expected<SettlementFacts, Problem> FactsOf(const Call& call, SettlementRequest request,
                                               const config::District& district, const data::Deployment& deployment) {
  if (request.workbook) return ReadSentBook(call.request.body);
  if (request.files) return SettlementFacts{std::move(*request.files)};
  return ReadFolder(district, deployment);
}

}  // namespace heng::server
