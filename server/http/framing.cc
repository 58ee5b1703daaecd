#include "server/http/framing.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cctype>

#include <fmt/format.h>

#include "engine/base/text.h"

namespace heng::server {
namespace {

using Refused = std::optional<Problem>;

// What only one value can be taken of: with two, a proxy might look at the other one. Host and Content-Length say so themselves.
constexpr std::array<std::string_view, 5> kSingle = {"authorization", "content-type", "content-encoding", "expect",
                                                     "idempotency-key"};

Problem Refuse(int status, std::string code, std::string zh, std::string en) {
  return {status, std::move(code), {std::move(zh), std::move(en)}, "", {}};
}

Problem BadHead(std::string zh, std::string en) { return Refuse(400, "bad-head", std::move(zh), std::move(en)); }

bool IsTokenChar(char c) {
  static constexpr std::string_view kOthers = "!#$%&'*+-.^_`|~";
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || kOthers.find(c) != std::string_view::npos;
}

bool IsToken(std::string_view text) { return !text.empty() && std::all_of(text.begin(), text.end(), IsTokenChar); }

bool IsDigits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// Percent-encoding and what RFC 3986 calls unreserved and sub-delims; an IPv4 address is one too.
bool IsRegisteredName(std::string_view text) {
  static constexpr std::string_view kOthers = "-._~!$&'()*+,;=";
  for (size_t i = 0; i < text.size(); ++i) {
    const auto is_hex = [&](size_t at) {
      return at < text.size() && std::isxdigit(static_cast<unsigned char>(text[at]));
    };
    if (text[i] == '%' && is_hex(i + 1) && is_hex(i + 2)) {
      i += 2;
    } else if (std::isalnum(static_cast<unsigned char>(text[i])) == 0 &&
               kOthers.find(text[i]) == std::string_view::npos) {
      return false;
    }
  }
  return true;
}

bool IsIpv6(std::string_view text) {
  in6_addr address{};
  // What reads a C string would not look behind a byte 0.
  return text.find('\0') == std::string_view::npos && ::inet_pton(AF_INET6, std::string(text).c_str(), &address) == 1;
}

// `host` or `host:port`, as RFC 9110, 7.2, has it. Of what stands in brackets only IPv6 is known; the port may be empty, the host before it
// may not (4.2.1).
bool IsAuthority(std::string_view text) {
  const bool bracketed = text.starts_with('[');
  const size_t end = bracketed ? text.find(']') + 1 : std::min(text.find(':'), text.size());
  const std::string_view host = text.substr(0, end);
  const std::string_view port = text.substr(end);
  if (host.empty() || (!port.empty() && (port[0] != ':' || !IsDigits(port.substr(1))))) return false;
  return bracketed ? IsIpv6(host.substr(1, host.size() - 2)) : IsRegisteredName(host);
}

std::string Lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return std::tolower(c); });
  return out;
}

// Reads one head line by line. The members return a problem, or nothing if all is well.
class HeadReader {
 public:
  explicit HeadReader(const FramingLimits& limits) : limits_(limits) {}

  Refused ReadRequestLine(std::string_view line) {
    const size_t first = line.find(' ');
    const size_t last = line.rfind(' ');
    if (first == std::string_view::npos || first == last) {
      return BadHead("请求行应当是“方法 路径 HTTP/1.1”", "the request line must be 'METHOD path HTTP/1.1'");
    }
    head_.request.method = line.substr(0, first);
    std::string_view target = line.substr(first + 1, last - first - 1);
    const std::string_view version = line.substr(last + 1);
    if (!IsToken(head_.request.method) || !version.starts_with("HTTP/")) {
      return BadHead("请求行写得不对", "the request line is not well written");
    }
    if (version != "HTTP/1.1" && version != "HTTP/1.0") {
      return Refuse(505, "http-version", "只支持 HTTP/1.1 和 1.0", "only HTTP/1.1 and 1.0 are supported");
    }
    modern_ = version == "HTTP/1.1";
    // The absolute form, as to a proxy: what stands before the path is looked at too, lest another party begin the path elsewhere.
    constexpr std::string_view kScheme = "http://";
    if (target.starts_with(kScheme)) {
      target.remove_prefix(kScheme.size());
      const std::string_view authority = target.substr(0, target.find('/'));
      if (!IsAuthority(authority)) {
        return BadHead("“http://” 之后应当是“主机”或“主机:端口”",
                       "behind 'http://' there must be 'host' or 'host:port'");
      }
      target.remove_prefix(authority.size());
    }
    if (target.size() > limits_.target_bytes) return TooLong();
    const bool fits =
        std::all_of(target.begin(), target.end(), [](char c) { return c > 0x20 && c < 0x7F && c != '#'; });
    if (!fits || (!target.starts_with('/') && target != "*")) {
      return BadHead("路径应当以 / 开头，其他字符用百分号编码",
                     "the path must begin with /, other characters percent-encoded");
    }
    head_.request.target = target;
    return std::nullopt;
  }

