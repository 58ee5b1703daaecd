"""A validator of JSON Schema (2020-12), of the keywords that /openapi.json uses; any other keyword is an error, so that none is passed over."""

import re

ANNOTATIONS = {"description", "default", "title", "format", "contentMediaType"}
TYPES = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
    "number": lambda value: isinstance(value, (int, float)) and not isinstance(value, bool),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
}


def same(a, b):
    """As JSON has it: true is not 1."""
    return type(a) is type(b) and a == b


def inner(schema):
    """(name, schema) of each that it is made of."""
    yield from schema.get("properties", {}).items()
    for keyword in ("anyOf", "oneOf"):
        yield from ((f"{keyword}{i}", one) for i, one in enumerate(schema.get(keyword, [])))
    for keyword in ("items", "propertyNames", "additionalProperties", "not"):
        if isinstance(schema.get(keyword), dict):
            yield keyword, schema[keyword]


class Validator:
    """`document`: what the references are within. `met`: the schemas that something was compared with, by their ids."""

    def __init__(self, document):
        self.document = document
        self.met = set()

    def at(self, reference):
        assert reference.startswith("#/"), reference
        place = self.document
        for part in reference[2:].split("/"):
            place = place[part]
        return place

    def valid(self, value, schema):
        return not self.mistakes(value, schema)

    def mistakes(self, value, schema, at=""):
        """What is wrong with the value, each with its place."""
        self.met.add(id(schema))
        found = []
        for keyword, argument in schema.items():
            if keyword in ANNOTATIONS or keyword == "additionalProperties":
                continue
            found += getattr(self, "check_" + keyword.replace("$", ""))(value, argument, at)
        if isinstance(value, dict) and "additionalProperties" in schema:
            for key in value.keys() - schema.get("properties", {}).keys():
                if schema["additionalProperties"] is False:
                    found.append(f"{at}/{key}: not known here")
                else:
                    found += self.mistakes(value[key], schema["additionalProperties"], f"{at}/{key}")
        return found

    def check_ref(self, value, reference, at):
        return self.mistakes(value, self.at(reference), at)

    def check_type(self, value, types, at):
        types = [types] if isinstance(types, str) else types
        return [] if any(TYPES[one](value) for one in types) else [f"{at}: {value!r:.80} is no {' or '.join(types)}"]

    def check_enum(self, value, values, at):
        return [] if any(same(value, one) for one in values) else [f"{at}: {value!r:.80} is none of {values}"]

    def check_const(self, value, wanted, at):
        return [] if same(value, wanted) else [f"{at}: {value!r:.80} is not {wanted!r}"]

    def check_pattern(self, value, pattern, at):
        fits = not isinstance(value, str) or re.search(pattern.replace("$", r"\Z"), value)
        return [] if fits else [f"{at}: {value!r:.80} does not match {pattern}"]

    def check_minLength(self, value, least, at):
        return [f"{at}: too short"] if isinstance(value, str) and len(value) < least else []

    def check_maxLength(self, value, most, at):
        return [f"{at}: too long"] if isinstance(value, str) and len(value) > most else []

    def check_minimum(self, value, least, at):
        return [f"{at}: {value} is less than {least}"] if TYPES["number"](value) and value < least else []

    def check_maximum(self, value, most, at):
        return [f"{at}: {value} is more than {most}"] if TYPES["number"](value) and value > most else []

    def check_minItems(self, value, least, at):
        return [f"{at}: too few"] if isinstance(value, list) and len(value) < least else []

    def check_minProperties(self, value, least, at):
        return [f"{at}: too few"] if isinstance(value, dict) and len(value) < least else []

    def check_required(self, value, names, at):
        return [f"{at}: {name} is missing" for name in names if name not in value] if isinstance(value, dict) else []

    def check_properties(self, value, properties, at):
        if not isinstance(value, dict):
            return []
        return [one for key, schema in properties.items() if key in value for one in self.mistakes(value[key], schema, f"{at}/{key}")]

    def check_propertyNames(self, value, schema, at):
        return [one for key in value for one in self.mistakes(key, schema, f"{at}/{key}")] if isinstance(value, dict) else []

    def check_items(self, value, schema, at):
        if not isinstance(value, list):
            return []
        return [one for i, item in enumerate(value) for one in self.mistakes(item, schema, f"{at}/{i}")]

    def check_anyOf(self, value, schemas, at):
        each = [self.mistakes(value, schema, at) for schema in schemas]
        return [] if any(not one for one in each) else [f"{at}: none of these: {each}"]

    def check_oneOf(self, value, schemas, at):
        each = [self.mistakes(value, schema, at) for schema in schemas]
        valid = sum(not one for one in each)
        return [] if valid == 1 else [f"{at}: {valid} of these, not one: {each}"]

    def check_not(self, value, schema, at):
        return [f"{at}: must not be {schema}"] if self.valid(value, schema) else []
