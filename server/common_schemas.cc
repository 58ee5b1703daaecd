#include "server/schemas.h"

namespace heng::server {

std::vector<Schema> CommonSchemas() {
  return {
      {"Ulid", R"json({
        "description": "An id that sorts by time (ULID).", "type": "string", "pattern": "^[0-7][0-9A-HJKMNP-TV-Z]{25}$"
      })json"},
      {"Digest", R"json({
        "description": "A digest: the algorithm, and 64 hexadecimal digits.", "type": "string", "pattern": "^(sha256|sm3):[0-9a-f]{64}$"
      })json"},
      {"DistrictId", R"json({
        "description": "The name of the district's file, without .yaml.", "type": "string", "pattern": "^[a-z][a-z0-9-]{1,40}$"
      })json"},
      {"Period", R"json({
        "description": "A month, quarter, half or year: 2024-07, 2024Q3, 2024H2, 2024.",
        "type": "string", "pattern": "^[1-9][0-9]{3}(-(0[1-9]|1[0-2])|Q[1-4]|H[12])?$"
      })json"},
      {"PeriodAsked", R"json({
        "description": "A period, as 2024-07, 2024Q3, 2024H2 or 2024, or as it is written in Chinese.", "type": "string",
        "pattern": "^[1-9][0-9]{3}(-(0[1-9]|1[0-2])|Q[1-4]|H[12]|年(0?[1-9]|1[0-2])月|年第[1-4]季度|年?[上下]半年|年)?$"
      })json"},
      {"Cadence", R"json({
        "description": "How often something is given.", "enum": ["daily", "monthly", "quarterly", "half-yearly", "yearly", "once"]
      })json"},
      {"Date",
       R"json({ "description": "A day: 2024-07-01.", "type": "string", "format": "date", "pattern": "^[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}$" })json"},
      {"DateAsked", R"json({
        "description": "A day: 2024-07-01, or 2024年7月1日.", "type": "string",
        "pattern": "^[1-9][0-9]{3}(-[0-9]{2}-[0-9]{2}|年[0-9]{1,2}月[0-9]{1,2}日)$"
      })json"},
      {"Time", R"json({
        "description": "A second in UTC.", "type": "string", "format": "date-time",
        "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$"
      })json"},
      {"Decimal", R"json({
        "description": "An exact number as text: a decimal, or a fraction where no decimal is exact.",
        "type": "string", "pattern": "^-?[0-9]+(\\.[0-9]+|/[0-9]+)?$"
      })json"},
      {"Text", R"json({ "type": "string" })json"},
      {"Workbook", R"json({
        "description": "The bytes of a workbook.", "contentMediaType": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
      })json"},
      {"Texts",
       R"json({ "description": "Texts by name.", "type": "object", "additionalProperties": { "type": "string" } })json"},
      {"Bilingual", R"json({
        "description": "A text in Chinese and in English.", "type": "object", "additionalProperties": false, "required": ["zh", "en"],
        "properties": { "zh": { "type": "string" }, "en": { "type": "string" } }
      })json"},
      {"Refusal", R"json({
        "description": "One mistake and where it is; what does not apply is left out.",
        "type": "object", "additionalProperties": false, "required": ["code", "message"],
        "properties": {
          "code": { "description": "A stable word, or the number of a diagnostic.", "type": "string", "pattern": "^([a-z0-9-]+|H[0-9]{4})$" },
          "message": { "$ref": "#/components/schemas/Bilingual" },
          "file": { "description": "The file or sheet.", "type": "string" },
          "line": { "type": "integer", "minimum": 1 },
          "column": { "description": "The name of the column.", "type": "string" },
          "value": { "description": "The text that is refused.", "type": "string" },
          "rule": { "description": "The range, the places or the check that it breaks.", "type": "string" },
          "at": { "description": "A JSON pointer, a query parameter, or file:line:column.", "type": "string" }
        }
      })json"},
      {"Problem", R"json({
        "description": "Why a request is not answered (RFC 9457).",
        "type": "object", "additionalProperties": false, "required": ["type", "title", "status", "detail", "code", "messages"],
        "properties": {
          "type": { "type": "string", "pattern": "^urn:heng:problem:[a-z0-9-]+$" },
          "title": { "description": "What the status means.", "type": "string" },
          "status": { "type": "integer", "minimum": 400, "maximum": 599 },
          "detail": { "description": "The message in the language that Accept-Language asks for.", "type": "string" },
          "code": { "description": "A stable word; the end of type.", "type": "string", "pattern": "^[a-z0-9-]+$" },
          "instance": { "description": "The path that was asked for.", "type": "string" },
          "messages": { "$ref": "#/components/schemas/Bilingual" },
          "errors": { "description": "What is wrong, place by place.", "type": "array", "items": { "$ref": "#/components/schemas/Refusal" } }
        }
      })json"},
      {"Liveness", R"json({
        "type": "object", "additionalProperties": false, "required": ["alive", "version"],
        "properties": { "alive": { "const": true }, "version": { "description": "Of the engine.", "type": "string" } }
      })json"},
      {"Readiness", R"json({
        "type": "object", "additionalProperties": false, "required": ["ready", "broken"],
        "properties": {
          "ready": { "type": "boolean" },
          "broken": {
            "description": "Districts whose files have mistakes, or whose last change was refused.",
            "type": "array", "items": { "$ref": "#/components/schemas/DistrictId" }
          },
          "after_restart": {
            "description": "Only if the service's own file was changed where that needs a restart: the keys.",
            "type": "array", "minItems": 1, "items": { "type": "string" }
          },
          "service": { "description": "Only if the last change of the service's own file was refused.", "const": "change-refused" },
          "store": { "description": "Only if the store cannot be reached.", "const": "unavailable" }
        }
      })json"},
      {"OpenApi", R"json({
        "description": "An OpenAPI 3.1 description.", "type": "object", "required": ["openapi", "info", "paths", "components"],
        "properties": {
          "openapi": { "const": "3.1.0" }, "info": { "type": "object" }, "paths": { "type": "object" }, "components": { "type": "object" }
        }
      })json"},
      {"Districts", R"json({
        "type": "object", "additionalProperties": false, "required": ["districts"],
        "properties": { "districts": { "type": "array", "items": { "$ref": "#/components/schemas/DistrictBrief" } } }
      })json"},
      {"DistrictBrief", R"json({
        "type": "object", "additionalProperties": false, "required": ["id", "name", "ready", "policies"],
        "properties": {
          "id": { "$ref": "#/components/schemas/DistrictId" },
          "name": { "type": "string" },
          "ready": { "type": "boolean" },
          "policies": { "description": "Their ids.", "type": "array", "items": { "type": "string" } },
          "change_refused": { "description": "Only if its last change was refused.", "const": true }
        }
      })json"},
      {"District", R"json({
        "type": "object", "additionalProperties": false, "required": [],
        "properties": {
          "mistakes": {
            "description": "Only if something is wrong with its files.",
            "type": "array", "minItems": 1, "items": { "$ref": "#/components/schemas/Mistake" }
          }
        }
      })json",
       "DistrictBrief"},
      {"Mistake", R"json({
        "description": "A mistake in a district's files.", "type": "object", "additionalProperties": false, "required": ["code", "at", "message"],
        "properties": {
          "code": { "type": "string" },
          "at": { "description": "file:line:column", "type": "string" },
          "message": { "$ref": "#/components/schemas/Bilingual" }
        }
      })json"},
  };
}

