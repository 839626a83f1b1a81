"""Sentences of https://hl7.org/fhir/R4/search.html about names, values, prefixes and modifiers, each quoted."""
import urllib.parse

from support import SearchCase, match_ids, patient

UCUM = "http://unitsofmeasure.org"


def observation(id, **members):
    return {"resourceType": "Observation", "id": id, "status": "final", "code": {"coding": [{"system": "urn:c", "code": "c"}]}, **members}


def canonical(kind, id, **members):
    return {"resourceType": kind, "id": id, "status": "draft", **members}


class Values(SearchCase):
    def check(self, path, name, table):
        """`table`: value and the ids that it finds."""
        for value, ids in table.items():
            with self.subTest(name=name, value=value):
                self.assertEqual(self.found(path, (name, value)), ids)

    def refused(self, path, *pairs, status=400, code=None, **headers):
        self.assert_outcome(self.http.search(path, pairs, **headers), status, code)


class Dates(Values):
    """https://hl7.org/fhir/R4/search.html#date"""

    resources = [
        observation("day", effectiveDateTime="2013-01-14"),
        observation("at0", effectiveDateTime="2013-01-14T00:00:00Z"),
        observation("at10", effectiveDateTime="2013-01-14T10:00:00Z"),
        observation("next", effectiveDateTime="2013-01-15T00:00:00Z"),
        observation("from21", effectivePeriod={"start": "2013-01-21"}),
        observation("to21", effectivePeriod={"end": "2013-01-21"}),
        observation("from15mar", effectivePeriod={"start": "2013-03-15"}),
        observation("jan", effectivePeriod={"start": "2013-01-01", "end": "2013-01-31"}),
        observation("instant", effectiveInstant="2013-01-14T10:00:00.500Z"),
        observation("timed", effectiveTiming={"event": ["2013-02-01", "2013-02-09"], "repeat": {"frequency": 1, "period": 2, "periodUnit": "d"}}),
        observation("bounded", effectiveTiming={"repeat": {"boundsPeriod": {"start": "2013-01-31", "end": "2013-03-24"}}}),
        observation("none"),
        patient("Year", id="year", birthDate="2000"),
        patient("Month", id="month", birthDate="2000-04"),
        patient("Unsaid", id="unsaid", _birthDate={"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "unknown"}]}),
    ]

    def test_the_table_of_prefixes(self):
        """2013-01-14T00:00 matches (obviously) … that period starts (and ends) before 14-Mar 2013"""
        self.check("Observation", "date", {
            "eq2013-01-14": "at0 at10 day instant",
            "2013-01-14": "at0 at10 day instant",
            "ne2013-01-14": "bounded from15mar from21 jan next timed to21",
            "lt2013-01-14T10:00Z": "at0 day jan to21",
            "gt2013-01-14T10:00Z": "bounded day from15mar from21 jan next timed to21",
            "ge2013-03-14": "bounded from15mar from21",
            "le2013-03-14": "at0 at10 bounded day from21 instant jan next timed to21",
            "sa2013-03-14": "from15mar",
            "eb2013-03-14": "at0 at10 day instant jan next timed to21",
        })

    def test_a_missing_boundary_is_beyond_any_date(self):
        """a missing lower boundary is "less than" any actual date … upper boundary is "greater than\""""
        self.check("Observation", "date", {"lt0001-01-02": "to21", "gt9999-01-01": "from15mar from21",
                                           "sa9999": "", "eb0001": ""})

    def test_approximately_is_ten_percent_of_the_gap_to_now(self):
        """14-Mar 2013 is included - as it exactly matches … 15-Jun 2015 is not included"""
        self.http.put("Observation/ap1", observation("ap1", effectiveDateTime="2013-03-14"))
        self.http.put("Observation/ap2", observation("ap2", effectiveDateTime="2015-06-15"))
        found = self.found("Observation", ("date", "ap2013-03-14"), ("_id", "ap1,ap2"))
        self.http.delete("Observation/ap1"), self.http.delete("Observation/ap2")
        self.assertEqual(found, "ap1")

    def test_only_the_outer_limits_of_a_timing_matter(self):
        """the specified scheduling details are ignored and only the outer limits matter"""
        self.check("Observation", "date", {"sa2013-01-31": "from15mar timed", "ge2013-03-23": "bounded from15mar from21"})
        self.assertEqual(self.found("Observation", ("date", "le2013-02-02"), ("date", "ge2013-02-02"), ("_id", "bounded,timed")), "bounded timed")

    def test_a_year_is_the_interval_of_its_days(self):
        """2000 is equivalent to an interval of [2000-01-01T00:00, 2000-12-31T23:59]"""
        self.check("Patient", "birthdate", {"2000": "month year", "2000-04": "month", "2000-04-01": "", "ge2000-06-01": "year",
                                            "le2000-06-01": "month year", "sa1999": "month year", "eb2001": "month year", "gt2000": ""})

    def test_time_zones_are_corrected_for(self):
        """Where possible, the system should correct for time zones … Dates do not have time zones"""
        self.check("Observation", "date", {"2013-01-14T12:00:00+02:00": "at10 instant",  "eb2013-01-14T12:00:00+02:00": "at0"})
        # "the servers local time zone should be assumed": UTC is the server's.
        self.assertEqual(self.found("Observation", ("date", "2013-01-14T10:00:00.500")), "instant")

    def test_colons_may_be_escaped_and_minutes_are_needed(self):
        """Some user agents may escape the : characters in the URL, and servers SHALL handle this correctly"""
        for written in ("2013-01-14T10%3A00%3A00Z", "2013-01-14T10:00:00Z", "2013-01-14T10%3A00Z"):
            got = self.http.get("Observation?date=" + written)
            self.assertIn("Observation/at10", match_ids(got.json), written)
        for value in ("2013-01-14T10", "-01-14", "2013--14", "13-01-14", "23 May 2009", "2013-1-4", "2013-02-30", "xx2013"):
            self.refused("Observation", ("date", value), code="value")

    def test_missing_takes_an_element_with_extensions_alone_for_omitted(self):
        """:missing=true will match … where the element is present with extensions but no @value is specified"""
        self.check("Patient", "birthdate:missing", {"true": "unsaid", "false": "month year"})
        self.assertEqual(self.found("Observation", ("date:missing", "true")), "none")

    def test_a_range_is_two_of_them(self):
        """Procedure?date=ge2010-01-01&date=le2011-12-31"""
        self.assertEqual(self.found("Observation", ("date", "ge2013-01-15"), ("date", "le2013-02-28"), ("_id", "day,next,timed")), "next timed")


class Numbers(Values):
    """https://hl7.org/fhir/R4/search.html#number https://hl7.org/fhir/R4/search.html#quantity"""

    @staticmethod
    def item(id, factor):
        return {"resourceType": "ChargeItem", "id": id, "status": "billable", "code": {"text": "x"}, "subject": {"reference": "Patient/x"},
                "factorOverride": factor}

    @staticmethod
    def sequence(id, start):
        return {"resourceType": "MolecularSequence", "id": id, "coordinateSystem": 0, "variant": [{"start": start}]}

    @staticmethod
    def quantity(id, value, unit="mg", **members):
        return observation(id, valueQuantity={"value": value, "unit": unit, "system": UCUM, "code": unit, **members})

    @classmethod
    def setUpClass(cls):
        cls.resources = [cls.item(f"r{n}", n / 100) for n in (9400, 9500, 9949, 9950, 9999.5, 10000, 10000.5, 10049, 10050, 10499, 10500)] + [
            cls.sequence("d1", 1), cls.sequence("d2", 2), cls.sequence("d3", 3), cls.sequence("d12", 12),
            cls.quantity("q535", 5.35), cls.quantity("q54", 5.4), cls.quantity("q545", 5.45), cls.quantity("q6", 6),
            cls.quantity("qg", 0.0054, "g"), cls.quantity("qkg", 5.4, "kg"), cls.quantity("qless", 5, comparator="<"),
            observation("qtext", valueQuantity={"value": 5.4, "unit": "mg"}),
            {"resourceType": "Condition", "id": "range", "subject": {"reference": "Patient/x"}, "onsetRange": {
                "low": {"value": 30, "unit": "a", "system": UCUM, "code": "a"}, "high": {"value": 40, "unit": "a", "system": UCUM, "code": "a"}}},
            {"resourceType": "Condition", "id": "above", "subject": {"reference": "Patient/x"}, "onsetRange": {
                "low": {"value": 50, "unit": "a", "system": UCUM, "code": "a"}}},
        ]
        super().setUpClass()

    def test_the_table_of_precisions(self):
        """[99.5 ... 100.5) … [99.995 ... 100.005) … [95 ... 105)"""
        all_of = "r10000 r10000.5 r10049 r10050 r10499 r10500 r9400 r9500 r9949 r9950 r9999.5".split()
        inside = "r10000 r10000.5 r10049 r9950 r9999.5".split()
        self.check("ChargeItem", "factor-override", {
            "100": " ".join(inside), "eq100": " ".join(inside),
            "100.00": "r10000 r9999.5",
            "1e2": "r10000 r10000.5 r10049 r10050 r10499 r9500 r9949 r9950 r9999.5",
            "lt100": "r9400 r9500 r9949 r9950 r9999.5", "le100": "r10000 r9400 r9500 r9949 r9950 r9999.5",
            "gt100": "r10000.5 r10049 r10050 r10499 r10500", "ge100": "r10000 r10000.5 r10049 r10050 r10499 r10500",
            "ne100": " ".join(i for i in all_of if i not in inside),
            "sa100": "r10000.5 r10049 r10050 r10499 r10500", "eb100": "r9400 r9500 r9949 r9950 r9999.5"})

    def test_exponents_count_like_digits(self):
        """100 and 1.00e2 both have the same number of significant digits … (could also be gt8e-1)"""
        self.assertEqual(self.found("ChargeItem", ("factor-override", "gt104e0")), self.found("ChargeItem", ("factor-override", "gt1.04e2")))
        self.assertEqual(self.found("ChargeItem", ("factor-override", "1.04e2")), "")

    def test_approximately_is_ten_percent(self):
        """the recommended value for the approximation is 10% of the stated value"""
        self.check("ChargeItem", "factor-override", {"ap90": "r9400 r9500", "ap85": ""})

    def test_integers_are_matched_exactly(self):
        """the significance issues cancel out and searching is based on exact matches … cannot be any matches"""
        self.check("MolecularSequence", "variant-start", {"2": "d2", "12": "d12", "1.2e1": "d12", "2.0": "d2", "2.4": "", "ne2": "d1 d12 d3", "ge2": "d12 d2 d3"})

    def test_quantities_by_value_system_and_code(self):
        """5.4(+/-0.05) mg where … either the code or the stated human unit are "mg\""""
        self.check("Observation", "value-quantity", {
            f"5.4|{UCUM}|mg": "q535 q54 qg", "5.4||mg": "q535 q54 qtext", "5.4": "q535 q54 qkg qtext",
            f"5.40e-3|{UCUM}|g": "q54 qg", f"le5.4|{UCUM}|mg": "q535 q54 qg qless", f"ap5.4|{UCUM}|mg": "q535 q54 q545 qg qless"})

    def test_a_range_is_explicitly_one(self):
        """If the target value is a Range … then the target is explicitly a range"""
        a = f"|{UCUM}|a"
        for value, ids in (("35", ""), ("gt35", "above range"), ("lt35", "range"), ("gt45", "above"), ("sa45", "above"), ("eb45", "range"),
                           ("ge40", "above range"), ("le30", "range"), ("gt1000", "above"), ("ap38", "range")):
            with self.subTest(value=value):
                self.assertEqual(self.found("Condition", ("onset-age", value + a)), ids)

    def test_what_is_no_number_is_refused(self):
        for value in ("1,", "1e", "a", "1.2.3", "lt", "gtx", "1e2e3", "0x10", "inf", "nan", "1 2"):
            self.refused("RiskAssessment", ("probability", value), code="value")


class Strings(Values):
    """https://hl7.org/fhir/R4/search.html#string"""

    resources = [
        {"resourceType": "Patient", "id": "eve", "name": [{"family": "Carreno Quinones", "given": ["Eve"], "use": "usual"}]},
        {"resourceType": "Patient", "id": "evelyn", "name": [{"family": "O'Brien", "given": ["Evelyn"]}], "address": [{"line": ["12  Main-Street, 4"], "city": "Łódź", "use": "home"}]},
        {"resourceType": "Patient", "id": "severine", "name": [{"family": "Smith-Jones", "given": ["Séverine", "EVE-Marie"]}]},
        {"resourceType": "Patient", "id": "cruz", "name": [{"family": "de la Cruz"}]},
        {"resourceType": "Patient", "id": "dash", "name": [{"family": "-"}]},
    ]

    def test_a_string_equals_or_starts_with_the_value_without_case_and_accents(self):
        """a field matches a string query if the value of the field equals or starts with the supplied parameter value"""
        self.check("Patient", "given", {"eve": "eve evelyn severine", "EVE": "eve evelyn severine", "sévér": "severine", "severine": "severine", "ine": ""})
        self.check("Patient", "given:contains", {"eve": "eve evelyn severine", "VERI": "severine"})
        self.check("Patient", "given:exact", {"Eve": "eve", "eve": "", "EVE": "", "Severine": "", "Séverine": "severine", "Ev": ""})

    def test_punctuation_and_space_are_ignored(self):
        """Punctuation and non-significant whitespace (e.g. repeated space characters, tab vs space) should also be ignored"""
        self.check("Patient", "family", {"obrien": "evelyn", "O'Brien": "evelyn", "o’brien": "evelyn", "O.Brien": "evelyn", "smithjones": "severine",
                                         "carreno \t quin": "eve", "-": "dash"})
        self.check("Patient", "address", {"12 main street": "", "12 mainstreet 4": "evelyn", "12 Main-Street, 4": "evelyn", "ŁÓDŹ": "evelyn"})
        self.check("Patient", "family:exact", {"O'Brien": "evelyn", "OBrien": "", "obrien": ""})
        self.check("Patient", "family:contains", {"o'br": "evelyn", "ithj": "severine"})

    def test_the_parts_of_a_family_name_are_searched_independently(self):
        """servers should search the parts of a family name independently: searching either "Carreno" or "Quinones\""""
        for name in ("family", "name"):
            self.check("Patient", name, {"carreno": "eve", "Quinones": "eve", "carreno quinones": "eve", "quinones carreno": "", "jones": "severine",
                                         "la cruz": "cruz", "cruz": "cruz", "uinones": ""})
        self.check("Patient", "family:exact", {"Quinones": "", "Carreno Quinones": "eve"})
        self.check("Patient", "_filter", {'family eq "quinones"': "", 'family eq "carreno quinones"': "eve", "family sw quin": "", "family ne x and _id eq eve": "eve"})
        order = lambda sort: [i.split("/")[1] for i in match_ids(self.http.search("Patient", {"_sort": sort}).json)]
        self.assertEqual(order("family"), ["dash", "eve", "cruz", "evelyn", "severine"])
        self.assertEqual(order("-family"), ["severine", "evelyn", "cruz", "eve", "dash"])
        self.assertEqual(self.found("Patient", ("family:missing", "false")), "cruz dash eve evelyn severine")

    def test_names_and_addresses_cover_their_strings_alone(self):
        """the search covers the elements of type string, and does not cover elements such as use and period"""
        self.check("Patient", "name", {"usual": "", "eve": "eve evelyn severine"})
        self.check("Patient", "address", {"home": "", "lodz": ""})

    def test_the_text_modifier_of_strings_is_refused(self):
        """https://hl7.org/fhir/R4/search.html#modifiers: Server SHALL reject … a modifier that the server does not support"""
        for name in ("given:text", "given:above", "given:nonsense", "given:", "birthdate:text", "birthdate:contains", "gender:exact", "gender:contains",
                     "gender:Patient", "organization:exact", "organization:Device", "name:identifier", "identifier:of-typ", "gender:Missing"):
            self.refused("Patient", (name, "true"), code=("invalid", "not-supported"))
            self.refused("Patient", (name, "true"), code=("invalid", "not-supported"), Prefer="handling=lenient")


class Tokens(Values):
    """https://hl7.org/fhir/R4/search.html#token"""

    SNOMED = "http://snomed.info/sct"
    resources = [
        patient("T", id="t1", gender="male", active=True, identifier=[{"system": "urn:a", "value": "2345"}, {"value": "77"}],
                telecom=[{"system": "phone", "value": "555-1234"}], communication=[
                    {"language": {"coding": [{"system": "urn:ietf:bcp:47", "code": code}]}} for code in ("fr", "en")]),
        patient("T", id="t2", gender="female", active=False, identifier=[{"system": "urn:b", "value": "2345"}, {"system": "urn:only"}],
                communication=[{"language": {"coding": [{"system": "urn:ietf:bcp:47", "code": "nl"}]}}]),
        patient("T", id="t3"),
        {"resourceType": "Composition", "id": "both", "status": "final", "type": {"text": "x"}, "date": "2020-01-01", "title": "x",
         "author": [{"reference": "Practitioner/x"}], "section": [{"code": {"coding": [{"system": "http://loinc.org", "code": code}]}, "text": {
             "status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml">x</div>'}} for code in ("48765-2", "10160-0")]},
        {"resourceType": "DocumentReference", "id": "plain", "status": "current", "content": [{"attachment": {"contentType": "text/xml"}}]},
        {"resourceType": "DocumentReference", "id": "charset", "status": "current", "content": [{"attachment": {"contentType": "text/xml; charset=UTF-8"}}]},
        {"resourceType": "DocumentReference", "id": "html", "status": "current", "content": [{"attachment": {"contentType": "text/html"}}]},
        canonical("ValueSet", "vs", url="http://example.org/vs", version="1.0"),
    ]

    def test_the_four_forms(self):
        """the value of [code] matches … irrespective of the value of the system property … has no system property"""
        self.check("Patient", "identifier", {"2345": "t1 t2", "urn:a|2345": "t1", "|2345": "", "|77": "t1", "urn:b|": "t2", "urn:only|": "t2", "urn:c|": "",
                                             "urn:a|77": ""})
        self.check("Patient", "gender", {"male": "t1", "http://hl7.org/fhir/administrative-gender|male": "t1", "urn:x|male": ""})
        for value in ("|", "a|b|c"):
            self.refused("Patient", ("identifier", value), code="value")

    def test_booleans_and_contact_points_take_the_code_alone(self):
        """only the [parameter]=[code] form is allowed"""
        self.check("Patient", "active", {"true": "t1", "false": "t2"})
        self.check("Patient", "phone", {"555-1234": "t1", "phone|555-1234": ""})

    def test_not_is_of_the_set_and_takes_those_without_a_value(self):
        """this includes resources that have no value for the parameter … the negation applies to the set"""
        self.check("Patient", "gender:not", {"male": "t2 t3", "male,female": "t3"})
        self.check("Composition", "section:not", {"48765-2": "", "urn:x|48765-2": "both"})
        self.check("Composition", "section", {"48765-2": "both", "http://loinc.org|10160-0": "both"})

    def test_repeated_is_and_with_commas_is_or(self):
        """matches a patient who speaks both languages … any patient who speaks English, as well as either French or Dutch"""
        self.assertEqual(self.found("Patient", ("language", "fr"), ("language", "nl")), "")
        self.assertEqual(self.found("Patient", ("language", "fr"), ("language", "en")), "t1")
        self.check("Patient", "language", {"fr,nl": "t1 t2"})
        self.assertEqual(self.found("Patient", ("language", "fr,nl"), ("language", "en")), "t1")

    def test_the_id_is_matched_exactly(self):
        """matches on _id are always case sensitive … servers SHALL use exact match with it"""
        self.check("Patient", "_id", {"t1": "t1", "T1": "", "t": "", "t1,t2": "t1 t2"})

    def test_mime_types_below(self):
        """This search will find all text/xml documents"""
        self.check("DocumentReference", "contenttype", {"text/xml": "plain"})
        self.check("DocumentReference", "contenttype:below", {"text/xml": "charset plain", "text": "charset html plain", "application": ""})

    def test_all_parts_of_of_type_are_needed(self):
        """All 3 parts must be present"""
        for value in ("MR|446053", "446053", "urn:x|MR|", "urn:x||1"):
            self.refused("Patient", ("identifier:of-type", value), code="value")

    def test_a_code_without_its_system_has_nothing_below(self):
        self.refused("Patient", ("gender:below", "male"), code="value")


class Uris(Values):
    """https://hl7.org/fhir/R4/search.html#uri"""

    resources = [
        canonical("ValueSet", "v3", url="http://acme.org/fhir/ValueSet/123", version="3.0"),
        canonical("ValueSet", "v4", url="http://acme.org/fhir/ValueSet/123", version="4.0"),
        canonical("ValueSet", "other", url="http://acme.org/fhir/ValueSet/1234"),
        canonical("ValueSet", "oid", url="urn:oid:1.2.3.4.5"),
        canonical("ValueSet", "longer", url="urn:oid:1.2.3.4.5.6"),
        canonical("Questionnaire", "q", url="http://acme.org/q", version="1"),
        patient("P", id="tagged", meta={"profile": ["http://example.org/lipid|1.0"], "source": "urn:src#1", "tag": [{"system": "urn:t", "code": "needs-review"}],
                                        "security": [{"system": "urn:s", "code": "R"}]}),
    ]

    def test_a_uri_is_matched_whole(self):
        """matches are precise (e.g. case, accent, and escape) sensitive, and the entire URI must match"""
        self.check("ValueSet", "url", {"http://acme.org/fhir/ValueSet/123": "v3 v4", "http://acme.org/fhir/ValueSet/12": "", "urn:oid:1.2.3.4.5": "oid",
                                       "http://acme.org/fhir/valueset/123": "", "HTTP://acme.org/fhir/ValueSet/123": ""})

    def test_below_and_above(self):
        """return any value sets that have a URL that starts with … only apply to URLs, and not URNS such as OIDs"""
        self.check("ValueSet", "url:below", {"http://acme.org/fhir/": "other v3 v4", "http://acme.org/fhir/ValueSet/123": "v3 v4", "urn:oid:1.2.3.4.5": "oid"})
        self.check("ValueSet", "url:above", {"http://acme.org/fhir/ValueSet/123/_history/5": "v3 v4", "urn:oid:1.2.3.4.5.6.7": ""})

    def test_a_version_behind_the_url_is_detected(self):
        """servers SHOULD support searching by canonical references, and SHOULD support automatically detecting a |[version] portion"""
        url = "http://acme.org/fhir/ValueSet/123"
        self.check("ValueSet", "url", {url + "|3.0": "v3", url + "|4.0": "v4", url + "|5.0": "", f"{url}|3.0,urn:oid:1.2.3.4.5": "oid v3",
                                       f"{url}|3.0,{url}|4.0": "v3 v4"})
        self.check("Questionnaire", "url", {"http://acme.org/q|1": "q"})
        got = self.http.search("ValueSet", [("url", url + "|3.0")]).json
        self.assertIn("url=" + urllib.parse.quote(url, safe=":/") + "%7C3.0", got["link"][0]["url"])
        self.refused("ValueSet", ("url", "|3.0"), code="value")

    def test_parameters_of_all_resources(self):
        """https://hl7.org/fhir/R4/search.html#all: _tag, _profile and _security … search on the equivalent elements in the meta element"""
        self.check("Patient", "_tag", {"urn:t|needs-review": "tagged", "needs-review": "tagged", "urn:x|needs-review": ""})
        self.check("Patient", "_security", {"urn:s|R": "tagged", "urn:s|": "tagged", "N": ""})
        self.check("Patient", "_profile:below", {"http://example.org/lipid|1": "tagged", "http://example.org/lipid|10": "", "http://example.org": "tagged"})
        self.check("Patient", "_profile", {"http://example.org/lipid": "tagged", "http://example.org/lipid|1.0": "tagged", "http://example.org/lipid|2.0": "",
                                           "http://example.org": ""})
        self.check("Patient", "_source", {"urn:src#1": "tagged", "urn:src": ""})

    def test_a_relative_profile_is_one_of_this_server(self):
        """The second reference is relative and refers a local profile on the same server"""
        self.assert_status(self.http.put("Patient/relative", patient("P", id="relative", meta={
            "profile": [self.server.base + "/StructureDefinition/lipid"]}), Prefer="handling=lenient"), 201)
        self.assertEqual(self.found("Patient", ("_profile", "StructureDefinition/lipid")), "relative")
        self.assert_status(self.http.delete("Patient/relative"), 204)


class Escapes(Values):
    """https://hl7.org/fhir/R4/search.html#escaping"""

    resources = [
        patient("E", id="comma", identifier=[{"system": "urn:i", "value": "a,b"}]),
        patient("E", id="a", identifier=[{"system": "urn:i", "value": "a"}]),
        patient("E", id="b", identifier=[{"system": "urn:i", "value": "b"}]),
        patient("E", id="bar", identifier=[{"system": "urn:i", "value": "a|b"}]),
        patient("E", id="dollar", identifier=[{"system": "urn:i", "value": "a$b"}]),
        patient("E", id="slash", identifier=[{"system": "urn:i", "value": "a\\b"}]),
    ]

    def test_separators_and_the_backslash_are_escaped(self):
        """code=a,b is a request for … either a or b, whereas code=a\\,b is a request for … a code of a,b"""
        self.check("Patient", "identifier", {"a,b": "a b", "a\\,b": "comma", "a\\|b": "bar", "a\\$b": "dollar", "a$b": "dollar", "a\\\\b": "slash",
                                             "urn:i|a\\,b,urn:i|a\\\\b": "comma slash", "a|b": ""})

    def test_a_lone_backslash_is_illegal(self):
        """The parameter value xx\\xx is illegal"""
        for value in ("xx\\xx", "xx\\", "\\a"):
            self.refused("Patient", ("identifier", value), code="value")
            self.refused("Patient", ("name", value), code="value")

    def test_percent_encoding_is_at_another_level(self):
        """Standard % escaping still applies, such that these URLs have the same meaning"""
        for written in ("a%2Cb", "a,b"):
            self.assertEqual(sorted(match_ids(self.http.get("Patient?identifier=" + written).json)), ["Patient/a", "Patient/b"])
        for written in ("a%5C%2Cb", "a%5C,b"):
            self.assertEqual(match_ids(self.http.get("Patient?identifier=" + written).json), ["Patient/comma"])


class Empty(Values):
    """https://hl7.org/fhir/R4/search.html#errors"""

    resources = [patient("N", id="n1", gender="male"), patient("M", id="n2")]

    def test_empty_parameters_are_ignored(self):
        """Empty parameters are not an error - they are just ignored by the server"""
        for name in ("gender", "name:exact", "_id", "_text", "_filter", "_sort", "_count", "_include", "_lastUpdated", "organization.name", "birthdate"):
            got = self.http.search("Patient", [(name, "")])
            self.assert_status(got, 200)
            self.assertEqual(sorted(match_ids(got.json)), ["Patient/n1", "Patient/n2"], name)
            self.assertNotIn(name, got.json["link"][0]["url"])
        self.assertEqual(self.found("Patient", ("gender", ""), ("name", "m")), "n2")
        self.assert_status(self.http.get("?_type=&_id=n1"), 200)

    def test_a_condition_with_an_empty_value_is_refused(self):
        """What a search ignores would make a conditional interaction reach further than was meant."""
        for method, path, body in (("DELETE", "Patient?gender=", None), ("PUT", "Patient?identifier=&gender=male", patient()),
                                   ("DELETE", "Patient?gender=male&identifier=", None)):
            self.assert_outcome(self.http.request(method, path, body), 400, "value")
        self.assert_outcome(self.http.post("Patient", patient(), If_None_Exist="identifier="), 400, "value")
        for path in ("Patient?_count=5", "Patient?_sort=name", "Patient?_summary=true"):
            self.assert_outcome(self.http.delete(path), 412, "required")
        self.assertEqual(self.found("Patient"), "n1 n2")

    def test_a_logical_mismatch_is_an_empty_answer_and_a_malformed_value_an_error(self):
        """where the issue is a logical condition (e.g. unknown subject or code), the server SHOULD process the search"""
        for path, name, value in (("Observation", "subject", "101"), ("Observation", "patient.identifier", "http://example.com/fhir/identifier/mrn|123456"),
                                  ("Observation", "code", "loinc|1234-1"), ("Condition", "onset-date", "le1995")):
            self.assertEqual(self.found(path, (name, value)), "", name)
        self.refused("Condition", ("onset-date:text", "1995"), code="invalid")
        self.refused("Condition", ("onset-date", "23 May 2009"), code="value")

    def test_a_named_query_that_is_unknown_is_refused_in_any_case(self):
        """https://hl7.org/fhir/R4/search.html#query: SHALL refuse to process a search request if they do not recognize the _query"""
        self.refused("Patient", ("_query", "x"), code="not-supported")
        self.refused("Patient", ("_query", "x"), code="not-supported", Prefer="handling=lenient")
        self.refused("Patient", ("_query", "x"), ("_query", "y"), code="not-supported")

    def test_parameters_are_named_with_their_case(self):
        """https://hl7.org/fhir/R4/search.html#Summary: search parameter names are case sensitive"""
        self.refused("Patient", ("Gender", "male"), code="not-supported")
        self.refused("Patient", ("_ID", "n1"), code="not-supported")
