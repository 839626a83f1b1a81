"""Translated codings beside those sent. https://hl7.org/fhir/R4/datatypes.html#CodeableConcept"""
from support import ServerCase

PROFILE = "http://clinic.test/StructureDefinition/mapped"
HOUSE, WORLD = "http://clinic.test/codes", "http://world.test/codes"


class AddedCodings(ServerCase):
    arguments = ("--add-codings", f"{PROFILE}={WORLD}", "--no-validate")

    def setUp(self):
        super().setUp()
        self.assert_status(self.http.put("ConceptMap/house", {
            "resourceType": "ConceptMap", "id": "house", "url": "http://clinic.test/ConceptMap/house",
            "status": "active", "group": [{"source": HOUSE, "target": WORLD, "element": [
                {"code": "k", "target": [{"code": "potassium", "display": "Potassium", "equivalence": "equivalent"}]},
            ]}]}), 200, 201)

    def observation(self, *profiles):
        return {"resourceType": "Observation", "status": "final", "meta": {"profile": list(profiles)},
                "code": {"coding": [{"system": HOUSE, "code": "k", "userSelected": True}], "text": "K"}}

    def test_a_search_by_either_coding_finds_the_resource(self):
        made = self.http.post("Observation", self.observation(PROFILE)).json
        # What was sent stands first and unchanged; nobody selected what was added.
        self.assertEqual(made["code"], {"coding": [
            {"system": HOUSE, "code": "k", "userSelected": True},
            {"system": WORLD, "code": "potassium", "display": "Potassium"}], "text": "K"})
        for code in (f"{HOUSE}|k", f"{WORLD}|potassium"):
            found = self.http.get(f"Observation?code={code}&_id={made['id']}").json
            self.assertEqual([entry["resource"]["id"] for entry in found.get("entry", [])], [made["id"]])

    def test_resources_of_other_profiles_are_stored_as_sent(self):
        made = self.http.post("Observation", self.observation()).json
        self.assertEqual(made["code"]["coding"], self.observation()["code"]["coding"])

    def test_updates_and_transactions_add_them_too(self):
        sent = self.observation(PROFILE)
        updated = self.http.put("Observation/mapped", {**sent, "id": "mapped"}).json
        self.assertEqual(len(updated["code"]["coding"]), 2)
        self.http.post("", {"resourceType": "Bundle", "type": "transaction", "entry": [
            {"resource": {**sent, "id": "other"}, "request": {"method": "PUT", "url": "Observation/other"}}]})
        self.assertEqual(len(self.http.get("Observation/other").json["code"]["coding"]), 2)
