#include "engine/data/xlsx.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>

#include <fmt/format.h>

#include "engine/base/limits.h"
#include "engine/data/xlsx_sheet.h"
#include "engine/data/xml.h"
#include "engine/data/zip_archive.h"

namespace heng::data {
namespace {

Refusal RefusalOf(const std::string& file, std::string code, Bilingual message) {
  Refusal refusal;
  refusal.code = std::move(code);
  refusal.message = std::move(message);
  refusal.file = file;
  return refusal;
}

std::string AttributeOf(const XmlAttributes& attributes, std::string_view key) {
  const auto found = attributes.find(key);
  return found == attributes.end() ? "" : found->second;
}

int NumberOf(const std::string& text) {
  return text.empty() || text.size() > 6 || text.find_first_not_of("0123456789") != std::string::npos ? 0
                                                                                                      : std::stoi(text);
}

void Ignore(const std::string&) {}
void IgnoreText(std::string_view) {}

// A sheet as the workbook lists it.
struct Listed {
  std::string name;
  std::string relation;
  bool hidden = false;
};

class WorkbookReader {
 public:
  WorkbookReader(const std::string& file, ZipArchive archive, size_t limit_bytes)
      : file_(file), archive_(std::move(archive)) {
    parts_.text_bytes_left = limit_bytes;
    parts_.cells_left = limits::kSheetCells;
  }

  tl::expected<std::vector<Sheet>, Refusal> Read() {
    if (const auto twice = archive_.StandsTwice())
      return tl::unexpected(Unreadable(*twice, {"有两份", "stands there twice"}));
    const bool listed =
        Part("xl/workbook.xml", true, [this](const std::string& xml) { return ReadList(xml); }) &&
        Part("xl/_rels/workbook.xml.rels", true, [this](const std::string& xml) { return ReadTargets(xml); }) &&
        Part("xl/sharedStrings.xml", false, [this](const std::string& xml) { return ReadTexts(xml); }) &&
        Part("xl/styles.xml", false, [this](const std::string& xml) { return ReadStyles(xml); });
    if (!listed) return tl::unexpected(std::move(*refusal_));
    std::vector<Sheet> sheets;
    for (const Listed& one : listed_) {
      const auto target = targets_.find(one.relation);
      // Charts on a sheet of their own hold no cells.
      if (target == targets_.end()) continue;
      std::optional<tl::expected<Sheet, Refusal>> sheet;
      const bool read = Part(target->second, true, [&](const std::string& xml) {
        sheet = ReadSheet(xml, one.name, parts_);
        return std::optional<std::string>();
      });
      if (!read) return tl::unexpected(std::move(*refusal_));
      if (!*sheet) return tl::unexpected(std::move(sheet->error()));
      (*sheet)->hidden = one.hidden;
      sheets.push_back(std::move(**sheet));
    }
    return sheets;
  }

 private:
  // False, with refusal_, if it is not as it should be.
  template <typename Take>
  bool Part(const std::string& name, bool required, const Take& take) {
    const auto xml = archive_.Read(name);
    if (archive_.exceeded()) {
      refusal_ =
          RefusalOf(file_, "workbook-too-large",
                    {"工作簿展开后太大，请写成 CSV", "the workbook is too large when it is unpacked, write CSV"});
      return false;
    }
    if (!xml && xml.error().missing && !required) return true;
    std::optional<Bilingual> wrong;
    if (!xml) {
      wrong = xml.error().why;
    } else if (auto said = take(*xml)) {
      wrong = *said;
    }
    if (wrong) refusal_ = Unreadable(name, *wrong);
    return !wrong;
  }

  Refusal Unreadable(const std::string& part, const Bilingual& why) const {
    return RefusalOf(file_, "bad-workbook",
                     {fmt::format("不是能读的工作簿（{}：{}）；请在表格软件里另存为 .xlsx", part, why.zh),
                      fmt::format("no workbook that can be read ({}: {}); save it as .xlsx in a spreadsheet program",
                                  part, why.en)});
  }

