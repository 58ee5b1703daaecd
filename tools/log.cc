// `heng log verify | export | replay`.
#include <algorithm>
#include <cstdio>
#include <fstream>

#include <fmt/format.h>

#include "engine/base/file.h"
#include "engine/replay/replay.h"
#include "engine/store/chain.h"
#include "engine/store/log_file.h"
#include "tools/export_file.h"
#include "tools/open_store.h"
#include "tools/store_verbs.h"

namespace heng::tools {
namespace {

// What a finding means, for people.
Bilingual TextOf(const std::string& finding) {
  static const std::map<std::string, Bilingual> texts = {
      {"record-altered", {"记录被改动", "the record was altered"}},
      {"record-missing", {"记录缺失", "the record is missing"}},
      {"record-inserted", {"记录是插入的，或次序不对", "the record was inserted or is out of order"}},
      {"chain-broken", {"记录不接在前一条之后", "the record does not follow the one before it"}},
      {"other-district", {"属于另一个辖区", "it is of another district"}},
      {"checkpoint-differs",
       {"与签过名的检查点不符，日志被重写", "a signed checkpoint says otherwise: the log was rewritten"}},
      {"truncated", {"日志被截断：检查点说它更长", "the log was truncated: a checkpoint says that it went on"}},
      {"bad-signature", {"检查点的签名不对", "the checkpoint's signature is wrong"}},
      {"unknown-signer", {"检查点由不受信任的密钥签名", "the checkpoint is signed by a key that is not trusted"}},
      {"unsigned", {"检查点没有签名", "the checkpoint is not signed"}},
      {"no-checkpoint", {"没有检查点为它作证", "no checkpoint vouches for it"}}};
  const auto found = texts.find(finding);
  return found == texts.end() ? Bilingual(finding) : found->second;
}

int Say(const std::string& district, const store::LogReport& report, const Manner& manner) {
  const bool zh = manner.language == Language::kChinese;
  if (manner.json) {
    fmt::print(
        "{{\"district\":\"{}\",\"ok\":{},\"finding\":\"{}\",\"sequence\":{},\"records\":{},\"first\":{},\"last\":{},"
        "\"checkpoints\":{},\"signed_to\":{}}}\n",
        district, report.ok(), report.finding, report.sequence, report.records, report.first, report.last,
        report.checkpoints, report.signed_to);
  } else if (report.ok()) {
    fmt::print("{}\n", zh ? fmt::format("{}：{} 条记录完好（{} 至 {}），{} 个签名有效，签名覆盖到第 {} 条", district,
                                        report.records, report.first, report.last, report.checkpoints, report.signed_to)
                          : fmt::format("{}: {} records intact ({} to {}), {} signatures valid, signed up to record {}",
                                        district, report.records, report.first, report.last, report.checkpoints,
                                        report.signed_to));
  } else {
    const std::string text = TextOf(report.finding).In(manner.language);
    fmt::print("{}\n", zh ? fmt::format("{}：第 {} 条：{} [{}]", district, report.sequence, text, report.finding)
                          : fmt::format("{}: record {}: {} [{}]", district, report.sequence, text, report.finding));
  }
  return report.ok() ? kDone : kFindings;
}

// That there is something to read of the district (of any, if it is empty). `known`: those of which there is. Errors, kFindings, at
// `where`: empty-log, unknown-district. Whoever finds nothing to verify must not say that nothing is wrong.
Status NeedRecords(const std::string& district, const std::vector<std::string>& known, const std::string& where) {
  if (known.empty()) {
    return Fail(ErrorKind::kFindings, "empty-log",
                {"日志是空的，一条记录都没有", "the log is empty, it has no record at all"}, where);
  }
  if (district.empty() || std::find(known.begin(), known.end(), district) != known.end()) return Ok();
  return Fail(
      ErrorKind::kFindings, "unknown-district",
      {fmt::format("日志里没有辖区“{}”的记录，有记录的是：{}", district, fmt::join(known, "、")),
       fmt::format("the log has no record of the district '{}', it has of: {}", district, fmt::join(known, ", "))},
      where);
}

Status NeedRecords(store::Store& store, const std::string& district) {
  const auto known = store.LogDistricts();
  if (!known) return tl::unexpected(known.error());
  return NeedRecords(district, *known, store.name());
}

struct Exported {
  std::vector<store::PublicKey> keys;
  std::vector<store::Checkpoint> checkpoints;
};

// Calls `visit` for each line. Errors name the file and the line.
template <typename Visit>
Status ReadLines(const std::string& path, const Visit& visit) {
  std::ifstream in(path, std::ios::binary);
  if (!in) {
    return Fail(ErrorKind::kEnvironment, "file-unreadable",
                {fmt::format("不能读取文件“{}”", path), fmt::format("cannot read the file '{}'", path)}, path);
  }
  size_t number = 0;
  for (std::string text; std::getline(in, text);) {
    ++number;
    Result<store::LogLine> line = store::ReadLine(text);
    if (!line) {
      line.error().at = fmt::format("{}:{}", path, number);
      return tl::unexpected(line.error());
    }
    visit(*line);
  }
  return Ok();
}

Result<Exported> ReadExported(const std::vector<std::string>& paths) {
  Exported out;
  for (const std::string& path : paths) {
    const Status read = ReadLines(path, [&](const store::LogLine& line) {
      if (const auto* key = std::get_if<store::PublicKey>(&line)) out.keys.push_back(*key);
      if (const auto* checkpoint = std::get_if<store::Checkpoint>(&line)) out.checkpoints.push_back(*checkpoint);
    });
    if (!read) return tl::unexpected(read.error());
  }
  return out;
}

Result<std::vector<store::PublicKey>> ReadKeys(const std::vector<std::string>& paths) {
  std::vector<store::PublicKey> keys;
  for (const std::string& path : paths) {
    auto key = ReadPem<store::PublicKey>(path);
    if (!key) return tl::unexpected(key.error());
    keys.push_back(std::move(*key));
  }
  return keys;
}

// Without --key, the keys are believed that came with the log; that is said.
void SayUntrusted(const Manner& manner) {
  fmt::print(
      stderr, "{}\n",
      manner.language == Language::kChinese
          ? "没有给出 --key：签名按日志自带的公钥核对，能改写日志的人也能换掉它"
          : "no --key: signatures are checked with the keys that came with the log, which whoever rewrites it can replace too");
}

int VerifyFiles(const LogOptions& options, const std::vector<store::PublicKey>& trusted, const Manner& manner) {
  std::vector<std::string> paths = options.checkpoints;
  paths.insert(paths.end(), options.files.begin(), options.files.end());
  const Result<Exported> exported = ReadExported(paths);
  if (!exported) return Report(exported.error(), manner);
  std::map<std::string, store::LogVerifier> verifiers;
  const auto of = [&](const std::string& district) -> store::LogVerifier& {
    const auto found = verifiers.find(district);
    if (found != verifiers.end()) return found->second;
    std::vector<store::Checkpoint> own;
    for (const store::Checkpoint& checkpoint : exported->checkpoints) {
      if (checkpoint.district == district) own.push_back(checkpoint);
    }
    auto& verifier =
        verifiers.emplace(district, store::LogVerifier(district, trusted.empty() ? exported->keys : trusted, own))
            .first->second;
    verifier.BeginAfter(options.after);
    return verifier;
  };
  for (const store::Checkpoint& checkpoint : exported->checkpoints) of(checkpoint.district);
  for (const std::string& file : options.files) {
    const Status read = ReadLines(file, [&](const store::LogLine& line) {
      if (const auto* record = std::get_if<store::Record>(&line)) of(record->decision.district).Add(*record);
    });
    if (!read) return Report(read.error(), manner);
  }
  std::vector<std::string> known;
  for (const auto& [district, verifier] : verifiers) known.push_back(district);
  if (auto some = NeedRecords(options.district, known, options.files.front()); !some)
    return Report(some.error(), manner);
  int status = kDone;
  for (auto& [district, verifier] : verifiers) {
    if (options.district.empty() || district == options.district)
      status = std::max(status, Say(district, verifier.Finish(), manner));
  }
  return status;
}

Result<std::unique_ptr<store::Store>> OpenStore(const LogOptions& options, const Manner& manner) {
  auto with = options.signing_key ? SignedBy(*options.signing_key) : store::StoreOptions{};
  if (!with) return tl::unexpected(with.error());
  // A checkpoint is written.
  const auto use = options.signing_key ? store::StoreUse::kChange : store::StoreUse::kRead;
  return OpenStore(options.store, options.config, manner, use, std::move(*with));
}

// Every line of the export, in order. Error: the store's.
template <typename Write>
Status Export(store::Store& store, const LogOptions& options, const Write& write) {
  if (options.signing_key) {
    if (auto made = store.AddCheckpoint(options.district); !made) return tl::unexpected(made.error());
  }
  const auto keys = store.LogKeys();
  if (!keys) return tl::unexpected(keys.error());
  for (const store::PublicKey& key : *keys) write(key);
  const auto checkpoints = store.Checkpoints(options.district);
  if (!checkpoints) return tl::unexpected(checkpoints.error());
  for (const store::Checkpoint& checkpoint : *checkpoints) write(checkpoint);
  for (int64_t after = options.after;;) {
    const auto records = store.Records({options.district, after, 1000, false});
    if (!records) return tl::unexpected(records.error());
    if (records->empty()) return Ok();
    for (const store::Record& record : *records) write(record);
    after = records->back().sequence;
  }
}

void SayReplay(const store::Decision& decision, const replay::Replayed& replayed, const Manner& manner) {
  const bool zh = manner.language == Language::kChinese;
  std::string text = zh ? "逐字节相同" : "the same, byte for byte";
  if (!replayed.same) text = zh ? "不同" : "differs";
  if (replayed.refused)
    text += (zh ? "：请求被拒绝：" : ": the request is refused: ") + replayed.refused->message.In(manner.language);
  if (replayed.other_engine) text += zh ? "（当时是另一版引擎）" : " (another version of the engine answered then)";
  if (manner.json) {
    fmt::print("{{\"decision\":\"{}\",\"same\":{},\"other_engine\":{}}}\n", decision.id, replayed.same,
               replayed.other_engine);
  } else {
    fmt::print("{} {}\n", decision.id, text);
    if (!replayed.same && !replayed.refused) fmt::print("- {}\n+ {}\n", decision.answer, replayed.answer);
  }
}

}  // namespace

int RunLogVerify(const LogOptions& options, const Manner& manner) {
  const bool stored = !options.store.empty() || !options.config.empty();
  if (options.files.empty() != stored) {
    return Report(
        {ErrorKind::kUsage, "usage", {"写 --store 或一个文件，二者之一", "give --store or a file, one of them"}, ""},
        manner);
  }
  const auto trusted = ReadKeys(options.keys);
  if (!trusted) return Report(trusted.error(), manner);
  if (trusted->empty()) SayUntrusted(manner);
  if (!options.files.empty()) return VerifyFiles(options, *trusted, manner);
  if (options.after > 0) {
    return Report({ErrorKind::kUsage,
                   "usage",
                   {"--after 只用于导出的文件：存储里的日志从头核对",
                    "--after is for exported files: a store's log is verified whole"},
                   ""},
                  manner);
  }
  const auto exported = ReadExported(options.checkpoints);
  if (!exported) return Report(exported.error(), manner);
  const auto store = OpenStore(options, manner);
  if (!store) return Report(store.error(), manner);
  auto districts = (*store)->LogDistricts();
  if (!districts) return Report(districts.error(), manner);
  // A log that vanished as a whole is known from what was exported of it.
  for (const store::Checkpoint& checkpoint : exported->checkpoints) {
    if (std::find(districts->begin(), districts->end(), checkpoint.district) == districts->end())
      districts->push_back(checkpoint.district);
  }
  if (auto some = NeedRecords(options.district, *districts, (*store)->name()); !some)
    return Report(some.error(), manner);
  if (!options.district.empty()) districts = {options.district};
  int status = kDone;
  for (const std::string& district : *districts) {
    const auto report = (*store)->VerifyLog(district, *trusted, exported->checkpoints);
    if (!report) return Report(report.error(), manner);
    status = std::max(status, Say(district, *report, manner));
  }
  return status;
}

int RunLogExport(const LogOptions& options, const Manner& manner) {
  const auto store = OpenStore(options, manner);
  if (!store) return Report(store.error(), manner);
  if (auto some = NeedRecords(**store, options.district); !some) return Report(some.error(), manner);
  ExportFile file(options.output);
  const Status done = Export(**store, options, [&](const store::LogLine& line) { file.Add(store::WriteLine(line)); });
  if (!done) return Report(done.error(), manner);
  if (auto kept = file.Keep(); !kept) return Report(kept.error(), manner);
  return kDone;
}

int RunLogReplay(const LogOptions& options, const Manner& manner) {
  const auto store = OpenStore(options, manner);
  if (!store) return Report(store.error(), manner);
  if (auto some = NeedRecords(**store, options.district); !some) return Report(some.error(), manner);
  int status = kDone;
  const auto one = [&](const store::Record& record) -> Status {
    const auto replayed = replay::Replay(**store, record);
    if (!replayed) return tl::unexpected(replayed.error());
    SayReplay(record.decision, *replayed, manner);
    if (!replayed->same) status = kFindings;
    return Ok();
  };
  for (const std::string& id : options.decisions) {
    const auto record = (*store)->FindDecision(options.district, id);
    if (!record) return Report(record.error(), manner);
    if (const Status done = one(*record); !done) return Report(done.error(), manner);
  }
  if (!options.decisions.empty()) return status;
  for (int64_t after = 0;;) {
    const auto records = (*store)->Records({options.district, after, 1000, false});
    if (!records) return Report(records.error(), manner);
    if (records->empty()) return status;
    for (const store::Record& record : *records) {
      if (const Status done = one(record); !done) return Report(done.error(), manner);
    }
    after = records->back().sequence;
  }
}

}  // namespace heng::tools
