"""Resources with a value where a search parameter looks for one, made of the definitions of types."""
import json
import os
import re

from support import PACKAGE

UCUM = "http://unitsofmeasure.org"
SAMPLES = {
    "CodeableConcept": {"coding": [{"system": "urn:s", "code": "c"}], "text": "t"}, "Coding": {"system": "urn:s", "code": "c"},
    "Identifier": {"system": "urn:s", "value": "v"}, "ContactPoint": {"system": "phone", "value": "1"}, "HumanName": {"family": "f", "given": ["g"]},
    "Address": {"use": "home", "line": ["l"], "city": "c", "state": "s", "postalCode": "1", "country": "x"}, "Period": {"start": "2020-01-01"},
    "Timing": {"event": ["2020-01-01"]}, "Range": {"low": {"value": 1, "unit": "a", "system": UCUM, "code": "a"}}, "Money": {"value": 1, "currency": "EUR"},
    "SampledData": {"origin": {"value": 1}, "period": 1, "dimensions": 1, "data": "1 2"}, "boolean": True, "code": "c", "string": "s", "markdown": "s", "id": "i",
    "uri": "http://example.org/u", "url": "http://example.org/u", "canonical": "http://example.org/u", "oid": "urn:oid:1.2", "uuid": "urn:uuid:1",
    "date": "2020-01-01", "dateTime": "2020-01-01", "instant": "2020-01-01T00:00:00Z", "decimal": 1.5, "integer": 1, "positiveInt": 1, "unsignedInt": 1,
}
for quantity in ("Quantity", "SimpleQuantity", "Age", "Duration", "Count", "Distance"):
    SAMPLES[quantity] = {"value": 1, "unit": "a", "system": UCUM, "code": "a"}


class Elements:
    """The elements of all types of R4 by their paths."""

    def __init__(self):
        self.by_path = {}
        for name in ("types", "resources"):
            with open(os.path.join(PACKAGE, f"Bundle-{name}.json"), encoding="utf-8") as file:
                for one in json.load(file)["entry"]:
                    for element in one["resource"].get("snapshot", {}).get("element", []):
                        self.by_path.setdefault(element["path"], element)

    def find(self, path):
        return self.by_path.get(path) or self.by_path.get(path + "[x]")

    def sample(self, kind, hint, target):
        if kind == "Reference":
            return {"reference": f"{target}/x"}
        if kind == "Resource":
            return {"resourceType": target, "id": "x"}
        if kind in ("code", "ContactPoint") and hint:
            return hint if kind == "code" else {"system": hint, "value": "1"}
        return SAMPLES.get(kind)

    def put(self, tree, path, steps, target, hint=None):
        """Gives `tree`, which is of the element `path`, a value at the end of `steps`: (name, type of a choice or None)."""
        (name, cast), rest = steps[0], steps[1:]
        element = self.find(f"{path}.{name}")
        if element is None:
            raise KeyError(f"{path}.{name}")
        kinds = [t["code"] for t in element.get("type", [])]
        prefers = "Reference" if target and "Reference" in kinds and not cast else None
        kind = prefers or cast or (kinds[0] if kinds else None)
        below = element["contentReference"][1:] if "contentReference" in element else None
        if below is None:
            below = element["path"] if kind in ("BackboneElement", "Element") else kind
        is_choice = element["path"].endswith("[x]")
        member = name + kind[0].upper() + kind[1:] if is_choice else name
        if kind and kind.startswith("http://hl7.org/fhirpath/"):
            kind = "id"
        if rest:
            inner = tree.get(member, [{}])
            inner = inner[0] if isinstance(inner, list) else inner
            self.put(inner, below, rest, target, hint)
            if hint and kind == "RelatedArtifact":
                inner["type"] = hint
        else:
            inner = self.sample(kind, hint, target)
        if inner is None:
            raise KeyError(f"{path}.{name}: {kind}")
        tree[member] = [inner] if element["max"] != "1" else inner


def operands(expression):
    """The alternatives of an expression, at the bars outside of parentheses."""
    depth, start, parts = 0, 0, []
    for at, letter in enumerate(expression + "|"):
        depth += (letter == "(") - (letter == ")")
        if letter == "|" and depth == 0:
            parts.append(expression[start:at].strip())
            start = at + 1
    return [part for part in parts if part]


def steps_of(operand):
    """(type, [(name, type of a choice)], the code that a filter asks for, the type that a reference is to lead to)."""
    text = operand.strip()
    while text.startswith("(") and text.endswith(")") and operands(text[1:-1]) == [text[1:-1].strip()]:
        text = text[1:-1].strip()
    text = re.sub(r"\((.+?) as (\w+)\)", r"\1.as(\2)", text)
    text = re.sub(r"^(\S+) as (\w+)$", r"\1.as(\2)", text)
    hint = re.search(r"where\((?:system|type)\s*=\s*'([^']+)'\)", text)
    leads = re.search(r"where\(resolve\(\) is (\w+)\)", text)
    text = re.sub(r"\.where\((?:[^()]|\([^()]*\))*\)|\.exists\(\)|\.first\(\)|\s+and\s.*$|\s*!=.*$|\[0\]", "", text)
    kind, *names = re.findall(r"\w+(?:\(\w+\))?", text)
    steps = []
    for name in names:
        cast = re.match(r"(?:as|ofType)\((\w+)\)$", name)
        if cast:
            steps[-1] = (steps[-1][0], cast.group(1).replace("DateTime", "dateTime"))
        else:
            steps.append((name, None))
    return kind, steps, hint and hint.group(1), leads and leads.group(1)


def resource_for(elements, kind, definition, by_url):
    """A resource of the type with a value for the parameter; KeyError says what could not be made."""
    for operand in operands(definition["expression"]):
        of, steps, hint, leads = steps_of(operand)
        if of[0].islower():  # `name | alias`
            of, steps = kind, [(of, None)] + steps
        if of not in (kind, "Resource", "DomainResource"):
            continue
        target = leads or (definition.get("target") or [None])[0]
        tree = {"resourceType": kind, "id": "made"}
        if definition["type"] != "composite":
            elements.put(tree, kind, steps, target, hint)
            return tree
        for component in definition["component"]:
            part = by_url[component["definition"]]
            said = operands(component["expression"])[0]
            inner = steps_of(said.removeprefix("%") if said.startswith("%resource.") else "X." + said)[1]
            elements.put(tree, kind, inner if said.startswith("%resource.") else steps + inner, (part.get("target") or [None])[0])
        return tree
    raise KeyError(f"{definition['url']}: no expression of {kind}")
