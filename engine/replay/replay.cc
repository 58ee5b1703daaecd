#include "engine/replay/replay.h"

#include <filesystem>

#include <fmt/format.h>

#include "engine/base/file.h"
#include "engine/base/limits.h"
#include "engine/base/version.h"
#include "engine/evaluate/evaluate.h"
#include "engine/load/load.h"

namespace heng::replay {
namespace {

namespace fs = std::filesystem;

tl::unexpected<Error> NotRebuildable(const Bilingual& why) {
  return Fail(ErrorKind::kFindings, "not-rebuildable",
              {"存储里的政策不能再编译：" + why.zh, "the policy in the store cannot be compiled again: " + why.en});
}

std::string ValueOr(const std::map<std::string, std::string>& query, const std::string& name) {
  const auto found = query.find(name);
  return found == query.end() ? "" : found->second;
}

evaluate::Answered<std::string> Answer(const data::Deployment& deployment, const store::Decision& decision) {
  evaluate::AnswerOptions options;
  options.district = decision.district;
  options.decision = decision.id;
  options.strict = ValueOr(decision.query, "strict") == "true";
  if (decision.media != "application/x-ndjson") {
    auto answer = evaluate::AnswerRequest(deployment, decision.request, options);
    if (!answer) return tl::unexpected(std::move(answer.error()));
    return std::move(answer->text);
  }
  const evaluate::BatchHead head{ValueOr(decision.query, "policy"),
                                 ValueOr(decision.query, "version"),
                                 ValueOr(decision.query, "period"),
                                 ValueOr(decision.query, "roster") == "complete",
                                 ValueOr(decision.query, "explain") == "true",
                                 ValueOr(decision.query, "what_if") == "true"};
  auto batch = evaluate::AnswerBatch(std::span(&deployment, 1), head, decision.request, options);
  if (!batch) return tl::unexpected(std::move(batch.error()));
  return std::move(batch->lines);
}

}  // namespace

store::Deployment Keep(const data::Deployment& deployment, const std::string& district, store::Bundle sources) {
  const syntax::PolicyDecl& policy = deployment.graph->model->policy;
  return {deployment.digest(),
          district,
          policy.id,
          policy.version,
          deployment.graph->digest,
          kEngineVersion,
          data::PrintParameters(deployment),
          deployment.columns,
          std::move(sources)};
}

Result<store::Deployment> Capture(const data::Deployment& deployment, const std::string& district) {
  const fs::path file = fs::path(deployment.graph->model->tree->source->path()).lexically_normal();
  Result<std::string> bytes = ReadFile(file.string(), limits::kSourceBytes);
  if (!bytes) return tl::unexpected(bytes.error());
  store::Bundle sources = {{file.filename().string(), *bytes}};
  const auto record = [&](const std::string& path, size_t limit_bytes) {
    Result<std::string> read = ReadFile(path, limit_bytes);
    if (read) sources.push_back({fs::path(path).lexically_relative(file.parent_path()).string(), *read});
    return read;
  };
  const graph::Compiled again = load::Load(file.string(), std::move(*bytes), record);
  if (again.graph == nullptr || again.graph->digest != deployment.graph->digest) {
    return Fail(
        ErrorKind::kFindings, "sources-changed",
        {"政策文件在编译之后被改动，请重来一次", "the policy's files were changed after it was compiled: do it again"},
        file.string());
  }
  return Keep(deployment, district, std::move(sources));
}

graph::Compiled Compile(const store::Bundle& files) {
  const auto read = [&](const std::string& path, size_t) -> Result<std::string> {
    for (const store::File& file : files) {
      if (file.path == path) return file.bytes;
    }
    return Fail(ErrorKind::kFindings, "file-unreadable",
                {"它不在给出的文件里", "it is not among the files that are given"}, path);
  };
  return load::Load(files.front().path, files.front().bytes, read);
}

Result<data::Deployment> Rebuild(const store::Deployment& kept) {
  if (kept.sources.empty()) return NotRebuildable({"没有源文件", "there are no sources"});
  const graph::Compiled compiled = Compile(kept.sources);
  if (compiled.graph == nullptr) return NotRebuildable({"有错误", "it has errors"});
  if (compiled.graph->digest != kept.policy_digest) return NotRebuildable({"摘要不同", "its digest differs"});
  data::Deployment deployment{compiled.graph, {}, kept.columns};
  for (const auto& [name, value] : kept.parameters) {
    auto bound = data::Bind(*deployment.graph, name, value);
    if (!bound) return NotRebuildable(bound.error().message);
    deployment.parameters.insert_or_assign(bound->first, std::move(bound->second));
  }
  return deployment;
}

Result<Replayed> Replay(store::Store& store, const store::Record& record) {
  const auto kept = store.FindDeployment(record.decision.district, record.decision.deployment);
  if (!kept) return tl::unexpected(kept.error());
  const Result<data::Deployment> deployment = Rebuild(*kept);
  if (!deployment) return tl::unexpected(deployment.error());
  Replayed out;
  out.other_engine = kept->engine != kEngineVersion;
  auto answer = Answer(*deployment, record.decision);
  if (!answer) {
    out.refused = answer.error();
    return out;
  }
  out.answer = std::move(*answer);
  out.same = out.answer == record.decision.answer;
  return out;
}

}  // namespace heng::replay