  Refused ReadHeader(std::string_view line) {
    if (line[0] == ' ' || line[0] == '\t') {
      return BadHead("请求头不能折行", "a header must not be folded over lines");
    }
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos || !IsToken(line.substr(0, colon))) {
      return BadHead("请求头应当是“名称: 值”", "a header must be 'Name: value'");
    }
    const std::string_view value = Trim(line.substr(colon + 1));
    const bool fits =
        std::none_of(value.begin(), value.end(), [](unsigned char c) { return (c < 0x20 && c != '\t') || c == 0x7F; });
    if (!fits) return BadHead("请求头里有控制字符", "a header holds a control character");
    if (head_.request.headers.size() >= limits_.headers) return TooManyHeaders();
    head_.request.headers.emplace_back(Lower(line.substr(0, colon)), value);
    return std::nullopt;
  }

  // What the headers say together.
  Refused Finish() {
    if (Count("host") > 1 || (modern_ && Count("host") == 0)) {
      return BadHead("应当有且只有一个 Host", "there must be exactly one Host");
    }
    // Empty: the client's target has no authority (RFC 9112, 3.2).
    const std::string_view host = head_.request.Header("host");
    if (!host.empty() && !IsAuthority(host)) {
      return BadHead("Host 应当是“主机”或“主机:端口”", "Host must be 'host' or 'host:port'");
    }
    for (const std::string_view name : kSingle) {
      if (Count(name) > 1) {
        return BadHead(fmt::format("请求头 {} 只能有一个", name), fmt::format("there must be one {} only", name));
      }
    }
    if (ConnectionSays("close")) {
      head_.keep_alive = KeepAlive::kNo;
    } else if (!modern_) {
      head_.keep_alive = ConnectionSays("keep-alive") ? KeepAlive::kSaid : KeepAlive::kNo;
    }
    if (auto refused = ReadLength()) return refused;
    const std::string encoding = Lower(head_.request.Header("content-encoding"));
    if (!encoding.empty() && encoding != "identity") {
      return Refuse(415, "content-encoding", "请求内容不能压缩", "the content must not be encoded");
    }
    if (Count("expect") > 0) {
      if (Lower(head_.request.Header("expect")) != "100-continue") {
        return Refuse(417, "unknown-expectation", "只支持 Expect: 100-continue",
                      "only Expect: 100-continue is supported");
      }
      // HTTP/1.0 would take 100 for the answer (RFC 9110, 10.1.1).
      head_.expects_continue = modern_;
    }
    return CheckMethod();
  }

  Head Take(size_t size_bytes) {
    head_.size_bytes = size_bytes;
    return std::move(head_);
  }

  Problem TooLong() const {
    return Refuse(414, "target-too-long", fmt::format("路径超过 {} 字节", limits_.target_bytes),
                  fmt::format("the path is longer than {} bytes", limits_.target_bytes));
  }
  Problem TooManyHeaders() const {
    return Refuse(
        431, "head-too-large", fmt::format("请求头超过 {} 行或 {} 字节", limits_.headers, limits_.head_bytes),
        fmt::format("there are more than {} headers or {} bytes of them", limits_.headers, limits_.head_bytes));
  }

 private:
  size_t Count(std::string_view name) const {
    return static_cast<size_t>(std::count_if(head_.request.headers.begin(), head_.request.headers.end(),
                                             [&](const auto& header) { return header.first == name; }));
  }

  bool ConnectionSays(std::string_view option) const {
    const Headers& headers = head_.request.headers;
    return std::any_of(headers.begin(), headers.end(), [&](const auto& header) {
      return header.first == "connection" && Lower(header.second).find(option) != std::string::npos;
    });
  }

  Refused ReadLength() {
    if (Count("transfer-encoding") > 0) {
      if (Count("content-length") > 0) {
        return BadHead("Content-Length 与 Transfer-Encoding 不能同时有",
                       "Content-Length and Transfer-Encoding must not stand together");
      }
      if (Lower(head_.request.Header("transfer-encoding")) == "chunked") {
        return Refuse(411, "length-required", "请写明 Content-Length，不支持分块传输",
                      "say Content-Length: chunked requests are not supported");
      }
      return Refuse(501, "transfer-encoding", "不支持这种传输编码", "this transfer coding is not supported");
    }
    if (Count("content-length") > 1)
      return BadHead("只能有一个 Content-Length", "there must be one Content-Length only");
    if (Count("content-length") == 0) return std::nullopt;
    const std::string_view text = head_.request.Header("content-length");
    if (text.empty() || !IsDigits(text)) return BadHead("Content-Length 应当是数字", "Content-Length must be digits");
    const size_t length = text.size() > 18 ? SIZE_MAX : std::stoull(std::string(text));
    if (length > limits_.body_bytes) {
      return Refuse(413, "request-too-large", fmt::format("请求超过 {} 字节的上限", limits_.body_bytes),
                    fmt::format("the request is larger than the limit of {} bytes", limits_.body_bytes));
    }
    head_.body_bytes = length;
    return std::nullopt;
  }

  Refused CheckMethod() const {
    static constexpr std::array<std::string_view, 7> kKnown = {"GET",   "HEAD",   "POST",   "PUT",
                                                               "PATCH", "DELETE", "OPTIONS"};
    const std::string& method = head_.request.method;
    if (std::find(kKnown.begin(), kKnown.end(), method) == kKnown.end()) {
      return Refuse(501, "unknown-method", fmt::format("不支持方法“{}”", method),
                    fmt::format("the method '{}' is not supported", method));
    }
    if ((method == "POST" || method == "PUT" || method == "PATCH") && Count("content-length") == 0) {
      return Refuse(411, "length-required", "请写明 Content-Length", "say Content-Length");
    }
    return std::nullopt;
  }

  const FramingLimits& limits_;
  bool modern_ = true;  // HTTP/1.1
  Head head_;
};

}  // namespace

