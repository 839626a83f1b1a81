"""Translated codings beside those sent. https://hl7.org/fhir/R4/datatypes.html#CodeableConcept"""
import json
import os
import tempfile

from support import Case, Server, ServerCase, run

PROFILE = "http://clinic.test/StructureDefinition/mapped"
HOUSE, WORLD = "http://clinic.test/codes", "http://world.test/codes"

HOUSE_MAP = {
    "resourceType": "ConceptMap", "id": "house", "url": "http://clinic.test/ConceptMap/house",
    "status": "active", "group": [{"source": HOUSE, "target": WORLD, "element": [
        {"code": "k", "target": [{"code": "potassium", "display": "Potassium", "equivalence": "equivalent"}]}]}]}


def observation(*profiles):
    return {"resourceType": "Observation", "status": "final", "meta": {"profile": list(profiles)},
            "code": {"coding": [{"system": HOUSE, "code": "k", "userSelected": True}], "text": "K"}}


class AddedCodings(ServerCase):
    arguments = ("--add-codings", f"{PROFILE}={WORLD}", "--no-validate")

    def setUp(self):
        super().setUp()
        self.assert_status(self.http.put("ConceptMap/house", HOUSE_MAP), 200, 201)

    def test_a_search_by_either_coding_finds_the_resource(self):
        made = self.http.post("Observation", observation(PROFILE)).json
        # What was sent stands first and unchanged; nobody selected what was added.
        self.assertEqual(made["code"], {"coding": [
            {"system": HOUSE, "code": "k", "userSelected": True},
            {"system": WORLD, "code": "potassium", "display": "Potassium"}], "text": "K"})
        for code in (f"{HOUSE}|k", f"{WORLD}|potassium"):
            found = self.http.get(f"Observation?code={code}&_id={made['id']}").json
            self.assertEqual([entry["resource"]["id"] for entry in found.get("entry", [])], [made["id"]])

    def test_resources_of_other_profiles_are_stored_as_sent(self):
        made = self.http.post("Observation", observation()).json
        self.assertEqual(made["code"]["coding"], observation()["code"]["coding"])

    def test_updates_and_transactions_add_them_too(self):
        sent = observation(PROFILE)
        updated = self.http.put("Observation/mapped", {**sent, "id": "mapped"}).json
        self.assertEqual(len(updated["code"]["coding"]), 2)
        self.http.post("", {"resourceType": "Bundle", "type": "transaction", "entry": [
            {"resource": {**sent, "id": "other"}, "request": {"method": "PUT", "url": "Observation/other"}}]})
        self.assertEqual(len(self.http.get("Observation/other").json["code"]["coding"]), 2)

    def test_so_do_batches_patches_and_conditional_creates(self):
        sent = observation(PROFILE)
        answer = self.http.post("", {"resourceType": "Bundle", "type": "batch", "entry": [
            {"resource": sent, "request": {"method": "POST", "url": "Observation"}}]}).json
        self.assertEqual(answer["entry"][0]["response"]["status"][:3], "201")
        location = answer["entry"][0]["response"]["location"].split("/fhir/")[-1].split("/_history")[0]
        self.assertEqual(len(self.http.get(location).json["code"]["coding"]), 2)
        made = self.http.post("Observation", sent, if_none_exist="_id=nobody").json
        self.assertEqual(len(made["code"]["coding"]), 2)
        # What is patched in is translated; what was there is not added again.
        patched = self.http.request("PATCH", f"Observation/{made['id']}", json.dumps([
            {"op": "add", "path": "/category", "value": [{"coding": [{"system": HOUSE, "code": "k"}]}]}]).encode(),
            headers={"Content-Type": "application/json-patch+json"}).json
        self.assertEqual([len(patched["code"]["coding"]), len(patched["category"][0]["coding"])], [2, 2])


class ImportedCodings(Case):
    def test_an_import_adds_them_too(self):
        folder = tempfile.TemporaryDirectory(prefix="medisync-e2e-")
        self.addCleanup(folder.cleanup)
        data = os.path.join(folder.name, "data")
        os.mkdir(data)
        path = os.path.join(folder.name, "observations.ndjson")
        with open(path, "w", encoding="utf-8") as file:
            for name, profiles in (("with", [PROFILE]), ("without", [])):
                file.write(json.dumps({**observation(*profiles), "id": name}) + "\n")
        server = Server(data=data, arguments=("--no-validate",), keep_data=True).start()
        with server.client() as http:
            http.put("ConceptMap/house", HOUSE_MAP)
        server.stop()
        done = run("import", "--data", data, "--no-validate", "--add-codings", f"{PROFILE}={WORLD}", path)
        self.assertEqual(done.returncode, 0, (done.stdout, done.stderr))
        server = Server(data=data, arguments=("--no-validate",), keep_data=True)
        self.addCleanup(server.stop)
        server.start()
        with server.client() as http:
            self.assertEqual(len(http.get("Observation/with").json["code"]["coding"]), 2)
            self.assertEqual(len(http.get("Observation/without").json["code"]["coding"]), 1)
            for code in (f"{HOUSE}|k", f"{WORLD}|potassium"):
                found = http.get(f"Observation?code={code}&_id=with").json
                self.assertEqual(len(found.get("entry", [])), 1, code)
