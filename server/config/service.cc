#include "server/config/service.h"

#include <arpa/inet.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include <fmt/format.h>

#include "engine/base/file.h"
#include "engine/base/limits.h"
#include "server/config/schema.h"

namespace heng::config {
namespace {

constexpr size_t kConfigBytes = size_t{1} << 20;
constexpr int64_t kMostThreads = 1024;
constexpr int64_t kLeastRequestBytes = 1024;
constexpr int64_t kMostConnections = 100000;
constexpr int64_t kMostSeconds = 3600;
constexpr int64_t kMostRequests = 1000000;

struct LimitKey {
  std::string_view name;
  int64_t ClientLimits::*value;
  int64_t high;
};
constexpr std::array kLimitKeys = {
    LimitKey{"connections", &ClientLimits::connections, kMostConnections},
    LimitKey{"connections_per_peer", &ClientLimits::connections_per_peer, kMostConnections},
    LimitKey{"queued", &ClientLimits::queued, kMostConnections},
    LimitKey{"idle_seconds", &ClientLimits::idle_seconds, kMostSeconds},
    LimitKey{"head_seconds", &ClientLimits::head_seconds, kMostSeconds},
    LimitKey{"body_seconds", &ClientLimits::body_seconds, kMostSeconds},
    LimitKey{"write_seconds", &ClientLimits::write_seconds, kMostSeconds},
    LimitKey{"requests_per_second", &ClientLimits::requests_per_second, kMostRequests}};

bool IsDigits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

void ReadListen(const YamlMember& member, ServiceConfig& config, MistakeList& mistakes) {
  // An address may look like a number.
  const bool scalar = member.value.is(YamlNode::Kind::kScalar) && !member.value.text.empty();
  const auto text = scalar ? std::optional(member.value.text) : ReadTextOf(member, mistakes);
  if (!text) return;
  if (auto listen = ParseListen(*text)) {
    config.listen = std::move(*listen);
  } else {
    mistakes.AddError(listen.error(), member.value.line, member.value.column);
  }
}

void ReadDistricts(const YamlMember& member, ServiceConfig& config, MistakeList& mistakes) {
  const auto text = ReadTextOf(member, mistakes);
  if (!text) return;
  config.districts = ResolvePath(config.file, *text);
  std::error_code error;
  if (!std::filesystem::is_directory(config.districts, error)) {
    mistakes.Add("no-such-folder", member.value.line, member.value.column,
                 NoSuch({"文件夹", "folder"}, *text, config.districts));
  }
}

// `sqlite:FILE` or `postgresql://…`.
void ReadStore(const YamlMember& member, ServiceConfig& config, MistakeList& mistakes) {
  YamlMember written = member;
  // `$NAME` is an older way to write `${NAME}`.
  std::string& given = written.value.text;
  if (given.starts_with('$') && !given.starts_with("${")) given = "${" + given.substr(1) + "}";
  const auto text = ReadSettingOf(written, mistakes);
  if (!text) return;
  constexpr std::string_view kFile = "sqlite:";
  const std::string path = text->starts_with(kFile) ? text->substr(kFile.size()) : *text;
  const bool postgres = path.starts_with("postgresql://") || path.starts_with("postgres://");
  if (path.empty() || (path.find("://") != std::string::npos && (!postgres || path != *text))) {
    // Without the address: it may hold a password.
    mistakes.Add("bad-store-url", member.value.line, member.value.column,
                 {"“store”应当写成 sqlite:文件 或 postgresql://用户@主机/数据库",
                  "write 'store' as sqlite:FILE or postgresql://USER@HOST/DATABASE"});
    return;
  }
  config.store =
      text->starts_with(kFile) ? std::string(kFile) + ResolvePath(config.file, text->substr(kFile.size())) : *text;
}

void ReadSocket(const YamlMember& member, ServiceConfig& config, MistakeList& mistakes) {
  const auto given = ReadSettingOf(member, mistakes);
  if (!given) return;
  config.socket = ResolvePath(config.file, *given);
  const auto refuse = [&](Bilingual message) {
    mistakes.Add("bad-socket", member.value.line, member.value.column, std::move(message));
  };
  constexpr size_t kMost = sizeof(sockaddr_un::sun_path) - 1;
  std::error_code error;
  const auto status = std::filesystem::status(config.socket, error);
  if (config.socket.size() > kMost) {
    refuse({fmt::format("套接字的路径有 {} 个字节，最多 {} 个：{}", config.socket.size(), kMost, config.socket),
            fmt::format("the path of the socket has {} bytes, {} at most: {}", config.socket.size(), kMost,
                        config.socket)});
  } else if (std::filesystem::exists(status) && !std::filesystem::is_socket(status)) {
    refuse({fmt::format("“{}”已经有了，而且不是套接字", config.socket),
            fmt::format("'{}' is there already and is no socket", config.socket)});
  }
}

// How the decision log is kept.
void ReadKeeping(const Members& members, ServiceConfig& config, MistakeList& mistakes) {
  if (const YamlMember* key = members.Find("signing_key")) {
    if (const auto given = ReadSettingOf(*key, mistakes)) config.signing_key = ResolvePath(config.file, *given);
    config.signing_key_line = key->value.line;
    config.signing_key_column = key->value.column;
  }
  if (const YamlMember* every = members.Find("checkpoint_every")) {
    config.checkpoint_every = ReadWholeOf(*every, 1, kMostCheckpointEvery, mistakes).value_or(config.checkpoint_every);
  }
  const YamlMember* retention = members.Find("retention");
  if (retention == nullptr) return;
  config.retention = ReadRetentionOf(*retention, mistakes);
  if (!config.retention || config.retention->forever() || members.Find("signing_key") != nullptr) return;
  mistakes.Add("unsigned-retention", config.retention->line, config.retention->column, UnsignedRetention());
}

void ReadLog(const YamlMember& member, ServiceConfig& config, MistakeList& mistakes) {
  const auto text = ReadTextOf(member, mistakes);
  if (!text) return;
  if (*text != "none" && *text != "denials" && *text != "requests") {
    mistakes.Add("bad-value", member.value.line, member.value.column,
                 {"“log”只能是 none、denials 或 requests", "'log' must be none, denials or requests"});
    return;
  }
  config.log = *text;
}

void ReadLimits(const YamlMember& member, ClientLimits& limits, MistakeList& mistakes) {
  const YamlNode* map = ReadMapOf(member, mistakes);
  if (map == nullptr) return;
  const Members members(*map,
                        {"connections", "connections_per_peer", "queued", "idle_seconds", "head_seconds",
                         "body_seconds", "write_seconds", "requests_per_second"},
                        mistakes);
  for (const LimitKey& key : kLimitKeys) {
    const YamlMember* found = members.Find(key.name);
    int64_t& value = limits.*key.value;
    if (found != nullptr) value = ReadWholeOf(*found, 1, key.high, mistakes).value_or(value);
  }
}

}  // namespace

Bilingual UnsignedRetention() {
  return {"保存期限要有 signing_key：删去什么，日志要签名说明",
          "retention needs a signing_key: the log says under its signature what was removed"};
}

Bilingual NoSuch(const Bilingual& what, const std::string& written, const std::string& path) {
  Bilingual message{fmt::format("没有这个{}：“{}”", what.zh, written),
                    fmt::format("there is no such {}: '{}'", what.en, written)};
  if (written == path) return message;
  message.zh += fmt::format("，即 {}", path);
  message.en += fmt::format(", which is {}", path);
  return message;
}

bool Listen::loopback() const { return host == "localhost" || host == "::1" || host.starts_with("127."); }

std::string Listen::ToString() const {
  return host.find(':') == std::string::npos ? fmt::format("{}:{}", host, port) : fmt::format("[{}]:{}", host, port);
}

Result<Listen> ParseListen(std::string_view text) {
  const auto bad = [&] {
    return Fail(ErrorKind::kUsage, "bad-listen",
                {fmt::format("“{}”不是监听地址，请写成 127.0.0.1:8080 或 [::1]:8080", text),
                 fmt::format("'{}' is no address to listen on, write 127.0.0.1:8080 or [::1]:8080", text)},
                std::string(text));
  };
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos && IsDigits(text)) {
    return Fail(ErrorKind::kUsage, "bad-listen",
                {fmt::format("“{}”只有端口，没有地址，请写成 127.0.0.1:{}", text, text),
                 fmt::format("'{}' is a port without an address, write 127.0.0.1:{}", text, text)},
                std::string(text));
  }
  if (colon == std::string_view::npos && !text.empty()) {
    return Fail(ErrorKind::kUsage, "bad-listen",
                {fmt::format("“{}”没有端口，请写成 {}:8080", text, text),
                 fmt::format("'{}' has no port, write {}:8080", text, text)},
                std::string(text));
  }
  if (colon == std::string_view::npos) return bad();
  std::string_view host = text.substr(0, colon);
  const std::string_view port = text.substr(colon + 1);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  } else if (host.find_first_of(":[]") != std::string_view::npos) {
    return bad();
  }
  const bool host_fits = !host.empty() && std::all_of(host.begin(), host.end(), [](unsigned char c) {
    return c > 0x20 && c < 0x7F && c != '/' && c != '@';
  });
  const bool digits = port.size() <= 5 && IsDigits(port);
  // Four numbers of which one is too large would be asked of the name service.
  const bool numeric = host.find_first_not_of("0123456789.") == std::string_view::npos;
  in_addr address{};
  if (numeric && ::inet_pton(AF_INET, std::string(host).c_str(), &address) != 1) return bad();
  if (!host_fits || !digits || (port.size() > 1 && port[0] == '0')) return bad();
  const int number = std::stoi(std::string(port));
  if (number > 65535) return bad();
  return Listen{std::string(host), number};
}

