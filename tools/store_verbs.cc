#include "tools/store_verbs.h"

#include <functional>

#include <CLI/CLI.hpp>

namespace heng::tools {

struct StoreVerbs::Parsed {
  LogOptions log;
  PublishOptions publish;
  VersionsOptions versions;
  bool json = false;
  std::vector<std::pair<CLI::App*, std::function<int(const Manner&)>>> verbs;

  static std::optional<std::string>& ConfigOf(PublishOptions& options) { return options.policy.config; }
  template <typename Options>
  static std::string& ConfigOf(Options& options) {
    return options.config;
  }

  template <typename Options>
  CLI::App* Add(CLI::App* parent, const char* name, const char* text, Options& options,
                int (*run)(const Options&, const Manner&)) {
    CLI::App* verb = parent->add_subcommand(name, text);
    verb->add_option("--store", options.store, "sqlite:FILE | postgresql://USER@HOST/DATABASE");
    verb->add_option("--config", ConfigOf(options), "heng.yaml");
    verb->add_flag("--json", json);
    verbs.emplace_back(verb, [&options, run](const Manner& manner) { return run(options, manner); });
    return verb;
  }

  void AddLog(CLI::App& app) {
    CLI::App* verb = app.add_subcommand("log", "决策日志 / the decision log")->require_subcommand(1);
    CLI::App* verify = Add(verb, "verify", "核对日志未被改动 / that the log was not altered", log, RunLogVerify);
    verify->add_option(
        "FILE", log.files,
        "导出的日志，代替存储；分几次导出的，按先后写 / an exported log, instead of a store; or its parts, in their order");
    verify->add_option("--key", log.keys, "受信任的公钥（PEM）/ public keys that are trusted")->take_all();
    verify->add_option("--checkpoints", log.checkpoints, "以前导出的日志 / logs exported before")->take_all();
    verify
        ->add_option(
            "--after", log.after,
            "文件从这个序号之后开始，这一条有检查点 / the file begins behind this sequence, which has a checkpoint")
        ->check(CLI::NonNegativeNumber);
    CLI::App* exported = Add(verb, "export", "导出为 NDJSON / as NDJSON", log, RunLogExport);
    exported->add_option("--after", log.after, "只要这个序号之后的 / only those behind this sequence")
        ->check(CLI::NonNegativeNumber);
    exported->add_option("--signing-key", log.signing_key, "先签一个检查点 / sign a checkpoint first");
    exported->add_option("-o,--output", log.output, "文件 / file");
    CLI::App* replay = Add(verb, "replay", "重新计算过去的决策 / evaluate past decisions again", log, RunLogReplay);
    replay->add_option("ID", log.decisions, "决策的编号；不写则全部 / ids of decisions; all without")->take_all();
    for (CLI::App* each : {verify, exported, replay}) each->add_option("--district", log.district);
    exported->get_option("--district")->required();
    replay->get_option("--district")->required();
  }

  void AddPublish(CLI::App& app) {
    CLI::App* verb = app.add_subcommand("publish", "起草、批准、发布 / draft, approve, release")->require_subcommand(1);
    CLI::App* draft = Add(verb, "draft", "起草一个版本 / draft a version", publish, RunDraft);
    draft->add_option("POLICY", publish.policy.policy, "政策文件或文件夹 / policy file or folder");
    draft->add_option("--policy", publish.policy.name, "几个政策中的哪一个 / which of several policies");
    draft->add_option("--version", publish.policy.version, "几个版本中的哪一个 / which of several versions");
    draft->add_option("--period", publish.policy.period, "它适用的一期，用来选版本 / a period it is for, to choose by");
    draft->add_option("--set", publish.policy.sets, "名称=值 / NAME=VALUE")->take_all();
    draft->add_option("--first-day", publish.first_day,
                      "施行首日，默认按政策 / in force from; by default the policy's");
    draft->add_option("--last-day", publish.last_day, "施行末日 / in force to");
    CLI::App* approve = Add(verb, "approve", "批准，须是另一人 / approve, by somebody else", publish, RunApprove);
    CLI::App* release = Add(verb, "release", "发布 / put into force", publish, RunRelease);
    CLI::App* withdraw = Add(verb, "withdraw", "撤回 / take out of force", publish, RunWithdraw);
    for (CLI::App* each : {approve, release, withdraw}) each->add_option("ID", publish.id)->required();
    for (CLI::App* each : {draft, approve, release, withdraw}) {
      each->add_option("--district", publish.district)->required();
      each->add_option("--by", publish.person, "谁 / who")->required();
    }
  }
};

StoreVerbs::StoreVerbs(CLI::App& app) : parsed_(std::make_unique<Parsed>()) {
  parsed_->AddLog(app);
  parsed_->AddPublish(app);
  CLI::App* versions =
      parsed_->Add(&app, "versions", "一个辖区的政策版本 / a district's versions", parsed_->versions, RunVersions);
  versions->add_option("--district", parsed_->versions.district)->required();
  versions->add_option("--policy", parsed_->versions.policy);
}

StoreVerbs::~StoreVerbs() = default;

std::optional<int> StoreVerbs::Run(const Manner& manner) const {
  for (const auto& [verb, run] : parsed_->verbs) {
    Manner how = manner;
    how.json = parsed_->json;
    if (verb->parsed()) return run(how);
  }
  return std::nullopt;
}

}  // namespace heng::tools
