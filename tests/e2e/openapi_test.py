#!/usr/bin/env python3
"""/openapi.json: well formed by the rules of OpenAPI 3.1 that it uses, true to the service, and each example in it is answered as it says.

HENG names the command (default: build/bin/heng).
"""

import base64
import json
import re
import sys
import unittest
from pathlib import Path
from urllib.parse import urlencode

sys.path.insert(0, str(Path(__file__).resolve().parent))
from json_schema import ANNOTATIONS, Validator, inner  # noqa: E402
from openapi_check import Api  # noqa: E402
from service import Service  # noqa: E402

ROLES = {"none", "any key", "any role in the district", "evaluator", "editor", "approver", "auditor", "admin"}
VALUES = {"district": "shiliuzhuang", "policy": "plates", "version": "2024.1"}  # of the service under test, by the name in braces


def answered(operation):
    """The response to what is well."""
    [response] = [response for status, response in operation["responses"].items() if status.startswith("2")]
    return response


def examples(operation):
    """(type, query, body) of each request that it shows. What is no JSON is the data of an address; the query is that of the parameters."""
    query = urlencode({one["name"]: one["example"] for one in operation["parameters"] if "example" in one})
    for type_, content in operation.get("requestBody", {}).get("content", {}).items():
        if "example" in content:
            yield type_, "", json.dumps(content["example"]).encode()
        for example in content.get("examples", {}).values():
            head, data = example["externalValue"].split(",")
            assert head == f"data:{type_};base64", head
            yield type_, "?" + query, base64.b64decode(data, validate=True)


def schemas_within(schema):
    """Itself and every schema in it."""
    yield schema
    for _, one in inner(schema):
        yield from schemas_within(one)


