"""$expunge: off unless set; what it takes is gone from the store, its history and the index. R4 has
no such operation; after it, reads answer as https://hl7.org/fhir/R4/http.html says of what never was."""
import contextlib
import os
import sqlite3

from support import ServerCase, match_ids, patient


def flags(**values):
    kinds = {bool: "valueBoolean", int: "valueInteger"}
    return {"resourceType": "Parameters",
            "parameter": [{"name": n, kinds[type(v)]: v} for n, v in values.items()]}


DELETED, VERSIONS, EVERYTHING = (flags(**{"expunge" + what: True})
                                 for what in ("DeletedResources", "PreviousVersions", "Everything"))


class Guarded(ServerCase):
    def test_off_unless_set(self):
        self.http.put("Patient/kept", patient("Kept", id="kept"))
        for path in ("$expunge", "Patient/$expunge", "Patient/kept/$expunge"):
            self.assert_outcome(self.http.post(path, EVERYTHING), 403, "forbidden")
        self.assert_status(self.http.get("Patient/kept"), 200)


class Expunge(ServerCase):
    arguments = ("--expunge",)

    def make(self, id, versions=2, family="Expunged", type="Patient", subject="some"):
        for number in range(versions):
            body = patient(family + str(number), id=id) if type == "Patient" else \
                {"resourceType": type, "id": id, "status": "final", "code": {"text": f"x{number}"},
                 "subject": {"reference": f"Patient/{subject}"}}
            self.assert_status(self.http.put(f"{type}/{id}", body), 200, 201)

    def expunge(self, path, body, count):
        got = self.http.post(path, body)
        self.assert_status(got, 200)
        self.assertEqual(got.json["parameter"], [{"name": "count", "valueInteger": count}])

    def test_a_live_resource_is_taken_only_when_everything_is_asked_for(self):
        self.make("ex1")
        self.expunge("Patient/ex1/$expunge", DELETED, 0)
        self.assert_status(self.http.get("Patient/ex1"), 200)
        self.expunge("Patient/ex1/$expunge", EVERYTHING, 1)
        for path in ("Patient/ex1", "Patient/ex1/_history/1", "Patient/ex1/_history"):
            self.assert_outcome(self.http.get(path), 404, "not-found")
        self.assertEqual(self.http.all_ids("Patient", {"name": "expunged1"}), [])
        self.assertEqual(self.http.all_ids("Patient", {"_id": "ex1"}), [])

    def test_its_words_are_not_found_either(self):
        self.make("ex6", family="Quagmire")
        self.assertEqual(self.http.all_ids("Patient", {"_content": "quagmire1"}), ["Patient/ex6"])
        self.expunge("Patient/ex6/$expunge", EVERYTHING, 1)
        self.assertEqual(self.http.all_ids("Patient", {"_content": "quagmire1"}), [])
        self.make("ex6", family="Quagmire", versions=1)
        self.assertEqual(self.http.all_ids("Patient", {"_content": "quagmire0"}), ["Patient/ex6"])

    def test_the_names_of_what_it_once_contained_go_with_the_versions_that_tell_them(self):
        def holds(id, *local):
            contained = [{"resourceType": "Organization", "id": one, "name": "Held"} for one in local]
            first = {"managingOrganization": {"reference": "#" + local[0]}} if local else {}
            return {**patient("Holding", id=id), "contained": contained, **first} if local else patient("Holding", id=id)

        def names():
            with contextlib.closing(sqlite3.connect(os.path.join(self.server.data, "medisync.db"))) as database:
                return [name for name, in database.execute("SELECT id FROM resource WHERE id LIKE '%#%'")]
        for versions, what, path in ((["told-one"], []), VERSIONS, "Patient/ex7/$expunge"), ((["told-two"],), EVERYTHING, "Patient/ex8/$expunge"):
            id = path.split("/")[1]
            for local in versions:
                self.assert_status(self.http.put(f"Patient/{id}", holds(id, *local)), 200, 201)
            self.assertTrue(any("told-" in name for name in names()))
            self.expunge(path, what, 1)
            self.assertFalse([name for name in names() if "told-" in name])

    def test_old_versions(self):
        self.make("ex2", 3)
        self.expunge("Patient/ex2/_history/1/$expunge", flags(), 1)
        self.assert_status(self.http.get("Patient/ex2/_history/1"), 404)
        for gone in (1, 9):
            self.assert_outcome(self.http.post(f"Patient/ex2/_history/{gone}/$expunge", flags()), 404, "not-found")
        self.assert_status(self.http.get("Patient/ex2/_history/2"), 200)
        self.assert_outcome(self.http.post("Patient/ex2/_history/3/$expunge", flags()), 409, "conflict")
        self.expunge("Patient/ex2/$expunge", VERSIONS, 1)
        self.assertEqual(self.http.get("Patient/ex2/_history").json["total"], 1)
        self.assertEqual(self.http.get("Patient/ex2").json["meta"]["versionId"], "3")

    def test_deleted_resources_of_a_type_up_to_a_limit(self):
        for number in range(5):
            self.make(f"ex3-{number}", type="Observation", versions=1)
            self.http.delete(f"Observation/ex3-{number}")
        self.make("ex3-live", type="Observation")
        self.expunge("Observation/$expunge", flags(expungeDeletedResources=True, limit=2), 2)
        self.expunge("Observation/$expunge", DELETED, 3)
        self.expunge("Observation/$expunge", DELETED, 0)
        gone = [self.http.get(f"Observation/ex3-{n}").status for n in range(5)]
        self.assertEqual(gone, [404] * 5)
        self.assert_status(self.http.get("Observation/ex3-live"), 200)

    def test_what_others_refer_to_leaves_their_reference_as_it_is(self):
        self.make("referred")
        self.make("referring", type="Observation", subject="referred")
        self.expunge("Patient/referred/$expunge", EVERYTHING, 1)
        self.assertEqual(self.http.all_ids("Observation", {"subject": "Patient/referred"}), ["Observation/referring"])
        self.assert_status(self.http.get("Patient/referred"), 404)
        # It may come back, as a first version, and is found through the reference again.
        again = self.http.put("Patient/referred", patient("Again", id="referred"))
        self.assert_status(again, 201)
        self.assertEqual(again.json["meta"]["versionId"], "1")
        self.assertEqual(self.http.all_ids("Observation", {"subject.name": "again"}), ["Observation/referring"])

    def test_the_newest_resource_and_then_another(self):
        made = self.create(patient("Newest"))
        self.expunge(f"Patient/{made['id']}/$expunge", EVERYTHING, 1)
        other = self.create(patient("Other"))
        self.assert_status(self.http.get(f"Patient/{other['id']}"), 200)
        self.assert_status(self.http.get(f"Patient/{made['id']}"), 404)

    def test_a_definition_is_no_longer_in_force_and_may_come_back(self):
        definition = {"resourceType": "SearchParameter", "id": "ex-sp", "url": "http://clinic.test/ex-sp",
                      "name": "x", "status": "active", "description": "x", "code": "ex-sp", "base": ["Patient"],
                      "type": "string", "expression": "Patient.maritalStatus.text"}
        for _ in range(2):
            for _ in range(2):
                self.assert_status(self.http.put("SearchParameter/ex-sp", definition), 200, 201)
            self.assert_status(self.http.get("Patient?ex-sp=x"), 200)
            self.expunge("SearchParameter/ex-sp/$expunge", EVERYTHING, 1)
            self.assert_outcome(self.http.get("Patient?ex-sp=x"), 400, "not-supported")

    def test_the_system(self):
        self.make("ex4")
        self.http.delete("Patient/ex4")
        got = self.http.post("$expunge", flags(expungeDeletedResources=True, expungePreviousVersions=True))
        self.assert_status(got, 200)
        self.assert_status(self.http.get("Patient/ex4"), 404)
        self.assertFalse(any("resource" not in e for e in self.http.get("_history?_count=500").json["entry"]))

    def test_nothing_is_left_in_the_file(self):
        # Erased is overwritten, not only unlinked.
        self.make("ex5", family="Zzyzxqwertle")
        self.expunge("Patient/ex5/$expunge", EVERYTHING, 1)
        self.server.terminate()
        with open(os.path.join(self.server.data, "medisync.db"), "rb") as file:
            self.assertNotIn(b"Zzyzxqwertle0", file.read())
        self.server.restart()

    def test_what_is_wrong_is_said(self):
        self.assert_outcome(self.http.post("Patient/none/$expunge", EVERYTHING), 404, "not-found")
        self.assert_outcome(self.http.post("Patient/$expunge", flags()), 400, "required")
        self.assert_outcome(self.http.post("Patient/$expunge", flags(expungeEverything=True, limit=0)), 400, "value")
        self.assert_outcome(self.http.post("Patient/$expunge", flags(expungeAll=True)), 400, "not-supported")
        self.assert_outcome(self.http.post("Patient/$expunge?limit=1&limit=2", EVERYTHING), 400, "invalid")
        self.assert_outcome(self.http.get("Patient/$expunge?expungeEverything=true"), 405)