tl::expected<std::optional<Head>, Problem> ReadHead(std::string_view bytes, const FramingLimits& limits) {
  HeadReader reader(limits);
  // The longest request line: the method, the path with an absolute form's host, the version.
  constexpr size_t kBesideTarget = 300;
  size_t at = 0;
  for (bool first = true;; first = false) {
    const std::string_view rest = bytes.substr(at);
    const size_t end = rest.find('\n');
    const size_t line_bytes = std::min(end, rest.size());
    if (first && line_bytes > limits.target_bytes + kBesideTarget) return tl::unexpected(reader.TooLong());
    if (at + line_bytes > limits.head_bytes) return tl::unexpected(reader.TooManyHeaders());
    std::string_view line = rest.substr(0, line_bytes);
    const bool ended = end != std::string_view::npos;
    const bool crlf = ended && line.ends_with('\r');
    if (crlf) line.remove_suffix(1);
    // A CR that is the last byte so far may yet be followed by its LF.
    const size_t stray = line.find('\r');
    const bool bare_cr = stray != std::string_view::npos && (ended || stray + 1 < line.size());
    if (bare_cr || (ended && !crlf)) {
      return tl::unexpected(BadHead("每行应当以 CR LF 结束", "each line must end in CR LF"));
    }
    if (!ended) return std::nullopt;
    at += end + 1;
    if (first) {
      if (auto refused = reader.ReadRequestLine(line)) return tl::unexpected(std::move(*refused));
    } else if (line.empty()) {
      if (auto refused = reader.Finish()) return tl::unexpected(std::move(*refused));
      return reader.Take(at);
    } else if (auto refused = reader.ReadHeader(line)) {
      return tl::unexpected(std::move(*refused));
    }
  }
}

}  // namespace heng::server
