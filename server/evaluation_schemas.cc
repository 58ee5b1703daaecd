#include "server/schemas.h"

namespace heng::server {

std::vector<Schema> EvaluationSchemas() {
  return {
      // ---- what is asked
      {"EvaluateRequest", R"json({
        "description": "What to evaluate. The schema of a version says which facts it takes.",
        "type": "object", "additionalProperties": false, "required": ["period", "subjects"],
        "properties": {
          "policy": { "description": "Its id or the last part of it; needed where the district has several.", "type": "string" },
          "version": { "description": "If it is left out, the version that is in force on the first day.", "type": "string" },
          "period": { "$ref": "#/components/schemas/PeriodAsked" },
          "roster": { "description": "All peers are in the request; without it ranks are refused.", "const": "complete" },
          "explain": { "description": "Give the reasons too.", "type": "boolean" },
          "what_if": { "description": "The version need not be in force.", "type": "boolean" },
          "subjects": { "type": "array", "items": { "$ref": "#/components/schemas/SubjectFacts" } },
          "whole": { "$ref": "#/components/schemas/WholeFacts" }
        }
      })json"},
      {"SubjectFacts", R"json({
        "description": "The facts of one subject, by the names or codes that the policy gives them.",
        "type": "object", "additionalProperties": false, "required": ["id"],
        "properties": {
          "id": { "type": "string", "minLength": 1 },
          "kind": { "description": "The kind of subject; if it is left out, the policy's first.", "type": "string" },
          "attributes": {
            "description": "Values, or several sets of values, each with the day since when it holds (自 or since).",
            "anyOf": [
              { "$ref": "#/components/schemas/FactValues" },
              { "type": "array", "items": { "$ref": "#/components/schemas/FactValues" } }
            ]
          },
          "inputs": { "$ref": "#/components/schemas/FactsByPeriod" },
          "records": { "$ref": "#/components/schemas/FactRows" },
          "history": { "$ref": "#/components/schemas/ResultsByPeriod" },
          "imports": {
            "description": "Results of other policies, by the policy's id and the period.",
            "type": "object", "additionalProperties": { "$ref": "#/components/schemas/FactsByPeriod" }
          }
        }
      })json"},
      {"WholeFacts", R"json({
        "description": "Facts that are not of one subject.", "type": "object", "additionalProperties": false,
        "properties": {
          "inputs": { "$ref": "#/components/schemas/FactsByPeriod" },
          "records": { "$ref": "#/components/schemas/FactRows" },
          "history": { "$ref": "#/components/schemas/ResultsByPeriod" }
        }
      })json"},
      {"FactValue", R"json({
        "description": "A number (also as text, with its unit), a text, a day, yes or no; null: there is none.",
        "type": ["string", "number", "boolean", "null"]
      })json"},
      {"FactValues",
       R"json({ "type": "object", "additionalProperties": { "$ref": "#/components/schemas/FactValue" } })json"},
      {"FactsByPeriod", R"json({
        "description": "Facts by the period that they are of.", "type": "object",
        "propertyNames": { "$ref": "#/components/schemas/PeriodAsked" },
        "additionalProperties": { "$ref": "#/components/schemas/FactValues" }
      })json"},
      {"FactRows", R"json({
        "description": "Rows by the name of the records; a row has its period (期间 or period) beside its fields, if they are not dated.",
        "type": "object", "additionalProperties": { "type": "array", "items": { "$ref": "#/components/schemas/FactValues" } }
      })json"},
      {"ResultsByPeriod", R"json({
        "description": "Earlier results by their period; null: there were none.", "type": "object",
        "propertyNames": { "$ref": "#/components/schemas/PeriodAsked" },
        "additionalProperties": { "anyOf": [{ "$ref": "#/components/schemas/FactValues" }, { "type": "null" }] }
      })json"},
      // ---- what is answered
      {"PolicyRef", R"json({
        "description": "A version of a policy.", "type": "object", "additionalProperties": false, "required": ["id", "version", "digest"],
        "properties": {
          "id": { "type": "string" }, "version": { "type": "string" }, "digest": { "$ref": "#/components/schemas/Digest" }
        }
      })json"},
      {"EvaluateAnswer", R"json({
        "type": "object", "additionalProperties": false,
        "required": ["decision", "district", "policy", "deployment", "period", "results", "open_parameters", "district_choices"],
        "properties": {
          "decision": { "$ref": "#/components/schemas/Ulid" },
          "district": { "$ref": "#/components/schemas/DistrictId" },
          "policy": { "$ref": "#/components/schemas/PolicyRef" },
          "deployment": { "$ref": "#/components/schemas/Digest" },
          "period": { "$ref": "#/components/schemas/Period" },
          "what_if": { "description": "Only if the request asked for it.", "const": true },
          "trial": { "description": "Only in the policy's trial: without effect.", "const": true },
          "violations": {
            "description": "Only if a guarantee is broken.",
            "type": "array", "minItems": 1, "items": { "$ref": "#/components/schemas/Violation" }
          },
          "results": { "type": "array", "items": { "$ref": "#/components/schemas/SubjectResult" } },
          "open_parameters": { "type": "array", "items": { "$ref": "#/components/schemas/OpenParameter" } },
          "district_choices": { "type": "array", "items": { "$ref": "#/components/schemas/DistrictChoice" } }
        }
      })json"},
      {"SettledAnswer", R"json({
        "description": "The results of a settlement: as an evaluation is answered, without a decision.",
        "type": "object", "additionalProperties": false,
        "required": ["district", "policy", "deployment", "period", "results", "open_parameters", "district_choices"],
        "properties": {
          "district": { "$ref": "#/components/schemas/DistrictId" },
          "policy": { "$ref": "#/components/schemas/PolicyRef" },
          "deployment": { "$ref": "#/components/schemas/Digest" },
          "period": { "$ref": "#/components/schemas/Period" },
          "trial": { "description": "Only in the policy's trial: without effect.", "const": true },
          "results": { "type": "array", "items": { "$ref": "#/components/schemas/SubjectResult" } },
          "open_parameters": { "type": "array", "items": { "$ref": "#/components/schemas/OpenParameter" } },
          "district_choices": { "type": "array", "items": { "$ref": "#/components/schemas/DistrictChoice" } }
        }
      })json"},
      {"SubjectResult", R"json({
        "description": "Of one subject: its outputs, or why its facts are refused.",
        "oneOf": [{ "$ref": "#/components/schemas/SubjectOutputs" }, { "$ref": "#/components/schemas/SubjectRefused" }]
      })json"},
      {"SubjectOutputs", R"json({
        "type": "object", "additionalProperties": false, "required": ["outputs"],
        "properties": {
          "kind": { "description": "Only of another kind than the policy's first.", "type": "string" },
          "id": { "description": "Left out of what is not of one subject.", "type": "string" },
          "outputs": { "$ref": "#/components/schemas/Outputs" },
          "periods": {
            "description": "Outputs of the periods within, if the policy publishes such.", "type": "object", "minProperties": 1,
            "propertyNames": { "$ref": "#/components/schemas/Period" },
            "additionalProperties": { "$ref": "#/components/schemas/Outputs" }
          },
          "explanation": {
            "description": "Only if the request asked for it.",
            "type": "array", "minItems": 1, "items": { "$ref": "#/components/schemas/Explanation" }
          }
        }
      })json"},
      {"SubjectRefused", R"json({
        "type": "object", "additionalProperties": false, "required": ["errors"],
        "properties": {
          "kind": { "description": "Only of another kind than the policy's first.", "type": "string" },
          "id": { "description": "Left out of what is not of one subject.", "type": "string" },
          "errors": { "type": "array", "minItems": 1, "items": { "$ref": "#/components/schemas/Refusal" } }
        }
      })json"},
      {"Outputs", R"json({
        "description": "Outputs by the name of the result.", "type": "object", "additionalProperties": { "$ref": "#/components/schemas/Output" }
      })json"},
      {"Output", R"json({
        "oneOf": [{ "$ref": "#/components/schemas/OutputValue" }, { "$ref": "#/components/schemas/OutputError" }]
      })json"},
      {"OutputValue", R"json({
        "type": "object", "additionalProperties": false, "required": ["value"],
        "properties": {
          "value": {
            "description": "A number as exact decimal text, a text, an option, a day; true or false; null: there is none.",
            "type": ["string", "boolean", "null"]
          },
          "unit": { "description": "Only of a number that has one.", "type": "string", "minLength": 1 }
        }
      })json"},
      {"OutputError", R"json({
        "description": "Why this output cannot be given.", "type": "object", "additionalProperties": false, "required": ["error"],
        "properties": { "error": { "$ref": "#/components/schemas/Failure" } }
      })json"},
      {"Failure", R"json({
        "type": "object", "additionalProperties": false, "required": ["code", "message", "at", "rule", "datum"],
        "properties": {
          "code": { "description": "A stable word.", "type": "string", "pattern": "^[a-z0-9-]+$" },
          "message": { "$ref": "#/components/schemas/Bilingual" },
          "at": { "description": "The place in the policy's text; may be empty.", "type": "string" },
          "rule": { "description": "The definition; may be empty.", "type": "string" },
          "datum": { "description": "What was computed with; may be empty.", "type": "string" }
        }
      })json"},
      {"Explanation", R"json({
        "description": "Why an output is what it is.", "type": "object", "additionalProperties": false, "required": ["output", "text"],
        "properties": {
          "output": { "description": "The name of what is explained.", "type": "string" },
          "text": { "$ref": "#/components/schemas/Bilingual" },
          "rule": { "description": "The definition or part of it.", "type": "string" },
          "source": { "description": "What it is sourced to.", "type": "string" },
          "numbers": {
            "type": "array", "minItems": 1, "items": {
              "type": "object", "additionalProperties": false, "required": ["name", "value"],
              "properties": { "name": { "type": "string" }, "value": { "description": "With its unit.", "type": "string" } }
            }
          },
          "because": { "type": "array", "minItems": 1, "items": { "$ref": "#/components/schemas/Explanation" } }
        }
      })json"},
      {"Violation", R"json({
        "description": "A guarantee that is broken.",
        "type": "object", "additionalProperties": false, "required": ["guarantee", "id", "period", "message"],
        "properties": {
          "guarantee": { "type": "string" },
          "id": { "description": "The subject; empty if it is not of one.", "type": "string" },
          "period": { "description": "Empty if it is not of one.", "anyOf": [{ "$ref": "#/components/schemas/Period" }, { "const": "" }] },
          "message": { "$ref": "#/components/schemas/Bilingual" }
        }
      })json"},
      {"OpenParameter", R"json({
        "description": "A number that the policy leaves open, and what it is bound to.",
        "type": "object", "additionalProperties": false, "required": ["name", "type"],
        "properties": {
          "name": { "type": "string" },
          "code": { "type": "string" },
          "type": { "enum": ["number", "boolean", "text", "enum", "date"] },
          "unit": { "type": "string" },
          "range": { "$ref": "#/components/schemas/Bilingual" },
          "remark": { "type": "string" },
          "bound": { "description": "The value, with its unit; left out if it is not bound.", "type": "string" }
        }
      })json"},
      {"DistrictChoice", R"json({
        "description": "What the district chose for itself (自定).", "type": "object", "additionalProperties": false, "required": ["what"],
        "properties": { "what": { "type": "string" }, "remark": { "type": "string" } }
      })json"},
      // ---- settlements
      {"SettlementRequest", R"json({
        "type": "object", "additionalProperties": false, "required": ["period"],
        "properties": {
          "period": { "$ref": "#/components/schemas/PeriodAsked" },
          "policy": { "description": "Its id or the last part of it; needed where the district has several.", "type": "string" },
          "files": { "description": "CSV files by name; left out: the district's folder.", "$ref": "#/components/schemas/Texts" },
          "supersedes": { "description": "The id of the settlement that it corrects.", "type": "string" },
          "accept_valid": { "description": "Leave out the subjects whose facts are refused.", "type": "boolean" }
        }
      })json"},
      {"SettlementAccepted", R"json({
        "description": "On its way; or recorded, if it was asked for before under the same Idempotency-Key.",
        "oneOf": [{ "$ref": "#/components/schemas/SettlementJob" }, { "$ref": "#/components/schemas/SettlementBrief" }]
      })json"},
      {"SettlementShown", R"json({
        "description": "How far it is, or its results.",
        "oneOf": [{ "$ref": "#/components/schemas/SettlementJob" }, { "$ref": "#/components/schemas/Settlement" }]
      })json"},
      {"Settlements", R"json({
        "type": "object", "additionalProperties": false, "required": ["settlements"],
        "properties": {
          "settlements": {
            "type": "array", "items": {
              "oneOf": [{ "$ref": "#/components/schemas/SettlementJob" }, { "$ref": "#/components/schemas/SettlementBrief" }]
            }
          }
        }
      })json"},
      {"SettlementJob", R"json({
        "description": "A settlement that was asked for.", "type": "object", "additionalProperties": false,
        "required": ["id", "district", "policy", "deployment", "period", "author", "state", "progress"],
        "properties": {
          "id": { "$ref": "#/components/schemas/Ulid" },
          "district": { "$ref": "#/components/schemas/DistrictId" },
          "policy": { "$ref": "#/components/schemas/PolicyRef" },
          "deployment": { "$ref": "#/components/schemas/Digest" },
          "period": { "$ref": "#/components/schemas/Period" },
          "author": { "description": "The name of the key that asked for it.", "type": "string" },
          "supersedes": { "$ref": "#/components/schemas/Ulid" },
          "state": { "enum": ["queued", "running", "settled", "refused"] },
          "progress": {
            "type": "object", "additionalProperties": false, "required": ["done", "of"],
            "properties": { "done": { "type": "integer", "minimum": 0 }, "of": { "type": "integer", "minimum": 1 } }
          },
          "problem": { "description": "Only if it is refused; in the language that is asked for, with both in messages.", "$ref": "#/components/schemas/Problem" }
        }
      })json"},
      {"SettlementBrief", R"json({
        "description": "A settlement that is recorded.", "type": "object", "additionalProperties": false,
        "required": ["id", "district", "policy", "deployment", "period", "author", "time", "digest", "state"],
        "properties": {
          "id": { "$ref": "#/components/schemas/Ulid" },
          "district": { "$ref": "#/components/schemas/DistrictId" },
          "policy": {
            "type": "object", "additionalProperties": false, "required": ["id"], "properties": { "id": { "type": "string" } }
          },
          "deployment": { "$ref": "#/components/schemas/Digest" },
          "period": { "$ref": "#/components/schemas/Period" },
          "author": { "type": "string" },
          "time": { "$ref": "#/components/schemas/Time" },
          "supersedes": { "$ref": "#/components/schemas/Ulid" },
          "digest": { "description": "Of its facts and results.", "$ref": "#/components/schemas/Digest" },
          "state": { "const": "settled" }
        }
      })json"},
      {"Settlement", R"json({
        "description": "A settlement that is recorded, with its results.", "type": "object", "additionalProperties": false,
        "required": ["id", "district", "policy", "deployment", "period", "author", "time", "digest", "state", "inputs", "files", "result"],
        "properties": {
          "id": { "$ref": "#/components/schemas/Ulid" },
          "district": { "$ref": "#/components/schemas/DistrictId" },
          "policy": { "$ref": "#/components/schemas/PolicyRef" },
          "deployment": { "$ref": "#/components/schemas/Digest" },
          "period": { "$ref": "#/components/schemas/Period" },
          "author": { "type": "string" },
          "time": { "$ref": "#/components/schemas/Time" },
          "supersedes": { "$ref": "#/components/schemas/Ulid" },
          "superseded_by": { "$ref": "#/components/schemas/Ulid" },
          "digest": { "description": "Of its facts and results.", "$ref": "#/components/schemas/Digest" },
          "state": { "const": "settled" },
          "inputs": { "description": "Its facts.", "type": "array", "items": { "$ref": "#/components/schemas/FileRef" } },
          "files": { "description": "Its results, file by file.", "type": "array", "items": { "$ref": "#/components/schemas/FileRef" } },
          "result": { "$ref": "#/components/schemas/SettledAnswer" }
        }
      })json"},
      {"FileRef", R"json({
        "type": "object", "additionalProperties": false, "required": ["name", "digest"],
        "properties": { "name": { "type": "string" }, "digest": { "$ref": "#/components/schemas/Digest" } }
      })json"},
      // ---- decisions
      {"Decisions", R"json({
        "type": "object", "additionalProperties": false, "required": ["decisions"],
        "properties": {
          "decisions": { "type": "array", "items": { "$ref": "#/components/schemas/DecisionBrief" } },
          "next": { "description": "What to give as after for the next page; left out of an empty page.", "type": "integer", "minimum": 1 }
        }
      })json"},
      {"DecisionBrief", R"json({
        "description": "A decision's place in the district's chain.", "type": "object", "additionalProperties": false,
        "required": ["sequence", "decision", "time_ms", "deployment", "period", "request_digest", "answer_digest", "previous", "hash"],
        "properties": {
          "sequence": { "type": "integer", "minimum": 1 },
          "decision": { "$ref": "#/components/schemas/Ulid" },
          "time_ms": { "description": "Milliseconds since 1970, UTC.", "type": "integer", "minimum": 0 },
          "deployment": { "$ref": "#/components/schemas/Digest" },
          "period": { "$ref": "#/components/schemas/Period" },
          "request_digest": { "$ref": "#/components/schemas/Digest" },
          "answer_digest": { "$ref": "#/components/schemas/Digest" },
          "previous": {
            "description": "The hash of the record before it; empty for the first.",
            "anyOf": [{ "$ref": "#/components/schemas/Digest" }, { "const": "" }]
          },
          "hash": { "$ref": "#/components/schemas/Digest" }
        }
      })json"},
      {"Decision", R"json({
        "description": "A decision as it was asked and answered.", "type": "object", "additionalProperties": false,
        "required": ["media", "query", "request", "answer"],
        "properties": {
          "media": { "enum": ["application/json", "application/x-ndjson"] },
          "query": { "$ref": "#/components/schemas/Texts" },
          "request": { "description": "The body, byte for byte.", "type": "string" },
          "answer": { "description": "The body, byte for byte.", "type": "string" }
        }
      })json",
       "DecisionBrief"},
      {"Replay", R"json({
        "type": "object", "additionalProperties": false, "required": ["decision", "deployment", "identical", "other_engine"],
        "properties": {
          "decision": { "$ref": "#/components/schemas/Ulid" },
          "deployment": { "$ref": "#/components/schemas/Digest" },
          "identical": { "description": "The answer is the same, byte for byte.", "type": "boolean" },
          "other_engine": { "description": "Another version of the engine answered then.", "type": "boolean" },
          "problem": { "description": "Only if the request is refused now: the code.", "type": "string" },
          "answer": { "description": "Only if it is answered otherwise.", "type": "string" }
        }
      })json"},
  };
}

}  // namespace heng::server
