#include "engine/settle/write.h"

#include <filesystem>

#include <fmt/format.h>

#include "engine/base/file.h"
#include "engine/data/csv.h"
#include "engine/settle/board.h"
#include "engine/settle/result_tables.h"
#include "engine/settle/workbook.h"

namespace heng::settle {
namespace {

namespace fs = std::filesystem;

// `out.csv`, `out.每月.csv`, `out.企业.csv`, and so on.
std::vector<OutputFile> CsvFiles(const Settlement& settlement, const std::string& path) {
  std::vector<OutputFile> files;
  for (const ResultTable& table : TablesOf(settlement)) {
    data::CsvWriter csv;
    for (const auto& row : table.rows) {
      for (const ResultCell& cell : row)
        cell.kind == ResultCell::Kind::kText ? csv.Text(cell.text) : csv.Plain(cell.text);
      csv.EndRow();
    }
    fs::path beside(path);
    beside.replace_filename(beside.stem().string() + table.part + beside.extension().string());
    files.push_back({beside.string(), csv.Take()});
  }
  return files;
}

std::string Json(const Settlement& settlement, const data::Deployment& deployment, const std::string& district) {
  data::Answer answer{deployment, "", district, settlement.period, false, settlement.subjects, settlement.violations};
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
  if (extension == ".xlsx") {
    auto bytes = Workbook(settlement);
    if (!bytes) return tl::unexpected(bytes.error());
    return std::vector<OutputFile>{{path, std::move(*bytes)}};
  }
  return Fail(ErrorKind::kUsage, "unknown-format",
              {fmt::format("不会写“{}”，扩展名应为 .csv、.xlsx、.json、.ndjson 或 .html", path),
               fmt::format("cannot write '{}', its extension must be .csv, .xlsx, .json, .ndjson or .html", path)},
              path);
}

Status Write(const std::vector<OutputFile>& files) {
  for (const OutputFile& file : files) {
    if (auto status = WriteFile(file.path, file.bytes); !status) return status;
  }
  return Ok();
}

}  // namespace heng::settle
