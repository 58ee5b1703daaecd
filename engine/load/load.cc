#include "engine/load/load.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>

#include <fmt/format.h>

#include "engine/base/digest.h"
#include "engine/base/file.h"
#include "engine/base/limits.h"
#include "engine/base/text.h"
#include "engine/data/csv.h"
#include "engine/load/import.h"
#include "engine/syntax/antlr/parser.h"
#include "engine/syntax/open_source.h"

namespace heng::load {
namespace {

namespace fs = std::filesystem;

std::optional<syntax::Tree> Read(const SourcePtr& source, DiagnosticSink& sink) {
  const syntax::TokenList tokens = syntax::Tokenize(source, sink);
  if (tokens.unusable) return std::nullopt;
  return syntax::Parse(tokens, sink);
}

// `../common/hotline.heng` as named in a file of that path.
std::string Beside(const std::string& file, const std::string& named) {
  return (fs::path(file).parent_path() / named).lexically_normal().string();
}

class Assembler {
 public:
  Assembler(const FileReader& read, DiagnosticSink& sink) : read_(read), sink_(sink) {}

  // Adds the file and what it names. `tree`: null if it could not be parsed.
  void Add(const SourcePtr& source, const syntax::Tree* tree) {
    const std::string path = fs::path(source->path()).lexically_normal().string();
    parts_.push_back({path, static_cast<uint32_t>(text_.size())});
    text_ += source->text();
    if (!text_.empty() && text_.back() != '\n') text_ += '\n';
    if (tree == nullptr) return;
    open_.push_back(path);
    for (const syntax::FileUse& use : syntax::FilesUsed(*tree)) {
      if (use.module) AddModule(source, use);
    }
    open_.pop_back();
    for (const syntax::Declaration& declaration : tree->declarations) AddImport(*tree, declaration);
  }

  SourcePtr Take() { return std::make_shared<const SourceFile>(std::move(parts_), std::move(text_)); }
  bool alone() const { return parts_.size() == 1; }
  // Whether each module could be read. Without one, whatever it defines would be called unknown.
  bool complete() const { return complete_; }
  // The first offset of the rows that are imported; they are appended behind all files.
  void AppendImports() {
    for (const auto& [path, text] : imports_) {
      parts_.push_back({path, static_cast<uint32_t>(text_.size())});
      text_ += text;
    }
  }

 private:
  void Refuse(const SourcePtr& source, Span span, const std::string& path, Bilingual why) {
    sink_.Add<DiagnosticKind::kModuleUnreadable>({source, span}, path, std::move(why));
  }

  std::optional<std::string> ReadUse(const SourcePtr& source, const syntax::FileUse& use, const std::string& path) {
    Result<std::string> bytes = read_(path, use.module ? limits::kSourceBytes : limits::kCsvBytes);
    if (bytes && !(use.module && FindInvalidUtf8(*bytes))) return std::move(*bytes);
    Bilingual why =
        bytes ? Bilingual("文件不是有效的 UTF-8 文本", "the file is not valid UTF-8 text") : bytes.error().message;
    if (use.module) {
      why.zh += "（读到它之前，其余的名称先不检查）";
      why.en += " (until it can be read, no other names are checked)";
    }
    Refuse(source, use.span, use.path, std::move(why));
    return std::nullopt;
  }

  void AddModule(const SourcePtr& source, const syntax::FileUse& use) {
    const std::string path = Beside(source->path(), use.path);
    if (std::find(open_.begin(), open_.end(), path) != open_.end()) {
      std::string circle;
      for (const std::string& file : open_) circle += fs::path(file).filename().string() + " → ";
      sink_.Add<DiagnosticKind::kModuleCycle>({source, use.span}, circle + fs::path(path).filename().string());
      return;
    }
    const bool known = std::any_of(parts_.begin(), parts_.end(), [&](const auto& part) { return part.path == path; });
    if (known) return;
    const auto bytes = ReadUse(source, use, path);
    complete_ = complete_ && bytes;
    if (!bytes) return;
    DiagnosticSink scratch;  // its mistakes are found again in the whole text
    const auto module = std::make_shared<const SourceFile>(path, *bytes);
    const std::optional<syntax::Tree> tree = Read(module, scratch);
    Add(module, tree ? &*tree : nullptr);
  }

  void AddImport(const syntax::Tree& tree, const syntax::Declaration& declaration) {
    const std::optional<syntax::FileUse> use = ImportOf(declaration);
    if (!use) return;
    const std::string path = Beside(tree.source->path(), use->path);
    const auto bytes = ReadUse(tree.source, *use, path);
    if (!bytes) return;
    const auto table = data::ParseCsv(*bytes, path);
    if (!table) {
      Refuse(tree.source, use->span, use->path, table.error().ToText());
      return;
    }
    const Result<std::string> written = WriteRows(tree, declaration, *table);
    if (!written) {
      Refuse(tree.source, use->span, use->path, written.error().message);
      return;
    }
    imports_.emplace_back(path, *written);
  }

  const FileReader& read_;
  DiagnosticSink& sink_;
  std::vector<SourceFile::Part> parts_;
  std::string text_;
  std::vector<std::string> open_;  // the files on the way from the policy to here
  std::vector<std::pair<std::string, std::string>> imports_;
  bool complete_ = true;
};

}  // namespace

graph::Compiled Load(const std::string& path, const std::string& bytes, const FileReader& read) {
  DiagnosticSink sink;
  const syntax::OpenedSource opened = syntax::OpenSource(path, bytes, sink);
  if (!opened.usable) return {nullptr, sink.Sorted()};
  DiagnosticSink own;
  std::optional<syntax::Tree> tree = Read(opened.source, own);
  Assembler assembler(read, sink);
  assembler.Add(opened.source, tree ? &*tree : nullptr);
  assembler.AppendImports();
  const bool alone = assembler.alone();
  const SourcePtr source = alone ? opened.source : assembler.Take();
  if (alone) {
    sink.Append(std::move(own));
  } else {
    tree = Read(source, sink);
  }
  if (!tree || !assembler.complete()) return {nullptr, sink.Sorted()};
  TakeImports(*tree);
  const std::string digest = Sha256(alone ? bytes : std::string(source->text()));
  return graph::Compile(std::make_shared<const syntax::Tree>(std::move(*tree)), digest, sink);
}

}  // namespace heng::load