  std::optional<std::string> ReadList(const std::string& xml) {
    return ReadXml(xml, {[this](const std::string& name, const XmlAttributes& attributes) {
                           if (name != "sheet") return;
                           const std::string state = AttributeOf(attributes, "state");
                           listed_.push_back({AttributeOf(attributes, "name"), AttributeOf(attributes, "id"),
                                              !state.empty() && state != "visible"});
                         },
                         Ignore, IgnoreText});
  }

  std::optional<std::string> ReadTargets(const std::string& xml) {
    return ReadXml(xml, {[this](const std::string& name, const XmlAttributes& attributes) {
                           if (name != "Relationship" || !AttributeOf(attributes, "Type").ends_with("/worksheet"))
                             return;
                           const std::string target = AttributeOf(attributes, "Target");
                           const bool absolute = target.starts_with('/');
                           const std::filesystem::path part = absolute ? target.substr(1) : "xl/" + target;
                           targets_.emplace(AttributeOf(attributes, "Id"), part.lexically_normal().string());
                         },
                         Ignore, IgnoreText});
  }

  std::optional<std::string> ReadTexts(const std::string& xml) {
    bool in_text = false;
    bool aloud = false;  // how it is read aloud is no part of the text
    std::string text;
    return ReadXml(xml, {[&](const std::string& name, const XmlAttributes&) {
                           if (name == "si") text.clear();
                           if (name == "rPh") aloud = true;
                           in_text = name == "t" && !aloud;
                         },
                         [&](const std::string& name) {
                           if (name == "si") parts_.texts.push_back(Unescaped(text));
                           if (name == "rPh") aloud = false;
                           in_text = false;
                         },
                         [&](std::string_view piece) {
                           if (in_text) text += piece;
                         }});
  }

  std::optional<std::string> ReadStyles(const std::string& xml) {
    std::map<int, NumberKind> own;
    bool in_cells = false;
    return ReadXml(xml, {[&](const std::string& name, const XmlAttributes& attributes) {
                           if (name == "numFmt")
                             own.insert_or_assign(
                                 NumberOf(AttributeOf(attributes, "numFmtId")),
                                 KindOfFormat(std::string_view(AttributeOf(attributes, "formatCode"))));
                           if (name == "cellXfs") in_cells = true;
                           if (name != "xf" || !in_cells) return;
                           const int format = NumberOf(AttributeOf(attributes, "numFmtId"));
                           const auto found = own.find(format);
                           parts_.styles.push_back(found == own.end() ? KindOfFormat(format) : found->second);
                         },
                         [&](const std::string& name) {
                           if (name == "cellXfs") in_cells = false;
                         },
                         IgnoreText});
  }

  const std::string& file_;
  ZipArchive archive_;
  std::vector<Listed> listed_;
  std::map<std::string, std::string> targets_;
  WorkbookParts parts_;
  std::optional<Refusal> refusal_;
};

}  // namespace

tl::expected<std::vector<Sheet>, Refusal> ReadWorkbook(std::string_view bytes, const std::string& file,
                                                       size_t limit_bytes) {
  auto archive = ZipArchive::Open(bytes, limit_bytes);
  if (!archive) {
    return tl::unexpected(
        RefusalOf(file, "bad-workbook",
                  {"不是 .xlsx 工作簿（旧的 .xls 和加密的不行）；请另存为 .xlsx",
                   "no .xlsx workbook (an old .xls or an encrypted one will not do); save it as .xlsx"}));
  }
  return WorkbookReader(file, std::move(*archive), limit_bytes).Read();
}

std::string AsCsv(const Sheet& sheet) {
  CsvWriter csv;
  size_t line = 1;
  const auto put = [&](const CsvRow& row) {
    for (; line < row.line; ++line) csv.EndRow();
    for (const std::string& cell : row.cells) csv.Plain(cell);
    csv.EndRow();
    ++line;
  };
  put(sheet.table.header);
  for (const CsvRow& row : sheet.table.rows) put(row);
  return csv.Take();
}

bool IsWorkbook(const std::string& path) {
  const std::string extension = std::filesystem::path(path).extension().string();
  return extension == ".xlsx" || extension == ".XLSX" || extension == ".Xlsx";
}

}  // namespace heng::data
