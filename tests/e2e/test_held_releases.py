"""What loaded releases stand for, as resources: read, listed and found, never written.
https://hl7.org/fhir/R4/snomedct.html#implicit https://hl7.org/fhir/R4/http.html#search"""
import os
import sys
import urllib.parse

from bulk import Export
from support import ROOT, Server, ServerCase, link, run

sys.path.insert(0, os.path.join(ROOT, "tests", "bench"))
from snomed_release import MAP, SIMPLE, Release  # noqa: E402

SNOMED = "http://snomed.info/sct"
VERSION = f"{SNOMED}/900000000000207008/version/20260101"
STEM = "snomed-900000000000207008-20260101"
ICD10 = "http://hl7.org/fhir/sid/icd-10"
COLOURS = "http://example.org/colours"
TABLE = f"#url={COLOURS}\n#version={{}}\n#title=Colours\n#notice=Nobody owns a colour.\ncode,display,parent\n" \
        "warm,Warm,\nred,Red,warm\n"


class HeldReleases(ServerCase):
    @classmethod
    def setUpClass(cls):
        data = cls.make_data_folder()
        cls.release = Release(os.path.join(cls.folder.name, "rf2"), 1200)
        cls.release.write()
        paths = [str(cls.release.folder)]
        for version in ("2019", "2024"):
            paths.append(os.path.join(cls.folder.name, f"colours-{version}.csv"))
            with open(paths[-1], "w", encoding="utf-8") as file:
                file.write(TABLE.format(version) + ("blue,Blue,\n" if version == "2024" else ""))
        done = run("terminology", "load", "--data", data, *paths)
        assert done.returncode == 0, done.stderr
        cls.server = Server(data=data, keep_data=True)
        cls.addClassCleanup(cls.server.stop)
        cls.server.start()

    def found(self, path, **parameters):
        answer = self.http.search(path, parameters)
        self.assertEqual(answer.status, 200, answer)
        return [entry["resource"] for entry in answer.json.get("entry", [])]

    def test_a_code_system_is_found_by_what_it_says_of_itself(self):
        for parameters in ({"url": SNOMED}, {"_id": STEM}, {"url": SNOMED, "version": VERSION},
                           {"url": SNOMED, "content-mode": "not-present", "status": "active"}):
            self.assertEqual([one["id"] for one in self.found("CodeSystem", **parameters)], [STEM], parameters)
        self.assertEqual([one["version"] for one in self.found("CodeSystem", url=COLOURS)], ["2024", "2019"])
        self.assertEqual(self.found("CodeSystem", url=SNOMED, version="2"), [])
        self.assertEqual([one["url"] for one in self.found("CodeSystem", title="colo", version="2019")], [COLOURS])

    def test_an_export_holds_what_is_stored_alone(self):
        self.assert_status(self.http.put("CodeSystem/stored", {
            "resourceType": "CodeSystem", "id": "stored", "status": "draft", "content": "not-present"}), 201)
        exported = Export(self.http, "$export?_type=CodeSystem,ValueSet,ConceptMap").ids()
        self.assertIn("CodeSystem/stored", exported)
        held = {"CodeSystem/" + one["id"] for url in (SNOMED, COLOURS) for one in self.found("CodeSystem", url=url)}
        self.assertEqual(len(held), 3)
        self.assertEqual(exported & held, set())
        self.assert_status(self.http.delete("CodeSystem/stored"), 204)

    def test_a_code_system_is_read_with_its_metadata(self):
        answer = self.http.get(f"CodeSystem/{STEM}")
        self.assertEqual(answer.status, 200, answer)
        system = answer.json
        self.assertEqual((system["url"], system["version"], system["content"]), (SNOMED, VERSION, "not-present"))
        self.assertEqual(system["valueSet"], SNOMED + "?fhir_vs")
        self.assertIn("SNOMED International", system["copyright"])
        self.assertGreater(system["count"], 1200)
        self.assertEqual(answer["ETag"], f'W/"{system["meta"]["versionId"]}"')
        version = self.http.get(f"CodeSystem/{STEM}/_history/{system['meta']['versionId']}")
        self.assertEqual(version.json, system)
        self.assertEqual(self.http.get(f"CodeSystem/{STEM}/_history/7").status, 404)
        self.assertEqual(self.http.get(f"CodeSystem/{STEM}/_history").json["total"], 1)
        self.assert_status(self.http.get("CodeSystem/nothing"), 404)

    def test_what_is_held_is_valid(self):
        for path in (f"CodeSystem/{STEM}", f"ConceptMap/{STEM}-map-{MAP}", f"ValueSet/{STEM}-all"):
            resource = self.http.get(path).json
            outcome = self.http.post(f"{resource['resourceType']}/$validate", resource)
            self.assertEqual([issue for issue in outcome.issues if issue["severity"] in ("error", "fatal")], [], path)

    def test_an_implicit_map_is_found_and_read_with_its_equivalences(self):
        url = f"{SNOMED}?fhir_cm={MAP}"
        for parameters in ({"url": url}, {"source-system": SNOMED, "target-system": ICD10},
                           {"source-code": self.release.ids[0]}):
            self.assertIn(url, [one["url"] for one in self.found("ConceptMap", **parameters)], parameters)
        concept_map = self.http.get(f"ConceptMap/{STEM}-map-{MAP}").json
        self.assertEqual((concept_map["sourceUri"], concept_map["targetUri"]), (SNOMED + "?fhir_vs", ICD10 + "?fhir_vs"))
        [group] = concept_map["group"]
        self.assertEqual((group["source"], group["sourceVersion"], group["target"]), (SNOMED, VERSION, ICD10))
        [target] = group["element"][0]["target"]
        self.assertEqual(target["equivalence"], "relatedto")
        # 400 concepts are mapped, 200 shown: "a partial resource", which the tag says.
        self.assertEqual(len(group["element"]), 200)
        self.assertEqual([tag["code"] for tag in concept_map["meta"]["tag"]], ["SUBSETTED"])
        translated = self.http.get(f"ConceptMap/{STEM}-map-{MAP}/$translate?system={SNOMED}&code={self.release.ids[0]}")
        self.assertIn(target["code"], translated.body.decode())

    def test_implicit_value_sets_are_found_by_url_and_then_read(self):
        parent = self.release.ids[3]
        for url in (f"{SNOMED}?fhir_vs=isa/{parent}", f"{SNOMED}?fhir_vs=refset/{SIMPLE}", f"{SNOMED}?fhir_vs",
                    f"{SNOMED}?fhir_vs=ecl/<< {parent}", COLOURS + "?fhir_vs"):
            [value_set] = self.found("ValueSet", url=url)[:1]
            self.assertEqual(value_set["url"], url)
            self.assertEqual(self.http.get(f"ValueSet/{value_set['id']}").json, value_set)
            expanded = self.http.search("ValueSet/$expand", {"url": url})
            self.assertEqual(expanded.status, 200, expanded)
        # A code system of the store makes another snapshot of all that is known.
        self.assert_status(self.http.put("CodeSystem/fresh", {
            "resourceType": "CodeSystem", "id": "fresh", "url": "http://example.org/fresh", "status": "active",
            "content": "complete", "concept": [{"code": "a"}]}), 201)
        self.addCleanup(self.http.delete, "CodeSystem/fresh")
        self.assert_status(self.http.get("CodeSystem/$lookup?system=http://example.org/fresh&code=a"), 200)
        self.assertEqual(self.http.get(f"ValueSet/{value_set['id']}").json["url"], value_set["url"])
        self.assertEqual(self.found("ValueSet", url=f"{SNOMED}?fhir_vs=nonsense"), [])
        self.assertEqual(self.found("ValueSet", url="http://example.org/none?fhir_vs"), [])

    def test_the_version_of_an_implicit_value_set_is_honoured(self):
        def codes(url):
            answer = self.http.search("ValueSet/$expand", {"url": url})
            if answer.status != 200:
                self.assertEqual((answer.status, answer.issues[0]["code"]), (404, "not-found"), answer)
                return None
            return {item["code"] for item in answer.json["expansion"]["contains"]} | {
                inner["code"] for item in answer.json["expansion"]["contains"] for inner in item.get("contains", [])}

        everything = COLOURS + "?fhir_vs"
        self.assertEqual(codes(everything), {"warm", "red", "blue"})
        self.assertEqual(codes(everything + "|2024"), {"warm", "red", "blue"})
        self.assertEqual(codes(everything + "|2019"), {"warm", "red"})
        self.assertIsNone(codes(everything + "|2020"))
        refset = f"?fhir_vs=refset/{SIMPLE}"
        members = codes(SNOMED + refset)
        for url in (f"{VERSION}{refset}", f"{SNOMED}/900000000000207008{refset}", f"{SNOMED}{refset}|{VERSION}"):
            self.assertEqual(codes(url), members, url)
        for url in (f"{SNOMED}/900000000000207008/version/20200101{refset}", f"{SNOMED}/45991000052106{refset}",
                    f"{SNOMED}{refset}|{SNOMED}/45991000052106/version/20260101"):
            self.assertIsNone(codes(url), url)
        self.assertIsNone(codes("http://hl7.org/fhir/administrative-gender?fhir_vs|9.9"))

    def test_operations_take_the_ids(self):
        code = self.release.ids[5]
        answer = self.http.get(f"ValueSet/{STEM}-all/$validate-code?system={SNOMED}&code={code}")
        self.assertIn('"name":"result","valueBoolean":true', answer.body.decode())
        answer = self.http.get(f"CodeSystem/{STEM}/$subsumes?codeA=138875005&codeB={code}")
        self.assertIn('"valueCode":"subsumes"', answer.body.decode())

    def test_a_release_cannot_be_written(self):
        system = self.http.get(f"CodeSystem/{STEM}").json
        for answer in (self.http.put(f"CodeSystem/{STEM}", system), self.http.delete(f"CodeSystem/{STEM}")):
            self.assertEqual(answer.status, 405, answer)
        self.assertEqual(self.http.get(f"CodeSystem/{STEM}").json, system)

    def test_pages_and_totals_hold_what_is_stored_and_what_is_held(self):
        for n in range(3):
            self.assert_status(self.http.put(f"CodeSystem/own-{n}", {
                "resourceType": "CodeSystem", "id": f"own-{n}", "url": f"http://example.org/own-{n}",
                "status": "active", "content": "complete", "name": f"Own{n}"}), 200, 201)
        whole = self.http.all_ids("CodeSystem")
        self.assertEqual(len(whole), len(set(whole)))
        self.assertTrue({"CodeSystem/own-0", f"CodeSystem/{STEM}"} <= set(whole), whole)
        for size in ("1", "2", "4"):
            self.assertEqual(self.http.all_ids("CodeSystem", {"_count": size}), whole, size)
        total = self.http.get("CodeSystem?_summary=count").json["total"]
        self.assertEqual(total, len(whole))
        page = self.http.get("CodeSystem?_count=2&_total=accurate").json
        self.assertEqual(page["total"], total)
        self.assertIsNotNone(link(page, "next"))
        self.assertEqual({one["url"] for one in self.found("CodeSystem", **{"url:below": "http://example.org"})},
                         {COLOURS} | {f"http://example.org/own-{n}" for n in range(3)})
        self.assertEqual(self.http.get(f"CodeSystem?url={COLOURS}&_elements=url").json["entry"][0]["resource"]["url"], COLOURS)

    def test_one_order_holds_for_what_is_stored_and_what_is_held(self):
        for name, title in (("s1", "Aardvarks"), ("s2", "Colours"), ("s3", "Zebras"), ("s4", None), ("s5", "Boxes")):
            self.assert_status(self.http.put(f"CodeSystem/{name}", {
                "resourceType": "CodeSystem", "id": name, "status": "draft", "content": "not-present",
                "url": f"http://example.org/{name}", **({"title": title} if title else {})}), 201)
            self.addCleanup(self.http.delete, f"CodeSystem/{name}")
        ours = {"s1", "s2", "s3", "s4", "s5", STEM}

        def listed(sort, count):
            total, ids = None, []
            for page in self.http.pages("CodeSystem", {"_sort": sort, "_count": count, "_total": "accurate",
                                                       "_id": ",".join(sorted(ours | held))}):
                self.assertEqual(page.status, 200, page)
                total = page.json["total"]
                ids += [entry["resource"]["id"] for entry in page.json.get("entry", [])]
            self.assertEqual(total, len(ids))
            return ids

        held = {one["id"] for one in self.found("CodeSystem", url=COLOURS)}
        self.assertEqual(len(held), 2)

        def titled(resource):
            return (resource.get("title") or "").lower()
        whole = {one["id"]: one for one in self.found("CodeSystem", _id=",".join(sorted(ours | held)))}
        self.assertEqual(set(whole), ours | held)
        for count in (1, 2, 3, 5, 50):
            up, down = listed("title", count), listed("-title", count)
            for ids in (up, down):
                self.assertEqual(sorted(ids), sorted(whole))
                self.assertEqual(ids[-1], "s4")  # without a title
            titles = [titled(whole[one]) for one in up[:-1]]
            self.assertEqual(titles, sorted(titles), count)
            titles = [titled(whole[one]) for one in down[:-1]]
            self.assertEqual(titles, sorted(titles, reverse=True), count)
            self.assertEqual(listed("_id", count), sorted(whole))
            self.assertEqual(listed("-url,_id", count),
                             sorted(sorted(whole), key=lambda one: whole[one]["url"], reverse=True))
        answer = self.http.search("CodeSystem", {"_sort": "title", "url": COLOURS, "_cursor": "sorted.x"})
        self.assertEqual(answer.status, 400)
        capped = self.found("CodeSystem", _sort="_id", _maxresults="3", _id=",".join(sorted(whole)))
        self.assertEqual([one["id"] for one in capped], sorted(whole)[:3])

    def test_the_date_asks_for_the_release_of_that_time(self):
        def lookup(date):
            return self.http.search("CodeSystem/$lookup", {"system": COLOURS, "code": "blue", "date": date}).status

        self.assertEqual((lookup("2025"), lookup("2024-01-01"), lookup("2020")), (200, 200, 404))
        answer = self.http.search("ValueSet/$expand", {"url": COLOURS + "?fhir_vs", "date": "2010-01-01"})
        self.assertEqual(answer.status, 200, answer)  # it names its version
        answer = self.http.search("CodeSystem/$validate-code", {"url": COLOURS, "code": "blue", "date": "2020"})
        self.assertIn('"valueBoolean":false', answer.body.decode())

    def test_the_context_names_the_value_set(self):
        context = "http://hl7.org/fhir/StructureDefinition/Patient#Patient.gender"
        answer = self.http.search("ValueSet/$expand", {"context": context, "contextDirection": "incoming"})
        self.assertEqual(answer.json["url"], "http://hl7.org/fhir/ValueSet/administrative-gender")
        answer = self.http.search("ValueSet/$validate-code", {
            "context": context, "code": "male", "system": "http://hl7.org/fhir/administrative-gender"})
        self.assertIn('"name":"result","valueBoolean":true', answer.body.decode())
        for wrong, status in ((context.replace("gender", "none"), 404), (context.replace("Patient#", "None#"), 404),
                              (context.replace("#", "/"), 400)):
            self.assertEqual(self.http.search("ValueSet/$expand", {"context": wrong}).status, status, wrong)
        self.assertEqual(self.http.search("ValueSet/$expand", {"context": context, "contextDirection": "up"}).status, 400)

    def test_repeated_parameters_and_closure_tables_have_limits(self):
        query = urllib.parse.urlencode([("url", COLOURS + "?fhir_vs")] + [("designation", f"d{n}") for n in range(300)])
        answer = self.http.get("ValueSet/$expand?" + query)
        self.assertEqual((answer.status, answer.issues[0]["code"]), (413, "too-costly"), answer)

    def test_find_matches_composes_an_expression(self):
        parent, attribute, value = self.release.ids[3], self.release.attributes[0], self.release.ids[9]
        answer = self.http.post("CodeSystem/$find-matches", {"resourceType": "Parameters", "parameter": [
            {"name": "system", "valueUri": SNOMED}, {"name": "exact", "valueBoolean": False},
            {"name": "compositional", "valueBoolean": True},
            {"name": "property", "part": [{"name": "code", "valueCode": "parent"}, {"name": "value", "valueCode": parent}]},
            {"name": "property", "part": [{"name": "code", "valueCode": "colour"}, {"name": "value", "valueString": "red"}]},
            {"name": "property", "part": [
                {"name": "code", "valueCode": attribute}, {"name": "value", "valueCode": value},
                {"name": "subproperty", "part": [{"name": "code", "valueCode": attribute}, {"name": "value", "valueCode": parent}]}]}]})
        self.assertEqual(answer.status, 200, answer)
        [match] = [one for one in answer.json["parameter"] if one["name"] == "match"]
        parts = {part["name"]: part for part in match["part"]}
        expression = parts["code"]["valueCoding"]["code"]
        for piece in (f"{parent} |", f": {attribute} |", f" = ({value} |", f": {attribute} |"):
            self.assertIn(piece, expression)
        self.assertEqual(parts["unmatched"]["part"][0]["valueCode"], "colour")
        self.assertIn("expression", parts["comment"]["valueString"])

    def test_a_supplement_leaves_expressions_and_the_text_index(self):
        code = self.release.ids[5]
        supplement = {"resourceType": "CodeSystem", "id": "names", "url": "http://names.example/de", "status": "active",
                      "content": "supplement", "supplements": SNOMED,
                      "concept": [{"code": code, "designation": [{"language": "de", "value": "Gestreiftes Zebra"}]}]}
        self.assert_status(self.http.put("CodeSystem/names", supplement), 200, 201)

        def codes(url, **parameters):
            answer = self.http.search("ValueSet/$expand", {"url": url, "useSupplement": supplement["url"], **parameters})
            self.assertEqual(answer.status, 200, answer)
            return [item["code"] for item in answer.json["expansion"].get("contains", [])]

        self.assertEqual(codes(f"{SNOMED}?fhir_vs=ecl/{code}"), [code])
        self.assertEqual(codes(f"{SNOMED}?fhir_vs", filter="zeb ges"), [code])
        self.assertEqual(codes(f"{SNOMED}?fhir_vs", filter="ebra"), [])