const std::vector<HeaderField>& HeaderFields() {
  static const std::vector<HeaderField> headers = {
      {"Accept-Language", HeaderOf::kRequest, "The language of a problem's detail: zh (also if it is not given) or en.",
       R"json({"type": "string"})json"},
      {"traceparent", HeaderOf::kBoth, "W3C Trace Context: what is given is continued, else one is begun.",
       R"json({"type": "string", "pattern": "^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$"})json"},
      {"Idempotency-Key", HeaderOf::kRequest,
       "The same request under the same key is done once and answered alike for 7 days; another one under it is 422.",
       R"json({"type": "string", "maxLength": 200})json"},
      {"If-None-Match", HeaderOf::kRequest, "The ETag of what is at hand: 304 if it has not changed.",
       R"json({"type": "string"})json"},
      {"ETag", HeaderOf::kAnswer, "The digest of the answer; weak (W/) where it is compressed.",
       R"json({"type": "string", "pattern": "^(W/)?\"sha256:[0-9a-f]{64}\"$"})json", true},
      {"Location", HeaderOf::kAnswer, "The path of what was made.", R"json({"type": "string", "pattern": "^/v1/"})json",
       true},
      {"Heng-Decision", HeaderOf::kAnswer, "The decision's id: of NDJSON, and of an answer that is repeated.",
       R"json({"$ref": "#/components/schemas/Ulid"})json"},
      {"Heng-Deployment", HeaderOf::kAnswer, "The deployment that answered, of NDJSON that is not repeated.",
       R"json({"$ref": "#/components/schemas/Digest"})json"},
      {"Heng-What-If", HeaderOf::kAnswer, "Of NDJSON that asks for what_if, if it is not repeated.",
       R"json({"const": "true"})json"},
      {"Retry-After", HeaderOf::kAnswer, "Seconds, where asking again may help.",
       R"json({"type": "integer", "minimum": 1})json"},
      {"Content-Language", HeaderOf::kAnswer, "The language of title and detail.", R"json({"enum": ["zh", "en"]})json",
       true},
      {"Allow", HeaderOf::kAnswer, "With 405: the methods of this address.", R"json({"type": "string"})json"},
      {"WWW-Authenticate", HeaderOf::kAnswer, "With 401.", R"json({"const": "Bearer"})json"},
  };
  return headers;
}

}  // namespace heng::server