std::string ResolvePath(const std::string& file, const std::string& path) {
  const std::filesystem::path given(path);
  if (given.is_absolute()) return given.lexically_normal().string();
  return (std::filesystem::path(file).parent_path() / given).lexically_normal().string();
}

std::optional<std::string> DistrictsIn(const std::string& path) {
  const auto text = ReadFile(path, kConfigBytes);
  if (!text) return std::nullopt;
  MistakeList unsaid(path);
  const auto root = ParseYaml(*text, unsaid);
  const YamlMember* member = root ? Members(*root, {}, unsaid).Find("districts") : nullptr;
  if (member == nullptr || !member->value.is(YamlNode::Kind::kScalar)) return std::nullopt;
  return ResolvePath(path, member->value.text);
}

std::vector<std::string> ChangedForRestart(const ServiceConfig& started, const ServiceConfig& now) {
  std::vector<std::string> keys;
  const auto compare = [&](std::string key, const auto& before, const auto& after) {
    if (before != after) keys.push_back(std::move(key));
  };
  compare("listen", started.listen.ToString(), now.listen.ToString());
  compare("socket", started.socket, now.socket);
  compare("store", started.store, now.store);
  compare("signing_key", started.signing_key, now.signing_key);
  compare("log", started.log, now.log);
  compare("threads", started.threads, now.threads);
  compare("request_limit_bytes", started.request_limit_bytes, now.request_limit_bytes);
  for (const LimitKey& key : kLimitKeys)
    compare("limits." + std::string(key.name), started.limits.*key.value, now.limits.*key.value);
  return keys;
}

