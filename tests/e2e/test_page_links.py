"""https://hl7.org/fhir/R4/http.html#paging — "the server SHOULD … links are opaque to the client": what
they carry is sealed, bound to what was asked, and opens nothing to whoever it was not given to."""
import base64
import unittest
import urllib.parse

from smart import SmartCase, observation
from support import Case, SearchCase, Server, link, match_ids, patient

SECRETS = ("Featherstonehaugh", "featherstonehaugh", "1911-03-07", "hidden-identity")
CHARACTERS_MAX = 120  # of a cursor; a link has room for more


def cursor_of(url):
    return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query))["_cursor"]


def bytes_of(cursor):
    return base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))


class Links(SearchCase):
    resources = [patient("Featherstonehaugh", id=f"hidden-identity-{at}", birthDate="1911-03-07") for at in range(3)]

    def assert_opaque(self, cursor):
        for text in (cursor.encode(), bytes_of(cursor)):
            for secret in SECRETS + ("Patient", "family"):
                self.assertNotIn(secret.encode(), text)

    def next_of(self, path):
        answer = self.http.get(path)
        self.assert_status(answer, 200)
        url = link(answer.json, "next")
        self.assertIsNotNone(url, path)
        return url

    def test_a_link_shows_nothing_of_what_it_sorts_by(self):
        for path in ("Patient?_sort=family&_count=1", "Patient?_sort=-family,birthdate,_id&_count=1",
                     "Patient?family=feather&_count=1", "?_type=Patient,Group&_sort=_id&_count=1",
                     "Patient?_contained=both&_sort=family&_count=1", "_history?_count=1",
                     "Patient/_history?_count=1", "Patient/$everything?_count=1"):
            with self.subTest(path=path):
                cursor = cursor_of(self.next_of(path))
                self.assert_opaque(cursor)
                self.assertLess(len(cursor), CHARACTERS_MAX)

    def test_a_connection_of_graphql_shows_nothing_either(self):
        query = '{ PatientConnection(family: "feather", _sort: "family", _count: 1) { first next edges { resource { id } } } }'
        page = self.http.search("$graphql", {"query": query}).json["data"]["PatientConnection"]
        for name in ("first", "next"):
            self.assert_opaque(page[name])

    def test_equal_pages_have_equal_links(self):
        # Nothing is kept and nothing is random: a cache between may know a page again.
        one, other = (self.next_of("Patient?_sort=family&_count=1") for _ in range(2))
        self.assertEqual(one, other)

    def test_what_was_changed_cut_or_made_elsewhere_is_refused(self):
        other = Server()
        self.addCleanup(other.stop)
        other.start()
        with other.client() as http:
            for at in range(2):
                self.assert_status(http.put(f"Patient/p{at}", patient("Foreign", id=f"p{at}")), 201)
            foreign = cursor_of(link(http.get("Patient?_sort=family&_count=1").json, "next"))
        url = self.next_of("Patient?_sort=family&_count=1")
        own = cursor_of(url)
        self.assert_status(self.http.get(url), 200)
        shorter = own[:-4]
        for wrong in (foreign, shorter, own + "AAAA", own[:10] + ("A" if own[10] != "A" else "B") + own[11:], "AQ",
                      base64.urlsafe_b64encode(b"\x01" + bytes(40)).decode().rstrip("="), "a" * 5_000):
            answer = self.http.get("Patient?_sort=family&_count=1&_cursor=" + wrong)
            self.assert_outcome(answer, 400, "invalid")
        # "of this search": a place in the order of another one means nothing here.
        for path in ("Patient?_sort=birthdate", "Practitioner?_sort=family", "Patient/_history?_count=1", "Patient?_count=1"):
            self.assert_outcome(self.http.get(f"{path}&_cursor={own}"), 400, "invalid")


class AfterARestart(Case):
    def test_a_link_is_good_for_as_long_as_the_data(self):
        server = self.server = Server(keep_data=True)
        self.addCleanup(server.stop)
        server.start()
        with server.client() as http:
            for at in range(3):
                self.assert_status(http.put(f"Patient/p{at}", patient(f"Lasting{at}", id=f"p{at}")), 201)
            first = http.get("Patient?_sort=family&_count=1")
        server.terminate()
        server.start()
        with server.client() as http:
            second = http.get(link(first.json, "next").replace(f":{first_port(first)}/", f":{server.port}/"))
            self.assert_status(second, 200)
            self.assertEqual(match_ids(second.json), ["Patient/p1"])


def first_port(answer):
    return urllib.parse.urlsplit(link(answer.json, "self")).port


class OfTokens(SmartCase):
    """A link carries no right: what a page holds is decided by the token that asks for it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for at in range(4):
            for owner in ("p1", "p2"):
                cls.system.put(f"Observation/{owner}-more{at}", observation(f"{owner}-more{at}", owner, "laboratory"))

    def all_from(self, client, url):
        found = []
        while url:
            page = client.get(url)
            self.assert_status(page, 200)
            found += match_ids(page.json)
            url = link(page.json, "next")
        return found

    def test_a_link_of_anothers_token_shows_what_the_own_token_allows(self):
        one = self.bearer("launch/patient patient/*.rs")
        other = self.bearer("launch/patient patient/*.rs", patient="p2")
        for path in ("Observation?_count=1", "Observation?_count=1&_sort=-_lastUpdated", "?_type=Observation,Condition&_count=1",
                     "Observation?_count=1&_sort=code"):
            with self.subTest(path=path):
                for giver, bearer, own in ((self.system, one, "p1"), (other, one, "p1"), (one, other, "p2")):
                    url = link(giver.get(path).json, "next")
                    found = self.all_from(bearer, url)
                    self.assertTrue(found, path)
                    self.assertEqual([f for f in found if not f.partition("/")[2].startswith(own)], [], path)

    def test_a_link_without_a_token_or_with_too_narrow_a_one_opens_nothing(self):
        url = link(self.system.get("Observation?_count=1").json, "next")
        with self.server.client() as nobody:
            self.assert_status(nobody.get(url), 401)
        narrow = self.bearer("launch/patient patient/Condition.rs")
        self.assert_outcome(narrow.get(url), 403, "forbidden")
        history = link(self.system.get("Observation/_history?_count=1").json, "next")
        self.assert_outcome(narrow.get(history), 403, "forbidden")


if __name__ == "__main__":
    unittest.main()
