#include "server/schemas.h"

namespace heng::server {

std::vector<Schema> PolicySchemas() {
  return {
      {"Policies", R"json({
        "type": "object", "additionalProperties": false, "required": ["policies"],
        "properties": {
          "policies": {
            "type": "array", "items": {
              "type": "object", "additionalProperties": false, "required": ["id", "title", "versions"],
              "properties": {
                "id": { "type": "string" },
                "title": { "description": "Of its newest version.", "type": "string" },
                "versions": { "type": "array", "minItems": 1, "items": { "type": "string" } }
              }
            }
          }
        }
      })json"},
      {"Versions", R"json({
        "type": "object", "additionalProperties": false, "required": ["versions"],
        "properties": { "versions": { "type": "array", "minItems": 1, "items": { "$ref": "#/components/schemas/VersionBrief" } } }
      })json"},
      {"VersionBrief", R"json({
        "type": "object", "additionalProperties": false, "required": ["id", "title", "version", "digest", "effective"],
        "properties": {
          "id": { "description": "The policy's.", "type": "string" },
          "title": { "type": "string" },
          "version": { "type": "string" },
          "digest": { "$ref": "#/components/schemas/Digest" },
          "effective": { "$ref": "#/components/schemas/Effective" },
          "draft": { "description": "Only if it was published by the store: the draft that it was.", "$ref": "#/components/schemas/Ulid" },
          "steps": { "description": "Only with draft.", "$ref": "#/components/schemas/Steps" }
        }
      })json"},
      {"Version", R"json({
        "type": "object", "additionalProperties": false,
        "required": ["deployment", "settled", "sources", "results", "open_parameters", "district_choices"],
        "properties": {
          "deployment": { "$ref": "#/components/schemas/Digest" },
          "settled": { "$ref": "#/components/schemas/Cadence" },
          "sources": {
            "description": "What it is based on.",
            "type": "array", "items": {
              "type": "object", "additionalProperties": false, "required": ["name", "title"],
              "properties": { "name": { "type": "string" }, "title": { "type": "string" } }
            }
          },
          "results": {
            "description": "What it publishes.",
            "type": "array", "items": {
              "type": "object", "additionalProperties": false, "required": ["name", "period"],
              "properties": {
                "name": { "type": "string" },
                "code": { "type": "string" },
                "period": { "$ref": "#/components/schemas/Cadence" },
                "unit": { "type": "string" }
              }
            }
          },
          "open_parameters": { "type": "array", "items": { "$ref": "#/components/schemas/OpenParameter" } },
          "district_choices": { "type": "array", "items": { "$ref": "#/components/schemas/DistrictChoice" } }
        }
      })json",
       "VersionBrief"},
      {"Parameters", R"json({
        "type": "object", "additionalProperties": false, "required": ["open_parameters", "district_choices"],
        "properties": {
          "open_parameters": { "type": "array", "items": { "$ref": "#/components/schemas/OpenParameter" } },
          "district_choices": { "type": "array", "items": { "$ref": "#/components/schemas/DistrictChoice" } }
        }
      })json"},
      {"Effective", R"json({
        "description": "The days on which it is in force; what is left out is without bound.", "type": "object", "additionalProperties": false,
        "properties": { "from": { "$ref": "#/components/schemas/Date" }, "to": { "$ref": "#/components/schemas/Date" } }
      })json"},
      {"JsonSchema", R"json({
        "description": "A JSON Schema (2020-12) of the requests that this version takes: an EvaluateRequest with its facts by name.",
        "type": "object", "additionalProperties": false,
        "required": ["$schema", "title", "description", "type", "properties", "required", "additionalProperties", "$defs"],
        "properties": {
          "$schema": { "const": "https://json-schema.org/draft/2020-12/schema" },
          "title": { "type": "string" },
          "description": { "type": "string" },
          "type": { "const": "object" },
          "properties": { "type": "object" },
          "required": { "type": "array", "items": { "type": "string" } },
          "additionalProperties": { "const": false },
          "$defs": { "type": "object" }
        }
      })json"},
      // ---- drafts
      {"DraftRequest", R"json({
        "description": "A text (source), or without one what lies in the district's folder.",
        "type": "object", "additionalProperties": false, "not": { "required": ["source", "version"] },
        "properties": {
          "source": { "description": "The policy's text.", "type": "string" },
          "path": { "description": "The name of the text's file.", "type": "string" },
          "files": { "description": "What the text uses.", "$ref": "#/components/schemas/Texts" },
          "version": { "description": "Without source: which version of the folder; the last if it is left out.", "type": "string" },
          "parameters": { "description": "Values of what is left open; left out: as it is served.", "$ref": "#/components/schemas/Texts" },
          "columns": { "description": "Names by column; left out: as it is served.", "$ref": "#/components/schemas/Texts" },
          "first_day": { "description": "Left out: as the policy says.", "$ref": "#/components/schemas/DateAsked" },
          "last_day": { "description": "Left out: as the policy says.", "$ref": "#/components/schemas/DateAsked" }
        }
      })json"},
      {"DraftState", R"json({ "enum": ["draft", "approved", "published", "withdrawn"] })json"},
      {"Steps", R"json({
        "description": "Who did what with it, in order.",
        "type": "array", "minItems": 1, "items": {
          "type": "object", "additionalProperties": false, "required": ["state", "person", "time"],
          "properties": {
            "state": { "$ref": "#/components/schemas/DraftState" },
            "person": { "description": "The name of the key.", "type": "string" },
            "time": { "$ref": "#/components/schemas/Time" }
          }
        }
      })json"},
      {"DraftPolicy", R"json({
        "type": "object", "additionalProperties": false, "required": ["id", "version"],
        "properties": { "id": { "type": "string" }, "version": { "type": "string" } }
      })json"},
      {"Drafts", R"json({
        "type": "object", "additionalProperties": false, "required": ["drafts"],
        "properties": { "drafts": { "type": "array", "items": { "$ref": "#/components/schemas/DraftBrief" } } }
      })json"},
      {"DraftBrief", R"json({
        "type": "object", "additionalProperties": false,
        "required": ["id", "policy", "deployment", "effective", "state", "steps", "served"],
        "properties": {
          "id": { "$ref": "#/components/schemas/Ulid" },
          "policy": { "$ref": "#/components/schemas/DraftPolicy" },
          "deployment": { "$ref": "#/components/schemas/Digest" },
          "effective": { "$ref": "#/components/schemas/Effective" },
          "state": { "$ref": "#/components/schemas/DraftState" },
          "steps": { "$ref": "#/components/schemas/Steps" },
          "served": { "description": "The service answers by it.", "type": "boolean" }
        }
      })json"},
      {"Draft", R"json({
        "type": "object", "additionalProperties": false,
        "required": ["parameters", "columns", "difference"],
        "properties": {
          "parameters": {
            "type": "array", "items": {
              "type": "object", "additionalProperties": false, "required": ["name", "value"],
              "properties": {
                "name": { "type": "string" },
                "value": { "description": "With its unit; null: it is not bound.", "type": ["string", "null"] },
                "before": { "description": "What it was in what the draft follows; left out if it follows nothing.", "type": ["string", "null"] }
              }
            }
          },
          "columns": { "$ref": "#/components/schemas/Texts" },
          "against": {
            "description": "What the draft follows; left out if it follows nothing.",
            "type": "object", "additionalProperties": false, "required": ["version", "deployment"],
            "properties": { "version": { "type": "string" }, "deployment": { "$ref": "#/components/schemas/Digest" } }
          },
          "difference": { "$ref": "#/components/schemas/Difference" },
          "source": { "description": "The policy's text; left out of the answer to POST.", "type": "string" }
        }
      })json",
       "DraftBrief"},
      // ---- texts
      {"PolicyText", R"json({
        "type": "object", "additionalProperties": false, "required": ["source"],
        "properties": {
          "source": { "description": "The policy's text.", "type": "string" },
          "path": { "description": "The name of its file, for messages.", "type": "string" },
          "files": { "description": "What it uses.", "$ref": "#/components/schemas/Texts" }
        }
      })json"},
      {"FormatRequest", R"json({
        "type": "object", "additionalProperties": false, "required": [],
        "properties": {
          "keywords": { "description": "Write all keywords in this language; left out: as they are.", "enum": ["zh", "en"] }
        }
      })json",
       "PolicyText"},
      {"DiffRequest", R"json({
        "type": "object", "additionalProperties": false, "required": ["old", "new"],
        "properties": { "old": { "$ref": "#/components/schemas/PolicyText" }, "new": { "$ref": "#/components/schemas/PolicyText" } }
      })json"},
      {"CheckAnswer", R"json({
        "type": "object", "additionalProperties": false, "required": ["errors", "warnings", "diagnostics"],
        "properties": {
          "errors": { "type": "integer", "minimum": 0 },
          "warnings": { "type": "integer", "minimum": 0 },
          "diagnostics": { "type": "array", "items": { "$ref": "#/components/schemas/Diagnostic" } },
          "policy": { "description": "Only if there are no errors.", "$ref": "#/components/schemas/PolicyRef" }
        }
      })json"},
      {"FormatAnswer", R"json({
        "type": "object", "additionalProperties": false, "required": ["diagnostics"],
        "properties": {
          "diagnostics": { "type": "array", "items": { "$ref": "#/components/schemas/Diagnostic" } },
          "source": { "description": "The text in canonical layout; only if it can be read.", "type": "string" }
        }
      })json"},
      {"Diagnostic", R"json({
        "type": "object", "additionalProperties": false,
        "required": ["file", "line", "column", "end_line", "end_column", "code", "severity", "message", "hint"],
        "properties": {
          "file": { "type": "string" },
          "line": { "type": "integer", "minimum": 1 },
          "column": { "type": "integer", "minimum": 1 },
          "end_line": { "type": "integer", "minimum": 1 },
          "end_column": { "type": "integer", "minimum": 1 },
          "code": { "description": "A stable word.", "type": "string" },
          "severity": { "enum": ["error", "warning", "note"] },
          "message": { "$ref": "#/components/schemas/Bilingual" },
          "hint": { "description": "What to do; may be empty.", "$ref": "#/components/schemas/Bilingual" },
          "related": { "type": "array", "minItems": 1, "items": { "$ref": "#/components/schemas/RelatedPlace" } }
        }
      })json"},
      {"RelatedPlace", R"json({
        "type": "object", "additionalProperties": false, "required": ["file", "line", "column", "end_line", "end_column", "message"],
        "properties": {
          "file": { "type": "string" },
          "line": { "type": "integer", "minimum": 1 },
          "column": { "type": "integer", "minimum": 1 },
          "end_line": { "type": "integer", "minimum": 1 },
          "end_column": { "type": "integer", "minimum": 1 },
          "message": { "$ref": "#/components/schemas/Bilingual" }
        }
      })json"},
      {"Difference", R"json({
        "type": "object", "additionalProperties": false, "required": ["differences", "policies"],
        "properties": {
          "differences": { "description": "How many.", "type": "integer", "minimum": 0 },
          "policies": {
            "type": "array", "items": {
              "type": "object", "additionalProperties": false, "required": ["old", "new", "affects", "changes"],
              "properties": {
                "old": { "$ref": "#/components/schemas/ComparedVersion" },
                "new": { "$ref": "#/components/schemas/ComparedVersion" },
                "affects": { "description": "The published results that any change reaches.", "type": "array", "items": { "type": "string" } },
                "changes": { "type": "array", "items": { "$ref": "#/components/schemas/Change" } }
              }
            }
          }
        }
      })json"},
      {"ComparedVersion", R"json({
        "description": "Null: there is none on this side.",
        "type": ["object", "null"], "additionalProperties": false, "required": ["id", "title", "version", "file", "digest"],
        "properties": {
          "id": { "type": "string" }, "title": { "type": "string" }, "version": { "type": "string" }, "file": { "type": "string" },
          "digest": { "$ref": "#/components/schemas/Digest" }
        }
      })json"},
      {"Change", R"json({
        "type": "object", "additionalProperties": false,
        "required": ["kind", "declaration", "what", "aspect", "within", "old", "new", "provenance_changed", "affects"],
        "properties": {
          "kind": { "description": "Of the declaration: formula, score, table and so on.", "type": "string" },
          "declaration": { "description": "Its name; the old one if it was removed.", "type": "string" },
          "what": { "enum": ["added", "removed", "changed", "renamed", "reordered"] },
          "aspect": { "description": "value, weight, unit and so on; null: the thing as a whole.", "type": ["string", "null"] },
          "within": {
            "description": "The way from the declaration to what changed.",
            "type": "array", "items": {
              "type": "object", "additionalProperties": false, "required": ["kind", "name"],
              "properties": { "kind": { "type": "string" }, "name": { "type": "string" } }
            }
          },
          "old": { "$ref": "#/components/schemas/ChangeSide" },
          "new": { "$ref": "#/components/schemas/ChangeSide" },
          "absolute": { "description": "Of two numbers: the new less the old.", "$ref": "#/components/schemas/Decimal" },
          "relative": { "description": "Of two numbers: the difference by the old one.", "$ref": "#/components/schemas/Decimal" },
          "context": { "description": "Of a number inside a longer text: that text.", "type": "string" },
          "provenance_changed": { "type": "boolean" },
          "affects": { "description": "The published results that it reaches.", "type": "array", "items": { "type": "string" } }
        }
      })json"},
      {"ChangeSide", R"json({
        "description": "As it is on this side; null: it is not there.",
        "type": ["object", "null"], "additionalProperties": false, "required": ["text", "provenance", "span"],
        "properties": {
          "text": { "$ref": "#/components/schemas/Bilingual" },
          "number": { "description": "Only of a number; of a percentage what stands before %.", "$ref": "#/components/schemas/Decimal" },
          "unit": { "description": "Only with number; may be empty.", "type": "string" },
          "provenance": { "anyOf": [{ "$ref": "#/components/schemas/Bilingual" }, { "type": "null" }] },
          "source": { "description": "The title of the source, if there is one.", "type": "string" },
          "span": {
            "type": "object", "additionalProperties": false, "required": ["file", "line", "column"],
            "properties": {
              "file": { "type": "string" }, "line": { "type": "integer", "minimum": 1 }, "column": { "type": "integer", "minimum": 1 }
            }
          }
        }
      })json"},
      // ---- the graph
      {"Graph", R"json({
        "description": "The evaluation graph; ids are places in the lists.",
        "type": "object", "additionalProperties": false, "required": ["policy", "nodes", "definitions", "occurrences", "roots"],
        "properties": {
          "policy": { "$ref": "#/components/schemas/PolicyRef" },
          "nodes": { "type": "array", "items": { "$ref": "#/components/schemas/GraphNode" } },
          "definitions": { "type": "array", "items": { "$ref": "#/components/schemas/GraphDefinition" } },
          "occurrences": {
            "description": "Where a node stands in the text.",
            "type": "array", "items": {
              "type": "object", "additionalProperties": false, "required": ["definition", "position", "node", "span"],
              "properties": {
                "definition": { "$ref": "#/components/schemas/GraphId" },
                "position": { "type": "integer", "minimum": 0 },
                "node": { "$ref": "#/components/schemas/GraphId" },
                "span": { "$ref": "#/components/schemas/GraphSpan" }
              }
            }
          },
          "roots": {
            "description": "What is evaluated.",
            "type": "array", "items": {
              "type": "object", "additionalProperties": false, "required": ["kind", "name"],
              "properties": {
                "kind": { "enum": ["result", "check", "guarantee", "monotone", "example"] },
                "name": { "type": "string" },
                "definition": { "$ref": "#/components/schemas/GraphId" },
                "along": { "description": "Of monotone: a node.", "$ref": "#/components/schemas/GraphId" },
                "decreasing": { "description": "Of monotone.", "type": "boolean" },
                "when": { "description": "Of monotone: a node.", "$ref": "#/components/schemas/GraphId" }
              }
            }
          }
        }
      })json"},
      {"GraphId", R"json({ "type": "integer", "minimum": 0 })json"},
      {"GraphNode", R"json({
        "type": "object", "additionalProperties": false, "required": ["id", "form", "type", "grain"],
        "properties": {
          "id": { "$ref": "#/components/schemas/GraphId" },
          "form": {
            "enum": ["literal", "field", "name", "pull", "op", "case", "none", "has", "else", "fold", "rank", "past", "fail"]
          },
          "op": { "description": "Of op, fold and rank.", "type": "string" },
          "descending": { "description": "Of rank.", "type": "boolean" },
          "unique": { "description": "Of case: one arm at most may hold.", "type": "boolean" },
          "else": { "description": "Of case: the last operand is what else holds.", "type": "boolean" },
          "type": { "$ref": "#/components/schemas/GraphType" },
          "grain": { "$ref": "#/components/schemas/GraphGrain" },
          "source": { "description": "Of fold: the grain of what is folded.", "$ref": "#/components/schemas/GraphGrain" },
          "operands": { "type": "array", "minItems": 1, "items": { "$ref": "#/components/schemas/GraphId" } },
          "path": { "description": "Of pull, fold and rank: the way, step by step.", "type": "array", "items": { "type": "string" } },
          "literal": { "description": "Of literal and fail.", "type": "string" },
          "field": { "description": "Of field: its name.", "type": "string" },
          "definition": { "description": "Of name.", "$ref": "#/components/schemas/GraphId" },
          "back": { "description": "Of past: how many periods.", "type": "integer" }
        }
      })json"},
      {"GraphDefinition", R"json({
        "type": "object", "additionalProperties": false,
        "required": ["id", "name", "label", "kind", "type", "grain", "body", "span", "provenance"],
        "properties": {
          "id": { "$ref": "#/components/schemas/GraphId" },
          "name": { "type": "string" },
          "label": { "type": "string" },
          "kind": {
            "enum": ["formula", "score", "grade", "column", "criterion", "exemption", "subtotal", "adjustment", "adjustments", "arm",
                     "base", "step", "row", "check", "guarantee"]
          },
          "type": { "$ref": "#/components/schemas/GraphType" },
          "grain": { "$ref": "#/components/schemas/GraphGrain" },
          "body": { "description": "A node.", "$ref": "#/components/schemas/GraphId" },
          "owner": { "description": "Of a part: the definition that it is of.", "$ref": "#/components/schemas/GraphId" },
          "weight": { "description": "Of a criterion: a number, or a percentage.", "type": "string", "pattern": "^-?[0-9]+(\\.[0-9]+|/[0-9]+)?%?$" },
          "span": { "$ref": "#/components/schemas/GraphSpan" },
          "provenance": {
            "type": "object", "additionalProperties": false, "required": ["kind"],
            "properties": {
              "kind": { "enum": ["unmarked", "sourced", "chosen", "open"] },
              "source": { "type": "string" }, "remark": { "type": "string" }, "note": { "type": "string" }
            }
          }
        }
      })json"},
      {"GraphType", R"json({
        "type": "object", "additionalProperties": false, "required": ["kind"],
        "properties": {
          "kind": { "enum": ["unknown", "number", "bool", "text", "enum", "date"] },
          "unit": { "description": "Of a number; may be empty.", "type": "string" },
          "values": { "description": "Of an enum.", "type": "array", "items": { "type": "string" } },
          "optional": { "description": "Only if it may be absent.", "const": true }
        }
      })json"},
      {"GraphGrain", R"json({
        "description": "What one value is of: a kind of subject or row, and a period.",
        "type": "object", "additionalProperties": false, "required": ["sort", "period"],
        "properties": { "sort": { "type": "string" }, "period": { "$ref": "#/components/schemas/Cadence" } }
      })json"},
      {"GraphSpan", R"json({
        "type": "object", "additionalProperties": false, "required": ["line", "column", "end_line", "end_column"],
        "properties": {
          "line": { "type": "integer", "minimum": 1 }, "column": { "type": "integer", "minimum": 1 },
          "end_line": { "type": "integer", "minimum": 1 }, "end_column": { "type": "integer", "minimum": 1 }
        }
      })json"},
  };
}

}  // namespace heng::server
