#include "server/config/district.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <map>
#include <tuple>

#include <fmt/format.h>

#include "engine/base/file.h"
#include "engine/base/limits.h"
#include "engine/base/text.h"
#include "engine/data/xlsx.h"
#include "engine/graph/analysis/versions.h"
#include "engine/load/load.h"
#include "server/config/schema.h"

namespace heng::config {
namespace {

namespace fs = std::filesystem;

constexpr size_t kConfigBytes = size_t{1} << 20;
constexpr size_t kLongestName = 100;

// Editors keep their own files beside those that are edited: `.#x.yaml`, `.x.yaml.swp`.
bool IsHidden(const fs::path& path) { return path.filename().string().starts_with('.'); }

// The .heng files that the path means, in order; sub-folders are not looked into.
std::vector<std::string> PolicyFiles(const std::string& path) {
  std::error_code error;
  if (!fs::is_directory(path, error)) return fs::exists(path, error) ? std::vector{path} : std::vector<std::string>{};
  std::vector<std::string> files;
  for (fs::directory_iterator it(path, error), end; !error && it != end; it.increment(error)) {
    if (it->path().extension() == ".heng" && !IsHidden(it->path()) && it->is_regular_file(error))
      files.push_back(it->path().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

class DistrictReader {
 public:
  DistrictReader(District& district, MistakeList& mistakes) : district_(district), mistakes_(mistakes) {}

  void Read(const YamlNode& root) {
    Members members(root,
                    {"name", "publication", "policy", "parameters", "columns", "data", "retention", "checkpoint_every"},
                    mistakes_);
    if (const YamlMember* name = members.Require("name")) {
      district_.name = ReadTextOf(*name, mistakes_).value_or("");
      if (CountCodePoints(district_.name) > kLongestName) {
        Refuse(name->value, "name-too-long",
               {fmt::format("名称不能超过 {} 个字", kLongestName),
                fmt::format("a name has at most {} characters", kLongestName)});
      }
    }
    if (const YamlMember* publication = members.Find("publication")) ReadPublication(*publication);
    const bool by_store = district_.publication == Publication::kStore;
    if (const YamlMember* policy = by_store ? members.Find("policy") : members.Require("policy")) ReadPolicies(*policy);
    if (const YamlMember* columns = members.Find("columns")) ReadColumns(*columns);
    if (const YamlMember* parameters = members.Find("parameters")) ReadParameters(*parameters);
    if (const YamlMember* data = members.Find("data")) ReadData(*data);
    if (const YamlMember* retention = members.Find("retention"))
      district_.retention = ReadRetentionOf(*retention, mistakes_);
    if (const YamlMember* every = members.Find("checkpoint_every"))
      district_.checkpoint_every = ReadWholeOf(*every, 1, kMostCheckpointEvery, mistakes_);
    for (data::Deployment& deployment : district_.in_folder) deployment.columns = district_.columns;
    if (!by_store) district_.deployments = district_.in_folder;
  }

 private:
  void Refuse(const YamlNode& node, std::string code, Bilingual message) {
    mistakes_.Add(std::move(code), node.line, node.column, std::move(message));
  }

  void ReadPublication(const YamlMember& member) {
    const auto text = ReadTextOf(member, mistakes_);
    if (!text) return;
    if (*text == "store") {
      district_.publication = Publication::kStore;
    } else if (*text != "files") {
      Refuse(member.value, "bad-value", {"“publication”只能是 files 或 store", "'publication' must be files or store"});
    }
  }

  void ReadPolicies(const YamlMember& member) {
    const auto path = ReadTextOf(member, mistakes_);
    if (!path) return;
    district_.policy = ResolvePath(district_.file, *path);
    const std::vector<std::string> files = PolicyFiles(district_.policy);
    std::error_code error;
    if (!fs::exists(district_.policy, error)) {
      Refuse(member.value, "no-policy", NoSuch({"文件或文件夹", "file or folder"}, *path, district_.policy));
    } else if (files.empty()) {
      Refuse(member.value, "no-policy",
             {fmt::format("“{}”里没有政策（.heng 文件）", district_.policy),
              fmt::format("there is no policy (a .heng file) at '{}'", district_.policy)});
    }
    for (const std::string& file : files) Compile(member.value, file);
    std::sort(district_.in_folder.begin(), district_.in_folder.end(), [](const auto& a, const auto& b) {
      const syntax::PolicyDecl& x = a.graph->model->policy;
      const syntax::PolicyDecl& y = b.graph->model->policy;
      return std::tie(x.id, x.first_day, x.version) < std::tie(y.id, y.first_day, y.version);
    });
    std::vector<graph::GraphPtr> graphs;
    for (const data::Deployment& one : district_.in_folder) graphs.push_back(one.graph);
    const std::vector<Diagnostic> clashes = graph::CheckVersions(graphs);
    district_.diagnostics.insert(district_.diagnostics.end(), clashes.begin(), clashes.end());
    has_errors_ = has_errors_ || !clashes.empty();
    compiled_ = !district_.in_folder.empty() && !has_errors_;
  }

  void Compile(const YamlNode& node, const std::string& file) {
    const load::FileReader read = [&](const std::string& path, size_t limit_bytes) {
      district_.files.push_back(path);
      return ReadFile(path, limit_bytes);
    };
    auto bytes = read(file, limits::kSourceBytes);
    if (!bytes) return mistakes_.AddError(bytes.error(), node.line, node.column);
    graph::Compiled compiled = load::Load(file, std::move(*bytes), read);
    std::move(compiled.diagnostics.begin(), compiled.diagnostics.end(), std::back_inserter(district_.diagnostics));
    if (compiled.graph == nullptr) {
      has_errors_ = true;
      return;
    }
    const syntax::PolicyDecl& policy = compiled.graph->model->policy;
    if (policy.is_module) return;
    for (const data::Deployment& other : district_.in_folder) {
      const syntax::PolicyDecl& earlier = other.graph->model->policy;
      if (earlier.id != policy.id || earlier.version != policy.version) continue;
      const std::string& first = other.graph->model->tree->source->path();
      Refuse(node, "duplicate-version",
             {fmt::format("“{}”和“{}”都是 {} 的 {} 版", first, file, policy.id, policy.version),
              fmt::format("'{}' and '{}' are both version {} of {}", first, file, policy.version, policy.id)});
      return;
    }
    district_.in_folder.push_back({std::move(compiled.graph), {}, {}});
  }

  // A value is bound in every policy that has the parameter.
  void ReadParameters(const YamlMember& member) {
    const YamlNode* map = ReadMapOf(member, mistakes_);
    if (map == nullptr) return;
    for (const YamlMember& parameter : map->members) {
      const auto text = ReadQuantityOf(parameter, mistakes_);
      if (text && compiled_) BindParameter(parameter, *text);
    }
  }

  void BindParameter(const YamlMember& parameter, const std::string& text) {
    std::optional<Error> unknown;
    bool known = false;
    for (data::Deployment& deployment : district_.in_folder) {
      auto bound = data::Bind(*deployment.graph, parameter.key, text);
      if (bound) {
        known = true;
        if (!deployment.parameters.emplace(std::move(*bound)).second) {
          mistakes_.Add("duplicate-key", parameter.line, parameter.column,
                        {fmt::format("参数“{}”以名称和代码绑定了两次", parameter.key),
                         fmt::format("the parameter '{}' is bound twice, by name and by code", parameter.key)});
        }
      } else if (bound.error().code == "unknown-parameter") {
        unknown = bound.error();
      } else {
        // The value is at fault, or the name: a parameter that is not open.
        const bool name_at_fault = bound.error().code == "parameter-not-open";
        mistakes_.AddError(bound.error(), name_at_fault ? parameter.line : parameter.value.line,
                           name_at_fault ? parameter.column : parameter.value.column);
        return;
      }
    }
    if (!known && unknown) mistakes_.AddError(*unknown, parameter.line, parameter.column);
  }

  void ReadColumns(const YamlMember& member) {
    const YamlNode* map = ReadMapOf(member, mistakes_);
    if (map == nullptr) return;
    for (const YamlMember& column : map->members) {
      const auto name = ReadTextOf(column, mistakes_);
      if (!name) continue;
      if (compiled_ && !IsDeclared(*name)) {
        Refuse(column.value, "unknown-name",
               {fmt::format("政策里没有名为“{}”的事实、属性或结果", *name),
                fmt::format("the policy has no fact, attribute or result named '{}'", *name)});
        continue;
      }
      district_.columns.emplace(column.key, *name);
    }
  }

  bool IsDeclared(const std::string& name) const {
    return std::any_of(district_.in_folder.begin(), district_.in_folder.end(),
                       [&](const data::Deployment& one) { return data::CanBeColumn(*one.graph->model, name); });
  }

  void ReadData(const YamlMember& member) {
    const auto path = ReadTextOf(member, mistakes_);
    if (!path) return;
    district_.data = ResolvePath(district_.file, *path);
    MistakeList mistakes(district_.file);
    const auto refuse = [&](std::string code, Bilingual message) {
      mistakes.Add(std::move(code), member.value.line, member.value.column, std::move(message));
    };
    std::error_code error;
    if (!fs::exists(*district_.data, error)) {
      refuse("no-such-path", NoSuch({"文件或文件夹", "file or folder"}, *path, *district_.data));
    } else if (!fs::is_directory(*district_.data, error) && !data::IsWorkbook(*district_.data)) {
      refuse("not-a-workbook",
             {fmt::format("“{}”不是 .xlsx 工作簿，也不是 CSV 文件的文件夹；旧的 .xls 请另存为 .xlsx", *path),
              fmt::format("'{}' is no .xlsx workbook and no folder of CSV files; save an old .xls as .xlsx", *path)});
    }
    district_.data_mistakes = mistakes.Take();
  }

  District& district_;
  MistakeList& mistakes_;
  bool has_errors_ = false;
  bool compiled_ = false;  // all of its policies
};

// Files that differ in their ending alone.
District Ambiguous(const std::string& id, const std::vector<std::string>& files, const ServiceConfig& service) {
  District district;
  district.id = id;
  district.file = files.front();
  district.checkpoint_every = service.checkpoint_every;
  district.retention = service.retention;
  std::vector<std::string> names;
  for (const std::string& file : files) names.push_back(fs::path(file).filename().string());
  district.mistakes.push_back(
      {ErrorKind::kFindings,
       "duplicate-district",
       district.file,
       0,
       0,
       {fmt::format("{} 是同一个辖区的配置，请只留一个 {}.yaml", fmt::join(names, "、"), id),
        fmt::format("{} are files of one district: keep {}.yaml alone", fmt::join(names, " and "), id)}});
  return district;
}

}  // namespace

bool District::broken() const {
  if (!mistakes.empty() || publication == Publication::kStore) return !mistakes.empty();
  return std::any_of(diagnostics.begin(), diagnostics.end(),
                     [](const Diagnostic& diagnostic) { return diagnostic.severity() == Severity::kError; });
}

std::optional<std::string> FactsFolder(const District& district, const data::Deployment& deployment) {
  if (!district.data) return std::nullopt;
  const std::string& id = deployment.graph->model->policy.id;
  const fs::path own = fs::path(*district.data) / id.substr(id.rfind('.') + 1);
  std::error_code error;
  return fs::is_directory(own, error) ? own.string() : *district.data;
}

Mistake WithoutStore(const District& district) {
  return {ErrorKind::kFindings,
          "no-store",
          district.file,
          0,
          0,
          {"“publication: store”需要存储，heng.yaml 里没有 store",
           "'publication: store' needs a store, heng.yaml names none"}};
}

bool IsDistrictId(std::string_view id) {
  const auto lower = [](char c) { return c >= 'a' && c <= 'z'; };
  return id.size() >= 2 && id.size() <= 41 && lower(id[0]) &&
         std::all_of(id.begin(), id.end(), [&](char c) { return lower(c) || (c >= '0' && c <= '9') || c == '-'; });
}

District LoadDistrict(const std::string& path) {
  District district;
  district.file = path;
  district.id = fs::path(path).stem().string();
  MistakeList mistakes(path);
  if (fs::path(path).extension() != ".yaml") {
    mistakes.Add("bad-file-name", 0, 0, {"文件名应当以 .yaml 结尾", "the file's name must end in .yaml"});
  } else if (!IsDistrictId(district.id)) {
    mistakes.Add(
        "bad-district-id", 0, 0,
        {fmt::format("“{}”不能作辖区的标识：小写字母开头，共 2 至 41 个小写字母、数字或连字符", district.id),
         fmt::format("'{}' cannot be a district's id: 2 to 41 lower-case letters, digits or hyphens, a letter first",
                     district.id)});
  }
  const auto text = ReadFile(path, kConfigBytes);
  if (!text) {
    mistakes.AddError(text.error());
  } else if (const auto root = ParseYaml(*text, mistakes)) {
    DistrictReader(district, mistakes).Read(*root);
  }
  district.mistakes = mistakes.Take();
  return district;
}

bool IsDistrictFile(const std::string& path) {
  std::string extension = fs::path(path).extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  return (extension == ".yaml" || extension == ".yml") && !IsHidden(path);
}

std::vector<District> LoadDistricts(const ServiceConfig& service) {
  std::map<std::string, std::vector<std::string>> files;  // by the id that they give
  std::error_code error;
  for (fs::directory_iterator it(service.districts, error), end; !error && it != end; it.increment(error)) {
    if (IsDistrictFile(it->path().string())) files[it->path().stem().string()].push_back(it->path().string());
  }
  std::vector<District> districts;
  for (auto& [id, named] : files) {
    std::sort(named.begin(), named.end());
    if (named.size() > 1) {
      districts.push_back(Ambiguous(id, named, service));
      continue;
    }
    const std::string& file = named.front();
    District& district = districts.emplace_back(LoadDistrict(file));
    if (!district.checkpoint_every) district.checkpoint_every = service.checkpoint_every;
    if (!district.retention) district.retention = service.retention;
    if (!district.retention || district.retention->forever() || !service.signing_key.empty()) continue;
    district.mistakes.push_back({ErrorKind::kFindings, "unsigned-retention", file, district.retention->line,
                                 district.retention->column, UnsignedRetention()});
  }
  return districts;
}

}  // namespace heng::config