tl::expected<ServiceConfig, std::vector<Mistake>> LoadService(const std::string& path) {
  MistakeList mistakes(path);
  const auto text = ReadFile(path, kConfigBytes);
  if (!text) {
    mistakes.AddError(text.error());
    return tl::unexpected(mistakes.Take());
  }
  ServiceConfig config;
  config.file = path;
  if (const auto root = ParseYaml(*text, mistakes)) {
    Members members(*root,
                    {"listen", "socket", "districts", "store", "signing_key", "checkpoint_every", "retention", "log",
                     "threads", "request_limit_bytes", "limits"},
                    mistakes);
    if (const YamlMember* listen = members.Find("listen")) ReadListen(*listen, config, mistakes);
    if (const YamlMember* districts = members.Require("districts")) ReadDistricts(*districts, config, mistakes);
    if (const YamlMember* socket = members.Find("socket")) ReadSocket(*socket, config, mistakes);
    if (const YamlMember* store = members.Find("store")) ReadStore(*store, config, mistakes);
    ReadKeeping(members, config, mistakes);
    if (const YamlMember* log = members.Find("log")) ReadLog(*log, config, mistakes);
    if (const YamlMember* limits = members.Find("limits")) ReadLimits(*limits, config.limits, mistakes);
    if (const YamlMember* threads = members.Find("threads")) {
      config.threads = static_cast<size_t>(ReadWholeOf(*threads, 1, kMostThreads, mistakes).value_or(1));
    }
    if (const YamlMember* limit = members.Find("request_limit_bytes")) {
      config.request_limit_bytes = static_cast<size_t>(
          ReadWholeOf(*limit, kLeastRequestBytes, limits::kRequestBytes, mistakes).value_or(kLeastRequestBytes));
    }
  }
  if (!mistakes.empty()) return tl::unexpected(mistakes.Take());
  return config;
}

}  // namespace heng::config
