// The verbs of the command `heng`: one file each. Every one returns the exit status: 0 done, 1 findings, 2 wrong usage, 3 environment.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/diagnostics/diagnostic.h"
#include "engine/graph/graph.h"

namespace heng::tools {

enum ExitStatus : int { kDone = 0, kFindings = 1, kUsage = 2, kEnvironment = 3 };

// What every verb is told: in which language to speak, and whether people or programs read.
struct Manner {
  Language language = Language::kChinese;
  bool color_out = false;  // stdout is a terminal and NO_COLOR is unset
  bool color_err = false;
  bool json = false;
};

struct CheckOptions {
  std::vector<std::string> paths;
  std::string format = "text";
  bool strict = false;
};
struct FormatOptions {
  std::vector<std::string> paths;
  bool check = false;
  std::optional<std::string> keywords;
  bool to_stdout = false;
};
struct TestOptions {
  std::vector<std::string> paths;
  std::optional<std::string> junit;
  bool coverage = false;
};
struct EvalOptions {
  std::string policy;
  std::string input = "-";
  std::optional<std::string> period;
  bool explain = false;
  bool strict = false;
  std::vector<std::string> sets;
};
struct SettleOptions {
  std::optional<std::string> policy, config, district, data;
  std::string name, version;  // which of several policies and versions; empty: the only one, the one in force
  std::string period;
  std::vector<std::string> sets;
  std::vector<std::string> outputs;
  bool accept_valid = false;
  bool quiet = false;
  bool in_folder = false;  // of a district: what lies in its folder, whatever is published
};
struct ExplainOptions {
  SettleOptions settle;
  std::string subject;
  std::optional<std::string> output;
};
struct DiffOptions {
  std::string old_path;
  std::optional<std::string> new_path;
  std::optional<std::string> data;
  bool prove = false;
};
struct GraphOptions {
  std::string policy;
  std::string format = "dot";
  // The program that the graph is lowered to, for that period and those parameters, instead of a picture.
  bool program = false;
  std::string period;
  std::vector<std::string> sets;
};
struct ServeOptions {
  std::string config;
  std::optional<std::string> listen;
  std::optional<std::string> store;
};
struct KeyOptions {
  std::string action;  // create, revoke, list
  std::string config, store;
  std::string name, author, id;
  std::vector<std::string> grants;
  std::optional<int64_t> days;  // nothing: it does not expire
};
struct RunOptions {
  std::string policy;
  std::string period;
  std::vector<std::string> sets;
};

int RunCheck(const CheckOptions& options, const Manner& manner);
int RunFormat(const FormatOptions& options, const Manner& manner);
int RunTest(const TestOptions& options, const Manner& manner);
int RunEval(const EvalOptions& options, const Manner& manner);
int RunSettle(const SettleOptions& options, const Manner& manner);
int RunExplain(const ExplainOptions& options, const Manner& manner);
int RunDiff(const DiffOptions& options, const Manner& manner);
int RunGraph(const GraphOptions& options, const Manner& manner);
int RunSchema(const std::string& policy, const Manner& manner);
int RunStream(const RunOptions& options, const Manner& manner);
int RunKey(const KeyOptions& options, const Manner& manner);
int RunServe(const ServeOptions& options, const Manner& manner);

// ---- what verbs share (policy_file.cc)

// Prints the error to stderr; its exit status.
int Report(const Error& error, const Manner& manner);
void Print(const std::vector<Diagnostic>& diagnostics, const Manner& manner);
// Notes (unproved guarantees) are for `heng check`; elsewhere they would be repeated at every use.
void PrintWithoutNotes(const std::vector<Diagnostic>& diagnostics, const Manner& manner);
// The policies (*.heng) at the paths: files as they are, folders with everything below them, in order, each once.
Result<std::vector<std::string>> FindPolicies(const std::vector<std::string>& paths);
// The one policy of a folder, or the file; compiled. Diagnostics are printed; an error says that it has errors or is none.
Result<graph::GraphPtr> LoadPolicy(const std::string& path, const Manner& manner);
// All policies of a folder, or the file: by policy, then by the first day in force. Modules are left out.
Result<std::vector<graph::GraphPtr>> LoadPolicies(const std::string& path, const Manner& manner);
// `NAME=VALUE`, split. Error: usage.
Result<std::pair<std::string, std::string>> SplitSetting(const std::string& setting);
// The whole of a file, or of stdin for "-".
Result<std::string> ReadInput(const std::string& path);

}  // namespace heng::tools
