"""https://hl7.org/fhir/R4/location.html#search: near=[latitude]|[longitude]|[distance]|[units]."""
from support import SearchCase

PLACES = {"berlin": (52.5200, 13.4050), "potsdam": (52.3906, 13.0645), "paris": (48.8566, 2.3522),
          "fiji": (-17.7134, 178.0650), "taveuni": (-16.8500, -179.9700), "pole": (89.99, 0), "across": (89.99, 180),
          "sydney": (-33.8688, 151.2093)}
RESOURCES = [{"resourceType": "Location", "id": name, "status": "active",
               "position": {"latitude": place[0], "longitude": place[1]}} for name, place in PLACES.items()]
RESOURCES += [{"resourceType": "Location", "id": "nowhere", "status": "active"},
              {"resourceType": "Encounter", "id": "e1", "status": "finished", "class": {"code": "AMB"},
               "location": [{"location": {"reference": "Location/potsdam"}}]}]


class Near(SearchCase):
    resources = RESOURCES

    def found(self, near, path="Location", name="near", **more):
        return super().found(path, (name, near), *more.items())

    def test_distances_on_the_sphere_with_units(self):
        # Berlin and Potsdam are 27.2 km apart, Berlin and Paris 877.
        self.assertEqual(self.found("52.52|13.405|27|km"), "berlin")
        self.assertEqual(self.found("52.52|13.405|28|km"), "berlin potsdam")
        self.assertEqual(self.found("52.52|13.405|28"), "berlin potsdam")
        self.assertEqual(self.found("52.52|13.405|17.5|[mi_us]"), "berlin potsdam")
        self.assertEqual(self.found("52.52|13.405|27000|m"), "berlin")
        self.assertEqual(self.found("52.52|13.405|0|m"), "berlin")
        self.assertEqual(self.found("52.52|13.405|876"), "berlin potsdam")
        self.assertEqual(self.found("52.52|13.405|879"), "berlin paris potsdam")
        self.assertEqual(self.found("52.52|13.405|30000"), " ".join(sorted(PLACES)))

    def test_without_a_distance_it_is_fifty_kilometres(self):
        self.assertEqual(self.found("52.52|13.405"), "berlin potsdam")
        self.assertEqual(self.found("52.52|13.405||km"), "berlin potsdam")

    def test_over_the_date_line_and_the_pole(self):
        self.assertEqual(self.found("-17|179.9|60"), "taveuni")
        self.assertEqual(self.found("-17|-179.9|300"), "fiji taveuni")
        self.assertEqual(self.found("89.99|0|3"), "across pole")
        self.assertEqual(self.found("-16.85|180|30|km"), "taveuni")

    def test_with_commas_other_parameters_and_chains(self):
        self.assertEqual(self.found("52.52|13.405|1,48.8566|2.3522|1"), "berlin paris")
        self.assertEqual(self.found("52.52|13.405|28", _id="potsdam"), "potsdam")
        self.assertEqual(self.found("52.52|13.405|28", "Encounter", "location.near"), "e1")
        self.assertEqual(self.found("true", name="near:missing"), "nowhere")
        self.assertEqual(self.found("52.52|13.405|28", _count="1", _total="accurate"), "berlin")

    def test_what_is_no_place_or_no_length_is_refused(self):
        for value in ("52.52", "91|0", "0|181", "x|y", "1|2|-1", "1|2|3|kg", "1|2|3|nonsense", "1|2|3|km|4"):
            self.assert_outcome(self.http.search("Location", [("near", value)]), 400, "value")

    def test_the_capability_statement_names_it(self):
        resource = next(r for r in self.http.get("metadata").json["rest"][0]["resource"] if r["type"] == "Location")
        self.assertEqual([p["type"] for p in resource["searchParam"] if p["name"] == "near"], ["special"])
