"""Whether what a service was asked and answered is what its /openapi.json says."""

import gzip
import json
import re
from urllib.parse import parse_qsl, unquote, urlsplit

from json_schema import Validator

METHODS = {"get", "put", "post", "delete", "patch"}
PROBLEM = {"$ref": "#/components/schemas/Problem"}
# Headers that stand in no answer without being described.
OURS = ("etag", "location", "retry-after", "traceparent", "content-language", "allow", "www-authenticate", "heng-")


def lower(headers):
    return {name.lower(): value for name, value in headers.items()}


def typed(text, validator, schema):
    """The value that a text of the query or a header stands for."""
    while "$ref" in schema:
        schema = validator.at(schema["$ref"])
    if schema.get("type") in ("integer", "boolean", "number"):
        try:
            return json.loads(text)
        except ValueError:
            return text
    return text


class Api:
    """`seen`: (path, method, status, media type) → a JSON answer of it, and its schema."""

    def __init__(self, document):
        self.document = document
        self.validator = Validator(document)
        self.seen = {}
        self.routes = [(re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(path)) + r"\Z"), path, item)
                       for path, item in document["paths"].items()]

    def resolve(self, one):
        return self.validator.at(one["$ref"]) if "$ref" in one else one

    def find(self, method, path):
        """The path as it is described, its operation, and what the names in braces stand for; or nothing."""
        for pattern, described, item in self.routes:
            match = pattern.match(path)
            if match and method in item:
                return described, item[method], {name: unquote(value) for name, value in match.groupdict().items()}
        return None

    def mistakes(self, method, target, body, headers, answer):
        """`answer`: (status, headers, body)."""
        url = urlsplit(target)
        found = self.find(method.lower(), url.path)
        if found is None:
            return self.mistakes_of_problem(answer)
        path, operation, captures = found
        query = dict(parse_qsl(url.query, keep_blank_values=True))
        mistakes = self.mistakes_of_answer(path, method.lower(), operation, answer)
        # What is taken must be what is described; what is refused may be, too.
        if answer[0] < 300:
            mistakes += self.mistakes_of_parameters(operation, captures, query, lower(headers))
            mistakes += self.mistakes_of_request(operation, body, lower(headers))
        return mistakes

    def mistakes_of_problem(self, answer):
        status, headers, body = answer
        if status == 304 or lower(headers).get("content-type") != "application/problem+json":
            return [f"{status} is no problem"]
        return self.validator.mistakes(json.loads(body), PROBLEM)

    def mistakes_of_answer(self, path, method, operation, answer):
        status, headers, body = answer
        headers = lower(headers)
        response = self.resolve(operation["responses"].get(str(status), operation["responses"]["default"]))
        mistakes = []
        described = {name.lower(): self.resolve(one) for name, one in response.get("headers", {}).items()}
        mistakes += [f"header {name}: missing" for name, one in described.items() if one.get("required") and name not in headers]
        for name, value in headers.items():
            if name in described:
                schema = described[name]["schema"]
                mistakes += self.validator.mistakes(typed(value, self.validator, schema), schema, f"header {name}")
            elif name.startswith(OURS):
                mistakes.append(f"header {name}: not described with {status}")
        if "content" not in response:
            self.seen[path, method, status, ""] = None
            return mistakes + ([f"{status} has no body"] if body else [])
        type_ = headers.get("content-type", "")
        if type_ not in response["content"]:
            return mistakes + [f"{status} as {type_}: not described"]
        schema = response["content"][type_]["schema"]
        if headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        for value in values(type_, body):
            mistakes += self.validator.mistakes(value, schema)
            self.seen[path, method, status, type_] = (value, schema)
        self.seen.setdefault((path, method, status, type_), None)
        return mistakes

    def mistakes_of_parameters(self, operation, captures, query, headers):
        mistakes = []
        parameters = [self.resolve(one) for one in operation.get("parameters", [])]
        given = {"path": captures, "query": query, "header": headers}
        for one in parameters:
            name = one["name"].lower() if one["in"] == "header" else one["name"]
            # A traceparent that is not one is passed over by the service.
            if name in given[one["in"]] and name != "traceparent":
                value = typed(given[one["in"]][name], self.validator, one["schema"])
                mistakes += self.validator.mistakes(value, one["schema"], f"{one['in']} {name}")
        described = {one["name"] for one in parameters if one["in"] == "query"}
        mistakes += [f"query {name}: not described" for name in query if name not in described]
        if "idempotency-key" in headers and not any(one["name"] == "Idempotency-Key" for one in parameters):
            mistakes.append("Idempotency-Key: not described")
        return mistakes

    def mistakes_of_request(self, operation, body, headers):
        if "requestBody" not in operation:
            return []
        type_ = headers.get("content-type", "").split(";")[0].strip().lower()
        content = operation["requestBody"]["content"]
        if type_ not in content:
            return [f"a body of {type_} was taken: not described"]
        body = body.encode() if isinstance(body, str) else body
        return [f"request {one}" for value in values(type_, body) for one in self.validator.mistakes(value, content[type_]["schema"])]


def values(type_, body):
    """What is validated: the document, each line, the text. Of what is no text nothing is said."""
    if type_.endswith("json") and "ndjson" not in type_:
        return [json.loads(body)]
    if type_ == "application/x-ndjson":
        return [json.loads(line) for line in body.splitlines() if line.strip()]
    return [body.decode()] if type_.startswith("text/") else []
