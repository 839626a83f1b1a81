"""https://hl7.org/fhir/R4/search.html#text: `_text`, `_content`, their expressions and the score."""
from support import Case, SearchCase, Server, entries, match_ids


def condition(id, narrative, **members):
    made = {"resourceType": "Condition", **({"id": id} if id else {}), "subject": {"reference": "Patient/t1"}, **members}
    if narrative:
        made["text"] = {"status": "generated", "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{narrative}</div>'}
    return made


RESOURCES = [
    {"resourceType": "Patient", "id": "t1", "name": [{"family": "Müller", "given": ["Zoë"]}]},
    condition("a", "<p>Metastases of the <b>bone</b></p>", code={"text": "Secondary neoplasm"}),
    condition("b", "<p>Metastases</p><p>liver &amp; lung</p>", note=[{"text": "Discussed with Dr. MÜLLER"}]),
    condition("c", "<table><tr><td>bone</td><td>fracture</td></tr></table>"),
    condition("d", "<p><i>L</i>iver, liver, liver: liver</p>", note=[{"text": "bone density normal"}]),
    condition("e", "<p>糖尿病の疑い</p>"),
    condition("f", None, note=[{"text": "ＦＵＬＬ width metastasis"}]),
]


class Text(SearchCase):
    resources = RESOURCES

    def test_the_example_of_the_specification(self):
        self.assertEqual(self.found("Condition", ("_text", "(bone OR liver) and metastases")), "a b")

    def test_words_of_the_narrative_without_its_markup(self):
        self.assertEqual(self.found("Condition", ("_text", "bone")), "a c")
        self.assertEqual(self.found("Condition", ("_text", "LIVER")), "b d")
        self.assertEqual(self.found("Condition", ("_text", "neoplasm")), "")
        self.assertEqual(self.found("Condition", ("_text", "td")), "")
        self.assertEqual(self.found("Condition", ("_text", "amp")), "")

    def test_the_entire_content(self):
        self.assertEqual(self.found("Condition", ("_content", "neoplasm")), "a")
        self.assertEqual(self.found("Condition", ("_content", "bone")), "a c d")
        self.assertEqual(self.found("Patient", ("_content", "muller")), "t1")
        self.assertEqual(self.found("", ("_content", "muller"), ("_type", "Patient,Condition")), "b t1")

    def test_phrases_wildcards_and_logic(self):
        self.assertEqual(self.found("Condition", ("_text", '"liver lung"')), "b")
        self.assertEqual(self.found("Condition", ("_text", '"lung liver"')), "")
        self.assertEqual(self.found("Condition", ("_content", "metasta*")), "a b f")
        self.assertEqual(self.found("Condition", ("_content", "bone NOT metastases")), "c d")
        self.assertEqual(self.found("Condition", ("_text", "NOT metastases")), "c d e f")
        self.assertEqual(self.found("Condition", ("_text", "fracture OR NOT (liver, bone)")), "c e f")
        self.assertEqual(self.found("Condition", ("_text", "fracture,lung")), "b c")
        self.assertEqual(self.found("Condition", ("_text", "liver bone")), "")

    def test_words_are_folded_by_unicode(self):
        self.assertEqual(self.found("Condition", ("_content", "full")), "f")
        self.assertEqual(self.found("Condition", ("_content", "ＭＵＬＬＥＲ")), "b")
        self.assertEqual(self.found("Condition", ("_text", "尿病")), "e")
        self.assertEqual(self.found("Condition", ("_text", "病尿")), "")

    def test_together_with_other_parameters_and_chains(self):
        self.assertEqual(self.found("Condition", ("_text", "bone"), ("_id", "a,d")), "a")
        self.assertEqual(self.found("Condition", ("_text", "bone"), ("_content", "neoplasm")), "a")
        self.assertEqual(self.found("Condition", ("patient._content", "zoe")), "a b c d e f")
        self.assertEqual(self.found("Patient", ("_has:Condition:patient:_text", "fracture")), "t1")
        self.assertEqual(self.found("Patient/t1/Condition", ("_text", "lung")), "b")

    def test_the_score(self):
        response = self.http.search("Condition", [("_text", "liver"), ("_sort", "_score")])
        self.assertEqual(match_ids(response.json), ["Condition/d", "Condition/b"])
        scores = [e["search"]["score"] for e in entries(response.json)]
        self.assertTrue(1 >= scores[0] > scores[1] >= 0, scores)
        response = self.http.search("Condition", [("_text", "liver"), ("_sort", "-_score")])
        self.assertEqual(match_ids(response.json), ["Condition/b", "Condition/d"])
        pages = [match_ids(p.json) for p in self.http.pages("Condition", [("_content", "bone"), ("_sort", "_score"), ("_count", "1")])]
        self.assertEqual(sorted(i for page in pages for i in page), ["Condition/a", "Condition/c", "Condition/d"])
        self.assert_outcome(self.http.search("Condition", [("_sort", "_score")]), 400, "invalid")
        self.assertNotIn("score", entries(self.http.search("Condition", [("_id", "a")]).json)[0]["search"])

    def test_what_is_written_is_found_at_once(self):
        for number in range(5):
            word = f"xylo{'abcde'[number]}"
            self.assert_status(self.http.put("Condition/w", condition("w", f"<p>{word}</p>")), 200, 201)
            self.assertEqual(self.found("Condition", ("_text", word)), "w")
            if number:
                self.assertEqual(self.found("Condition", ("_text", f"xylo{'abcde'[number - 1]}")), "")
        self.assert_status(self.http.delete("Condition/w"), 204)
        self.assertEqual(self.found("Condition", ("_text", "xyloe")), "")
        created = self.http.post("Condition", condition(None, "<p>xylofirst</p>"), If_None_Exist="_text=xylofirst")
        self.assert_status(created, 201)
        again = self.http.post("Condition", condition(None, "<p>xylofirst</p>"), If_None_Exist="_text=xylofirst")
        self.assert_status(again, 200)

    def test_an_expression_that_is_none_is_refused(self):
        for value in ("(bone", '"bone', "bone OR", "NOT", "--"):
            self.assert_outcome(self.http.search("Condition", [("_text", value)]), 400, "value")
        self.assert_outcome(self.http.search("Bundle", [("_text", "x")]), 400, "not-supported")

    def test_the_capability_statement_names_them(self):
        resources = {r["type"]: [p["name"] for p in r["searchParam"]] for r in self.http.get("metadata").json["rest"][0]["resource"]}
        self.assertIn("_text", resources["Condition"])
        self.assertIn("_content", resources["Condition"])
        self.assertNotIn("_text", resources["Bundle"])


class Restart(Case):
    def test_what_was_due_is_found_after_a_restart(self):
        server = Server()
        self.addCleanup(server.stop)
        server.start()
        with server.client() as http:
            self.assert_status(http.put("Condition/r1", condition("r1", "<p>before</p>")), 201)
            self.assertEqual(match_ids(http.search("Condition", [("_text", "before")]).json), ["Condition/r1"])
            self.assert_status(http.put("Condition/r2", condition("r2", "<p>before too</p>")), 201)
        server.kill()
        server.restart()
        with server.client() as http:
            self.assertEqual(match_ids(http.search("Condition", [("_text", "before")]).json), ["Condition/r1", "Condition/r2"])
