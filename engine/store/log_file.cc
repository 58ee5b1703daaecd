#include "engine/store/log_file.h"

#include <charconv>

#include <nlohmann/json.hpp>

#include "engine/base/limits.h"
#include "engine/base/text.h"
#include "engine/data/json_value.h"

namespace heng::store {
namespace {

using Json = nlohmann::ordered_json;
using data::JsonValue;

constexpr char kDigits[] = "0123456789abcdef";

std::string Hex(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) {
    out += kDigits[static_cast<unsigned char>(c) >> 4U];
    out += kDigits[static_cast<unsigned char>(c) & 15U];
  }
  return out;
}

std::optional<std::string> Unhex(std::string_view hex) {
  std::string out;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    unsigned byte = 0;
    const auto [end, error] = std::from_chars(hex.data() + i, hex.data() + i + 2, byte, 16);
    if (error != std::errc() || end != hex.data() + i + 2) return std::nullopt;
    out += static_cast<char>(byte);
  }
  return hex.size() % 2 == 0 ? std::optional(out) : std::nullopt;
}

// Bytes that are text stay readable; others stand as `{"hex": …}`.
Json BytesJson(const std::string& bytes) {
  if (!FindInvalidUtf8(bytes)) return bytes;
  return Json{{"hex", Hex(bytes)}};
}

Json ToJson(const Record& record) {
  const Decision& decision = record.decision;
  return {{"district", decision.district},
          {"sequence", record.sequence},
          {"id", decision.id},
          {"time_ms", decision.time_ms},
          {"deployment", decision.deployment},
          {"period", decision.period},
          {"media", decision.media},
          {"query", decision.query},
          {"request", BytesJson(decision.request)},
          {"answer", BytesJson(decision.answer)},
          {"request_digest", record.request_digest},
          {"answer_digest", record.answer_digest},
          {"previous", record.previous},
          {"hash", record.hash}};
}

Json ToJson(const Checkpoint& checkpoint) {
  return {{"district", checkpoint.district},
          {"kind", checkpoint.kind == Checkpoint::Kind::kReached ? "reached" : "pruned"},
          {"sequence", checkpoint.sequence},
          {"hash", checkpoint.hash},
          {"time_ms", checkpoint.time_ms},
          {"key", checkpoint.key_id},
          {"signature", Hex(checkpoint.signature)}};
}

// The members of one object; `bad` once one is missing or of another type.
struct Reader {
  const JsonValue& object;
  bool bad = false;

  std::string Text(std::string_view key) {
    const JsonValue* value = object.Find(key);
    if (value != nullptr && value->is(JsonValue::Kind::kString)) return value->text;
    bad = true;
    return "";
  }
  int64_t Number(std::string_view key) {
    const JsonValue* value = object.Find(key);
    int64_t number = 0;
    if (value != nullptr && value->is(JsonValue::Kind::kNumber)) {
      const char* last = value->text.data() + value->text.size();
      const auto [end, error] = std::from_chars(value->text.data(), last, number);
      if (error == std::errc() && end == last) return number;
    }
    bad = true;
    return 0;
  }
  std::string Bytes(std::string_view key) {
    const JsonValue* value = object.Find(key);
    if (value == nullptr || !value->is(JsonValue::Kind::kObject)) return Text(key);
    const JsonValue* hex = value->Find("hex");
    const auto bytes = hex == nullptr ? std::nullopt : Unhex(hex->text);
    bad = bad || !bytes;
    return bytes.value_or("");
  }
};

tl::unexpected<Error> BadLine() {
  return Fail(ErrorKind::kFindings, "bad-log-line",
              {"这一行不是导出的日志：应有 key、checkpoint 或 record",
               "this line is not of an exported log: key, checkpoint or record"});
}

Result<LogLine> ReadRecord(const JsonValue& object) {
  Reader in{object};
  Record record;
  record.decision = {in.Text("id"),
                     in.Text("district"),
                     in.Number("time_ms"),
                     in.Text("deployment"),
                     in.Text("period"),
                     in.Text("media"),
                     {},
                     in.Bytes("request"),
                     in.Bytes("answer")};
  const JsonValue* query = object.Find("query");
  if (query == nullptr || !query->is(JsonValue::Kind::kObject)) return BadLine();
  for (const data::JsonMember& member : query->members) record.decision.query.emplace(member.key, member.value.text);
  record.sequence = in.Number("sequence");
  record.request_digest = in.Text("request_digest");
  record.answer_digest = in.Text("answer_digest");
  record.previous = in.Text("previous");
  record.hash = in.Text("hash");
  if (in.bad) return BadLine();
  return record;
}

Result<LogLine> ReadCheckpoint(const JsonValue& object) {
  Reader in{object};
  const std::string kind = in.Text("kind");
  const auto signature = Unhex(in.Text("signature"));
  Checkpoint checkpoint{
      in.Text("district"),   kind == "pruned" ? Checkpoint::Kind::kPruned : Checkpoint::Kind::kReached,
      in.Number("sequence"), in.Text("hash"),
      in.Number("time_ms"),  in.Text("key"),
      signature.value_or("")};
  if (in.bad || !signature || (kind != "pruned" && kind != "reached")) return BadLine();
  return checkpoint;
}

}  // namespace

std::string WriteLine(const LogLine& line) {
  Json out;
  if (const auto* record = std::get_if<Record>(&line)) out["record"] = ToJson(*record);
  if (const auto* checkpoint = std::get_if<Checkpoint>(&line)) out["checkpoint"] = ToJson(*checkpoint);
  if (const auto* key = std::get_if<PublicKey>(&line)) out["key"] = key->pem();
  // A text that was altered to be none is not worth an exception: its record does not verify either way.
  return out.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<LogLine> ReadLine(std::string_view text) {
  const Result<JsonValue> json = data::ParseJson(text, 4 * limits::kRequestBytes);
  if (!json) return tl::unexpected(json.error());
  if (!json->is(JsonValue::Kind::kObject) || json->members.size() != 1) return BadLine();
  const auto& [name, value] = json->members.front();
  if (name == "record") return ReadRecord(value);
  if (name == "checkpoint") return ReadCheckpoint(value);
  if (name != "key") return BadLine();
  Result<PublicKey> key = PublicKey::FromPem(value.text);
  if (!key) return tl::unexpected(key.error());
  return std::move(*key);
}

}  // namespace heng::store
