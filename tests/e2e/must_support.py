"""What a profile's snapshot asks a server to support, and what of it some resources do not have.

Elements by their id (`component:systolic.value[x]`), slices by their discriminators, extensions by their
url, references by the profiles that they must be able to lead to.
http://hl7.org/fhir/us/core/STU6.1/must-support.html
"""
import json
import tarfile

US_CORE = "http://hl7.org/fhir/us/core/StructureDefinition/"
MARKED = "http://hl7.org/fhir/StructureDefinition/elementdefinition-type-must-support"


class Guide:
    """The conformance resources of a package, by their url."""

    def __init__(self, path):
        self.known = {}
        with tarfile.open(path) as package:
            for member in package:
                if member.name.startswith("package/") and member.name.count("/") == 1 and member.name.endswith(".json"):
                    resource = json.load(package.extractfile(member))
                    if "url" in resource:
                        self.known[resource["url"]] = resource

    def supported(self):
        """The profiles of the guide that its server supports."""
        server = self.known["http://hl7.org/fhir/us/core/CapabilityStatement/us-core-server"]
        profiles = [p for r in server["rest"][0]["resource"] for p in r.get("supportedProfile", [])]
        return [Profile(self, self.known[url]) for url in profiles if url in self.known]

    def codes(self, url):
        """(system, code) of a value set; the code None stands for all of a system. Nothing of one that is elsewhere."""
        found = set()
        for include in self.known.get(url.split("|")[0], {"compose": {"include": []}})["compose"]["include"]:
            if "system" in include:
                found |= {(include["system"], c["code"]) for c in include.get("concept", [{"code": None}])}
            for other in include.get("valueSet", []):
                found |= self.codes(other)
        return found


def is_marked(part):
    return any(e["url"] == MARKED and e["valueBoolean"] for e in (part or {}).get("extension", []))


def fixed(element):
    return next((value for name, value in element.items() if name.startswith(("fixed", "pattern"))), None)


def fits(value, pattern):
    """Whether a value has all that a pattern has."""
    if isinstance(pattern, dict):
        return isinstance(value, dict) and all(name in value and fits(value[name], part) for name, part in pattern.items())
    if isinstance(pattern, list):
        return isinstance(value, list) and all(any(fits(v, part) for v in value) for part in pattern)
    return value == pattern


def children(nodes, name):
    """The values of a member, by any type where it is a choice; what a primitive has beside its value under `_name`."""
    found = []
    for node in nodes:
        for member, value in node.items() if isinstance(node, dict) else ():
            is_choice = name.endswith("[x]") and member.startswith(name[:-3]) and member[len(name) - 3:][:1].isupper()
            if member == name or is_choice:
                found += value if isinstance(value, list) else [value]
    return found


def down(nodes, path):
    for name in path.split(".") if path else ():
        nodes = children(nodes, name)
    return nodes


class Profile:
    def __init__(self, guide, definition):
        self.guide, self.url, self.id, self.type = guide, definition["url"], definition["id"], definition["type"]
        self.elements = {e["id"]: e for e in definition["snapshot"]["element"]}

    def asked(self):
        """(id, types, element): all that is marked, also by a guide's list for a law; types when only some are marked."""
        for ident, element in self.elements.items():
            by_law = any(e["url"] == US_CORE + "uscdi-requirement" for e in element.get("extension", []))
            if "." in ident and (element.get("mustSupport") or by_law):
                yield ident, [t["code"] for t in element.get("type", []) if is_marked(t)], element

    def at(self, resource, ident):
        """The values of an element; those that only say why there is none do not count."""
        nodes, at = [resource], self.type
        for name in ident.split(".")[1:]:
            at += "." + name
            name, _, part = name.partition(":")
            if name == "extension":
                url = self.elements[at]["type"][0]["profile"][0] if part else None
                nodes = [e for e in children(nodes, name) if url in (None, e["url"])]
                continue
            # Below an extension of a primitive the way goes by its other member.
            is_extended = f"{at}.extension" in ident
            nodes = children(nodes, "_" + name if is_extended and "[x]" not in name else name)
            if part:
                nodes = [n for n in nodes if self.is_in_slice(n, at)]
        return [n for n in nodes if not (isinstance(n, dict) and set(n) == {"extension"})]

    def is_in_slice(self, node, ident):
        sliced = self.elements[ident.rpartition(":")[0]]
        for discriminator in sliced["slicing"].get("discriminator", []):
            path = "" if discriminator["path"] == "$this" else discriminator["path"]
            values, element = down([node], path), self.elements.get(f"{ident}.{path}" if path else ident, {})
            if discriminator["type"] == "type":
                code = element["type"][0]["code"]
                if isinstance(node, dict) != code[:1].isupper() or code == "Quantity" and "value" not in node:
                    return False
            elif fixed(element) is not None:
                if not any(fits(v, fixed(element)) for v in values):
                    return False
            elif element.get("binding", {}).get("valueSet"):
                known = self.guide.codes(element["binding"]["valueSet"])
                codings = [c for v in values for c in v.get("coding", [v])]
                if known and not any((c.get("system"), code) in known for c in codings for code in (c.get("code"), None)):
                    return False
        return True

    def lacks(self, resources):
        """Ids of what is asked and in none of the resources; a type that is asked stands behind its element."""
        missing = []
        for ident, types, element in self.asked():
            found = [v for r in resources for v in self.at(r, ident)]
            names = {ident: found}
            for code in types if ident.endswith("[x]") else ():
                names.pop(ident, None)
                typed = ident[:-3] + code[:1].upper() + code[1:]
                names[typed] = [v for r in resources for v in self.at(r, typed.split(".")[0] + typed[len(self.type):])]
            for name, values in names.items():
                pattern = fixed(element)
                if not any(pattern is None or fits(v, pattern) for v in values):
                    missing.append(name)
        return missing

    def leads_to(self):
        """(id, url): the profiles of the guide that a reference must be able to lead to."""
        for ident, _, element in self.asked():
            for reference in (t for t in element.get("type", []) if t["code"] == "Reference"):
                targets, marks = reference.get("targetProfile", []), reference.get("_targetProfile", [])
                chosen = targets if len(targets) == 1 else [t for t, m in zip(targets, marks) if is_marked(m)]
                typed = ident[:-3] + "Reference" if ident.endswith("[x]") else ident
                yield from ((typed, url) for url in chosen if url in self.guide.known)

    def picks(self, resource):
        """Whether a client takes the resource for one of the profile: by its code, else by its category."""
        if resource["resourceType"] != self.type:
            return False
        code = self.elements.get(self.type + ".code", {})
        patterns = [fixed(code)] + [{"coding": [fixed(e)]} for i, e in self.elements.items()
                                    if i.startswith(self.type + ".code.coding:") and i.count(".") == 2 and fixed(e)]
        patterns = [p for p in patterns if p]
        if self.type == "Observation" and patterns:
            return all(fits(resource["code"], p) for p in patterns)
        if self.id == "us-core-smokingstatus":
            return fits(resource["code"], {"coding": [{"code": "72166-2"}]})
        parts = [i for i in self.elements if i.startswith(self.type + ".category:") and i.count(".") == 1]
        needed = [i for i in parts if self.elements[i]["min"]] or parts[:1]
        categories = children([resource], "category")
        return all(any(self.is_in_slice(c, i) for c in categories) for i in needed)
