"""_list on histories: https://hl7.org/fhir/R4/http.html#history"""
from support import SearchCase, entries, patient

PURPOSE = "http://terminology.hl7.org/CodeSystem/list-example-use-codes"


def collection(id, *references, **members):
    return {"resourceType": "List", "id": id, "status": "current", "mode": "working",
            "entry": [{"item": {"reference": r}} for r in references], **members}


class HistoryList(SearchCase):
    resources = [
        patient("One", id="one"), patient("Two", id="two"), patient("Three", id="three"),
        {"resourceType": "Organization", "id": "org", "name": "Org"},
        collection("some", "Patient/one", "Organization/org", "Patient/two/_history/2", "Patient/absent"),
        collection("problems", "Patient/three", code={"coding": [{"system": PURPOSE, "code": "problems"}]}),
    ]

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with cls.server.client() as http:
            for family in ("B", "C"):
                for id in ("one", "two"):
                    assert http.put(f"Patient/{id}", patient(family, id=id)).status == 200
            assert http.delete("Organization/org").status == 204

    def versions(self, path):
        response = self.http.get(path)
        self.assert_status(response, 200)
        found = [f"{e['fullUrl'].rsplit('/', 1)[1]}/{e['response']['etag'][3:-1]}" for e in entries(response.json)]
        self.assertEqual(response.json["total"], len(found))
        return sorted(found)

    def test_only_versions_that_the_list_refers_to(self):
        self.assertEqual(self.versions("_history?_list=some"), ["one/1", "one/2", "one/3", "org/1", "org/2", "two/2"])
        self.assertEqual(self.versions("Patient/_history?_list=some"), ["one/1", "one/2", "one/3", "two/2"])
        self.assertEqual(self.versions("Patient/two/_history?_list=some"), ["two/2"])

    def test_several_lists_current_lists_and_lists_that_are_not_here(self):
        self.assertEqual(self.versions("Patient/_history?_list=some,$current-problems"),
                         ["one/1", "one/2", "one/3", "three/1", "two/2"])
        self.assertEqual(self.versions("_history?_list=absent"), [])
        self.assert_outcome(self.http.get("_history?_list=$current-wishes"), 400, "value")
        self.assert_outcome(self.http.get("_history?_list=a%20b"), 400)

    def test_with_the_other_parameters_of_a_history(self):
        pages = [page.json for page in self.http.pages("_history", [("_list", "some"), ("_count", "2"), ("_sort", "_lastUpdated")])]
        self.assertEqual([len(p["entry"]) for p in pages], [2, 2, 2])
        times = [e["response"]["lastModified"] for p in pages for e in p["entry"]]
        self.assertEqual(times, sorted(times))
