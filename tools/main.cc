// The command `heng`: reads the arguments and calls one verb.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "engine/base/version.h"
#include "tools/store_verbs.h"
#include "tools/usage_error.h"
#include "tools/verbs.h"

namespace heng::tools {
namespace {

// English where the locale asks for it; else the language of the policies.
Language LanguageOfLocale() {
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    const char* value = std::getenv(name);
    if (value != nullptr && *value != '\0')
      return std::string_view(value).starts_with("en") ? Language::kEnglish : Language::kChinese;
  }
  return Language::kChinese;
}

// As the words say, though they may not be all right; else that of the locale.
Language LanguageAsked(std::span<char* const> words) {
  for (size_t i = 0; i < words.size(); ++i) {
    const std::string_view word = words[i];
    const std::string_view next = i + 1 < words.size() ? words[i + 1] : "";
    if (word == "--lang=zh" || (word == "--lang" && next == "zh")) return Language::kChinese;
    if (word == "--lang=en" || (word == "--lang" && next == "en")) return Language::kEnglish;
  }
  return LanguageOfLocale();
}

}  // namespace

int Run(int argc, char** argv) {
  CLI::App app{"衡 Heng：物业考核的政策语言与规则引擎 / a policy language and rules engine", "heng"};
  app.require_subcommand(1);
  app.set_help_flag("-h,--help", "帮助 / help");
  app.set_help_all_flag("--help-all", "全部帮助 / help of every verb");
  std::string language;
  Manner manner;
  app.add_option("--lang", language, "zh | en")->check(CLI::IsMember({"zh", "en"}));
  app.fallthrough();

  CheckOptions check;
  auto* check_verb = app.add_subcommand("check", "检查政策和配置 / diagnostics of policies and configurations");
  check_verb->add_option("PATH", check.paths, "政策文件或文件夹，配置 .yaml / policies, folders, .yaml configurations");
  std::vector<std::string> configurations;
  check_verb->add_option("--config", configurations, "heng.yaml：与作为 PATH 相同 / as if it were a PATH");
  check_verb->add_option("--format", check.format, "text | json | sarif")
      ->check(CLI::IsMember({"text", "json", "sarif"}));
  check_verb->add_flag("--strict", check.strict, "有警告也算不通过 / warnings are refused");
  check_verb->add_flag("--json", manner.json);

  FormatOptions format;
  auto* format_verb = app.add_subcommand("fmt", "整理版式 / canonical layout");
  format_verb->add_option("PATH", format.paths)->required();
  format_verb->add_flag("--check", format.check, "只检查，不改写 / only say which would change");
  format_verb->add_flag("--stdout", format.to_stdout, "写到标准输出 / write to standard output");
  format_verb->add_option("--keywords", format.keywords, "zh | en")->check(CLI::IsMember({"zh", "en"}));

  TestOptions test;
  auto* test_verb = app.add_subcommand("test", "运行算例 / run the worked examples");
  test_verb->add_option("PATH", test.paths)->required();
  test_verb->add_option("--junit", test.junit, "JUnit XML");
  test_verb->add_flag("--coverage", test.coverage, "算例没有用到的情形、行、分支、评分项 / what no example reaches");
  test_verb->add_flag("--json", manner.json);

  EvalOptions eval;
  auto* eval_verb =
      app.add_subcommand("eval", "回答一个 JSON 请求，与 HTTP 接口相同 / answer one JSON request as the service does");
  eval_verb->add_option("POLICY", eval.policy)->required();
  eval_verb->add_option("--input", eval.input, "文件，或 - / file or -");
  eval_verb->add_option("--period", eval.period, "例如 2024Q3");
  eval_verb->add_flag("--explain", eval.explain);
  eval_verb->add_flag("--strict", eval.strict);
  eval_verb->add_option("--set", eval.sets, "名称=值：确定一个待定参数 / bind an open parameter")->take_all();

  SettleOptions settle;
  const auto settle_options = [](CLI::App* verb, SettleOptions& options) {
    verb->add_option("POLICY", options.policy, "政策文件或文件夹 / policy file or folder");
    verb->add_option("--config", options.config, "heng.yaml");
    verb->add_option("--district", options.district);
    verb->add_option("--policy", options.name, "几个政策中的哪一个 / which of several policies");
    verb->add_option("--version", options.version, "几个版本中的哪一个 / which of several versions");
    verb->add_option("--period", options.period, "例如 2024Q3")->required();
    verb->add_option("--data", options.data, "事实所在的文件夹或工作簿 / folder of the facts, or workbook");
    verb->add_option("--set", options.sets, "名称=值：确定一个待定参数 / bind an open parameter")->take_all();
  };
  auto* settle_verb = app.add_subcommand("settle", "结算一个辖区的一期 / settle a period of a district");
  settle_options(settle_verb, settle);
  settle_verb->add_option("-o,--output", settle.outputs, ".csv .json .ndjson .xlsx .html")->take_all();
  settle_verb->add_flag("--accept-valid", settle.accept_valid, "略去被拒绝的对象 / leave out what was refused");
  settle_verb->add_flag("--quiet", settle.quiet, "不显示榜单 / no board");

  ExplainOptions explain;
  auto* explain_verb = app.add_subcommand("explain", "说明一个对象为什么得到这些结果 / why a subject got its results");
  settle_options(explain_verb, explain.settle);
  explain_verb->add_option("--subject", explain.subject, "编号 / id")->required();
  explain_verb->add_option("--output", explain.output, "只说明这个结果 / only this result");
  explain_verb->add_flag("--json", manner.json);

  DiffOptions diff;
  auto* diff_verb = app.add_subcommand("diff", "两版政策的差别 / what differs between two versions of a policy");
  diff_verb->add_option("OLD", diff.old_path, "旧的：文件或文件夹 / old: file or folder")->required();
  diff_verb->add_option(
      "NEW", diff.new_path,
      "新的；不写则比较 OLD 文件夹里同一政策的各版 / new; without it, the versions in the folder OLD");
  diff_verb->add_option("--data", diff.data, "还不能用 / not built yet");
  diff_verb->add_flag("--prove", diff.prove, "还不能用 / not built yet");
  diff_verb->add_flag("--json", manner.json);

  GraphOptions graph;
  auto* graph_verb = app.add_subcommand("graph", "计算图 / the evaluation graph");
  graph_verb->add_option("POLICY", graph.policy)->required();
  graph_verb->add_option("--format", graph.format, "dot | mermaid | json | svg")
      ->check(CLI::IsMember({"dot", "mermaid", "json", "svg"}));
  graph_verb->add_flag("--program", graph.program, "降成的整数程序 / the program of integers that it is lowered to");
  graph_verb->add_option("--period", graph.period, "例如 2024Q3");
  graph_verb->add_option("--set", graph.sets, "名称=值 / NAME=VALUE")->take_all();

  std::string schema_policy;
  auto* schema_verb = app.add_subcommand("schema", "输入的 JSON Schema / JSON Schema of the inputs");
  schema_verb->add_option("POLICY", schema_policy)->required();

  RunOptions run;
  auto* run_verb = app.add_subcommand("run", "逐行回答 NDJSON / answer NDJSON line by line");
  run_verb->add_option("POLICY", run.policy)->required();
  run_verb->add_option("--period", run.period)->required();
  run_verb->add_option("--set", run.sets, "名称=值 / NAME=VALUE")->take_all();

  ServeOptions serve;
  auto* serve_verb = app.add_subcommand("serve", "HTTP 服务 / the HTTP service");
  serve_verb->add_option("--config", serve.config, "heng.yaml")->required();
  serve_verb->add_option("--listen", serve.listen, "HOST:PORT");
  serve_verb->add_option("--store", serve.store, "sqlite:FILE | postgresql://…");

  KeyOptions key;
  auto* key_verb = app.add_subcommand("key", "服务的 API 密钥 / API keys of the service");
  key_verb->require_subcommand(1);
  auto* key_create = key_verb->add_subcommand("create", "建一把 API 密钥，只显示一次 / make a key, shown once");
  auto* key_revoke = key_verb->add_subcommand("revoke", "吊销 / revoke");
  auto* key_list = key_verb->add_subcommand("list", "列出 / list");
  for (auto* action : {key_create, key_revoke, key_list}) {
    action->add_option("--config", key.config, "heng.yaml");
    action->add_option("--store", key.store, "sqlite:FILE | postgresql://…");
    action->add_option("--author", key.author, "谁办的 / who does it")->default_val("local");
  }
  key_create->add_option("--name", key.name, "谁的 / whose: a person or a system")->required();
  key_create->add_option("--grant", key.grants, "DISTRICT=ROLE,ROLE")->required();
  key_create->add_option("--days", key.days, "有效天数，1 至 36500 / valid for so many days, 1 to 36500");
  key_revoke->add_option("ID", key.id)->required();

  const StoreVerbs store_verbs(app);

  auto* version_verb = app.add_subcommand("version", "版本 / version");
  version_verb->add_flag("--json", manner.json);

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // Help is thrown, too.
    if (error.get_exit_code() == 0) return app.exit(error);
    const std::span<char* const> words(argv + 1, argv + argc);
    fmt::print(stderr, "{}", UsageMessage(app, error, words, LanguageAsked(words)));
    return kUsage;
  }
  manner.language = LanguageAsked(std::span<char* const>(argv + 1, argv + argc));
  const bool no_color = std::getenv("NO_COLOR") != nullptr;
  manner.color_out = !no_color && ::isatty(STDOUT_FILENO) != 0;
  manner.color_err = !no_color && ::isatty(STDERR_FILENO) != 0;

  check.paths.insert(check.paths.end(), configurations.begin(), configurations.end());
  if (*check_verb && check.paths.empty()) {
    fmt::print(stderr, "{}", check_verb->help());
    return kUsage;
  }
  if (*check_verb) return RunCheck(check, manner);
  if (*format_verb) return RunFormat(format, manner);
  if (*test_verb) return RunTest(test, manner);
  if (*eval_verb) return RunEval(eval, manner);
  if (*settle_verb) return RunSettle(settle, manner);
  if (*explain_verb) return RunExplain(explain, manner);
  if (*diff_verb) return RunDiff(diff, manner);
  if (*graph_verb) return RunGraph(graph, manner);
  if (*schema_verb) return RunSchema(schema_policy, manner);
  if (*run_verb) return RunStream(run, manner);
  if (*key_verb) {
    key.action = *key_create ? "create" : *key_revoke ? "revoke" : "list";
    return RunKey(key, manner);
  }
  if (*serve_verb) return RunServe(serve, manner);
  if (const auto status = store_verbs.Run(manner)) return *status;
  if (manner.json) {
    fmt::print("{{\"name\":\"heng\",\"version\":\"{}\"}}\n", kEngineVersion);
  } else {
    fmt::print("heng {}\n", kEngineVersion);
  }
  return kDone;
}

}  // namespace heng::tools

int main(int argc, char** argv) { return heng::tools::Run(argc, argv); }
