#include "engine/settle/write.h"

#include <filesystem>
#include <set>

#include <fmt/format.h>

#include "engine/base/file.h"
#include "engine/data/csv.h"

namespace heng::settle {
namespace {

namespace fs = std::filesystem;

void PutCell(const semantic::Model& model, const data::Output& output, data::CsvWriter& csv) {
  if (const Failure* failure = FailureOf(output.value)) {
    csv.Plain("#错误:" + failure->code);
  } else if (model[output.definition].type.kind == semantic::TypeKind::kText) {
    csv.Text(output.text);
  } else {
    csv.Plain(output.text);
  }
}

void PutRow(const semantic::Model& model, const std::string& id, Period period,
            const std::vector<data::Output>& outputs, data::CsvWriter& csv) {
  csv.Text(id);
  csv.Plain(period.ToString());
  for (const data::Output& output : outputs) PutCell(model, output, csv);
  csv.EndRow();
}

// The results of one kind of period, one row a subject and period.
std::string Csv(const Settlement& settlement, PeriodKind kind) {
  const semantic::Model& model = *settlement.graph->model;
  data::CsvWriter csv;
  csv.Plain("编号");
  csv.Plain("期间");
  for (const semantic::PublishedResult& result : model.results) {
    const bool own = result.period == kind || (kind == settlement.period.kind && result.period == PeriodKind::kOnce);
    if (own) csv.Text(model[result.definition].name);
  }
  csv.EndRow();
  for (const data::SubjectOutputs& subject : settlement.subjects) {
    if (kind == settlement.period.kind) PutRow(model, subject.id, settlement.period, subject.outputs, csv);
    for (const auto& [period, outputs] : subject.periods) {
      if (period.kind == kind) PutRow(model, subject.id, period, outputs, csv);
    }
  }
  return csv.Take();
}

std::vector<OutputFile> CsvFiles(const Settlement& settlement, const std::string& path) {
  std::vector<OutputFile> files = {{path, Csv(settlement, settlement.period.kind)}};
  std::set<PeriodKind> finer;
  for (const semantic::PublishedResult& result : settlement.graph->model->results) {
    if (result.period < settlement.period.kind) finer.insert(result.period);
  }
  for (const PeriodKind kind : finer) {
    fs::path beside(path);
    beside.replace_filename(beside.stem().string() + "." + PeriodAdverb(kind).zh + beside.extension().string());
    files.push_back({beside.string(), Csv(settlement, kind)});
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
                      settlement.violations,
                      settlement.evaluation->facts().ids};
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
  return Fail(ErrorKind::kUsage, "unknown-format",
              {fmt::format("不会写“{}”，扩展名应为 .csv、.json 或 .ndjson", path),
               fmt::format("cannot write '{}', its extension must be .csv, .json or .ndjson", path)},
              path);
}

Status Write(const std::vector<OutputFile>& files) {
  for (const OutputFile& file : files) {
    if (auto status = WriteFile(file.path, file.bytes); !status) return status;
  }
  return Ok();
}

}  // namespace heng::settle
