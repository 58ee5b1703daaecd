#include "engine/settle/write.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include <fmt/format.h>

#include "engine/base/file.h"
#include "engine/data/csv.h"
#include "engine/settle/board.h"

namespace heng::settle {
namespace {

namespace fs = std::filesystem;

void PutCell(const semantic::Model& model, const data::Output& output, data::CsvWriter& csv) {
  if (const Failure* failure = FailureOf(output.value)) {
    csv.Plain(std::string(data::kFailedCell) + failure->code);
  } else if (model[output.definition].type.kind == semantic::TypeKind::kText) {
    csv.Text(output.text);
  } else {
    csv.Plain(output.text);
  }
}

void PutRow(const semantic::Model& model, const data::SubjectOutputs& subject, Period period,
            const std::vector<data::Output>& outputs, data::CsvWriter& csv) {
  if (subject.sort != semantic::kWholeSort) csv.Text(subject.id);
  csv.Plain(period.ToString());
  for (const data::Output& output : outputs) PutCell(model, output, csv);
  csv.EndRow();
}

// The results of one kind of subject and of period, one row a subject and period.
std::string Csv(const Settlement& settlement, data::SortId sort, PeriodKind kind) {
  const semantic::Model& model = *settlement.graph->model;
  data::CsvWriter csv;
  if (sort != semantic::kWholeSort) csv.Plain("编号");
  csv.Plain("期间");
  for (const semantic::PublishedResult& result : model.results) {
    const bool own = result.period == kind || (kind == settlement.period.kind && result.period == PeriodKind::kOnce);
    if (own && model[result.definition].grain.sort == sort) csv.Text(model[result.definition].name);
  }
  csv.EndRow();
  for (const data::SubjectOutputs& subject : settlement.subjects) {
    if (subject.sort != sort) continue;
    if (kind == settlement.period.kind) PutRow(model, subject, settlement.period, subject.outputs, csv);
    for (const auto& [period, outputs] : subject.periods) {
      if (period.kind == kind) PutRow(model, subject, period, outputs, csv);
    }
  }
  return csv.Take();
}

// `out.csv` holds the results of the first 对象 for the settled period; `out.每月.csv` those of its months, `out.企业.csv`,
// `out.全体.csv`, `out.企业.每月.csv` those of others.
std::vector<OutputFile> CsvFiles(const Settlement& settlement, const std::string& path) {
  const semantic::Model& model = *settlement.graph->model;
  std::vector<OutputFile> files;
  for (const data::SortId sort : data::SortsOfResults(model)) {
    std::set<PeriodKind> kinds;
    for (const semantic::PublishedResult& result : model.results) {
      if (model[result.definition].grain.sort == sort) kinds.insert(std::min(result.period, settlement.period.kind));
    }
    if (sort == model.subject()) kinds.insert(settlement.period.kind);
    for (auto kind = kinds.rbegin(); kind != kinds.rend(); ++kind) {
      std::string part = sort == model.subject() ? "" : "." + model[sort].name;
      if (*kind != settlement.period.kind) part += "." + PeriodAdverb(*kind).zh;
      fs::path beside(path);
      beside.replace_filename(beside.stem().string() + part + beside.extension().string());
      files.push_back({beside.string(), Csv(settlement, sort, *kind)});
    }
  }
  return files;
}

std::string Json(const Settlement& settlement, const data::Deployment& deployment, const std::string& district) {
  data::Answer answer{deployment,
                      "",
                      district,
                      settlement.period,
                      false,
                      settlement.subjects,
                      settlement.violations};
  return data::ToJson(answer, true) + "\n";
}

std::string NdJson(const Settlement& settlement) {
  std::string out;
  for (const data::SubjectOutputs& subject : settlement.subjects)
    out += data::ToJson(*settlement.graph->model, subject, false) + "\n";
  return out;
}

}  // namespace

Result<std::vector<OutputFile>> Render(const Settlement& settlement, const data::Deployment& deployment,
                                       const std::string& district, const std::string& path) {
  const std::string extension = fs::path(path).extension().string();
  if (extension == ".csv") return CsvFiles(settlement, path);
  if (extension == ".json") return std::vector<OutputFile>{{path, Json(settlement, deployment, district)}};
  if (extension == ".ndjson") return std::vector<OutputFile>{{path, NdJson(settlement)}};
  if (extension == ".html") return std::vector<OutputFile>{{path, HtmlBoard(settlement, Language::kChinese)}};
  return Fail(ErrorKind::kUsage, "unknown-format",
              {fmt::format("不会写“{}”，扩展名应为 .csv、.json、.ndjson 或 .html", path),
               fmt::format("cannot write '{}', its extension must be .csv, .json, .ndjson or .html", path)},
              path);
}

Status Write(const std::vector<OutputFile>& files) {
  for (const OutputFile& file : files) {
    if (auto status = WriteFile(file.path, file.bytes); !status) return status;
  }
  return Ok();
}

}  // namespace heng::settle