class OpenApi(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.service = Service(extra="store: sqlite:heng.db\n")
        status, headers, body = cls.service.ask("GET", "/openapi.json")
        assert (status, headers["Content-Type"]) == (200, "application/json"), body
        cls.api = json.loads(body)
        cls.check = Api(cls.api)
        cls.operations = [(path, method, one) for path, item in cls.api["paths"].items() for method, one in item.items()]

    @classmethod
    def tearDownClass(cls):
        assert cls.service.stop() == 0, cls.service.said

    def ask(self, method, path, body=None, headers=None):
        """What is answered, once it is seen to be as it is described."""
        answer = self.service.ask(method, path, body, headers)
        self.assertEqual(self.check.mistakes(method, path, body, headers or {}, answer), [])
        return answer

    def test_the_document(self):
        self.assertEqual(self.api["openapi"], "3.1.0")
        self.assertEqual(set(self.api), {"openapi", "info", "paths", "components"})
        self.assertTrue(self.api["info"]["title"] and self.api["info"]["version"])
        self.assertGreaterEqual(len(self.operations), 20)
        ids = [one["operationId"] for _, _, one in self.operations]
        self.assertEqual(len(set(ids)), len(ids))
        for reference in re.findall(r'"\$ref": "([^"]*)"', json.dumps(self.api)):
            at = self.api
            self.assertTrue(reference.startswith("#/"), reference)
            for part in reference[2:].split("/"):
                self.assertIn(part, at, reference)
                at = at[part]

    def test_each_operation(self):
        for path, method, one in self.operations:
            with self.subTest(f"{method} {path}"):
                self.assertTrue(path.startswith("/") and not path.endswith("/"))
                self.assertIn(method, {"get", "post", "put", "patch", "delete"})
                self.assertLessEqual(set(one), {"operationId", "summary", "x-needs", "parameters", "requestBody", "responses", "security"})
                self.assertTrue(one["summary"])
                self.assertRegex(one["operationId"], "^[a-z][A-Za-z]*$")
                self.assertIn(one["x-needs"], ROLES)
                self.assertEqual(one["security"], [] if one["x-needs"] == "none" else [{"key": []}])
                parameters = [self.check.resolve(p) for p in one["parameters"]]
                in_path = [p["name"] for p in parameters if p["in"] == "path"]
                self.assertEqual(in_path, re.findall(r"\{(\w+)\}", path))
                self.assertTrue(all(p.get("required") for p in parameters if p["in"] == "path"))
                in_query = [p["name"] for p in parameters if p["in"] == "query"]
                self.assertEqual(len(set(in_query)), len(in_query))
                self.assertTrue(all(p["description"] for p in parameters))
                self.assertFalse([p["name"] for p in parameters if p["in"] not in ("path", "query", "header")])
                self.assertTrue(all("schema" in p for p in parameters))
                # The steps of a draft and a replay say all by their address.
                step = path.endswith(("/approve", "/publish", "/withdraw", "/replay"))
                self.assertEqual("requestBody" in one, method != "get" and not step)
                responses = {status: self.check.resolve(response) for status, response in one["responses"].items()}
                for status, response in responses.items():
                    self.assertRegex(status, "^(default|[1-5][0-9][0-9])$")
                    self.assertTrue(response["description"])
                    self.assertTrue(all(self.check.resolve(header)["description"] for header in response["headers"].values()))
                    self.assertEqual("content" in response, status != "304")
                self.assertIn("application/problem+json", responses["default"]["content"])
                for status in ("429", "503"):
                    self.assertIn("Retry-After", responses[status]["headers"])
                for content in [response.get("content", {}) for response in responses.values()] + [one.get("requestBody", {}).get("content", {})]:
                    for type_, body in content.items():
                        self.assertRegex(type_, r"^[a-z]+/[a-z+.-]+(; version=0\.0\.4)?(; charset=utf-8)?$")
                        self.assertTrue(self.check.resolve(body["schema"]))

    def test_each_schema(self):
        for name, schema in self.api["components"]["schemas"].items():
            for one in schemas_within(schema):
                with self.subTest(name, schema=one):
                    self.assertFalse([k for k in one if k not in ANNOTATIONS and not hasattr(Validator, "check_" + k.replace("$", "")) and k != "additionalProperties"])
                    self.assertNotIn("\n", one.get("description", ""))
                    self.assertRegex(one.get("description", "A."), "^[^ ].*[^ ]$")
                    re.compile(one.get("pattern", ""))
                    if "properties" in one:
                        self.assertLessEqual(set(one.get("required", [])), set(one["properties"]))
                        # Every set of members is closed but that of OpenAPI itself.
                        self.assertEqual(one.get("additionalProperties", True), name == "OpenApi")

    def test_every_component_is_used(self):
        text = json.dumps(self.api)
        for part, components in self.api["components"].items():
            for name in components if part != "securitySchemes" else ():
                self.assertIn(f'"#/components/{part}/{name}"', text)

    def test_a_value_that_is_none_is_refused(self):
        """The types, bounds and options of the parameters are those of the service."""
        asked = 0
        for path, method, one in self.operations:
            for parameter in one["parameters"]:
                schema = parameter.get("schema", {})
                if parameter.get("in") != "query" or method != "get" or not {"type", "enum"} & set(schema) or schema.get("type") == "string":
                    continue
                values = {**VALUES, "decision": "x"}
                for wrong in ("no-such-value", schema.get("minimum", 0) - 1, schema.get("maximum", 0) + 1 if "maximum" in schema else "nothing"):
                    with self.subTest(path, parameter=parameter["name"], wrong=wrong):
                        status, _, body = self.ask("GET", f"{path.format(**values)}?{parameter['name']}={wrong}")
                        self.assertEqual((status, json.loads(body)["code"]), (400, "bad-query"))
                for right in {schema.get("minimum", schema.get("default", "json")), schema.get("maximum", schema.get("default", "json"))}:
                    with self.subTest(path, parameter=parameter["name"], right=right):
                        self.assertEqual(self.ask("GET", f"{path.format(**values)}?{parameter['name']}={json.dumps(right).strip(chr(34))}")[0], 200)
                asked += 1
        self.assertGreaterEqual(asked, 5)

    def test_what_is_read_is_of_a_type_that_it_says(self):
        asked = 0
        for path, method, one in self.operations:
            names = set(re.findall(r"\{(\w+)\}", path))
            if method != "get" or not names <= set(VALUES):
                continue
            with self.subTest(path):
                status, headers, body = self.ask("GET", path.format(**VALUES))
                self.assertEqual(status, 200, body)
                self.assertIn(headers["Content-Type"], answered(one)["content"])
                asked += 1
                # What is not in the description is refused.
                self.assertEqual(self.ask("GET", path.format(**VALUES) + "?no_such_parameter=1")[0], 400)
                self.assertEqual(self.ask("DELETE", path.format(**VALUES), b"", {"Content-Length": "0"})[0], 405)
        self.assertGreaterEqual(asked, 12)

    def test_every_example_is_answered(self):
        sent = []
        for path, method, one in self.operations:
            for type_, query, example in examples(one):
                with self.subTest(f"{method} {path} {type_}"):
                    status, headers, body = self.ask(method.upper(), path.format(**VALUES) + query, example, {"Content-Type": type_})
                    self.assertIn(str(status), one["responses"], body)
                    self.assertLess(status, 300, body)
                    self.assertIn(headers["Content-Type"], answered(one)["content"])
                    # An example of a policy is a good one.
                    self.assertEqual(json.loads(body).get("errors", 0), 0, body)
                    sent.append(type_)
        self.assertGreaterEqual(len(sent), 6)
        self.assertEqual(len(set(sent)), 2)

    def test_what_takes_a_text_has_an_example(self):
        for path, _, one in self.operations:
            if "requestBody" in one and set(re.findall(r"\{(\w+)\}", path)) <= {"district"}:
                self.assertTrue(any("example" in content for content in one["requestBody"]["content"].values()), path)


if __name__ == "__main__":
    unittest.main(verbosity=1)
