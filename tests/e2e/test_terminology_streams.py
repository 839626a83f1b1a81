"""Large expansions are sent while they are made. https://hl7.org/fhir/R4/valueset-operation-expand.html"""
import gzip
import json
import os
import socket
import threading
import urllib.parse
import xml.etree.ElementTree as ElementTree

from support import Server, run, ServerCase

URL = "http://example.org/many"
CODES = 60_000
XML = "{http://hl7.org/fhir}"


def code(n):
    return f"c{n}"


def parent(n):
    """A tree in which every code comes after the one above it."""
    return "" if n < 5 else code((n - 5) // 7)


class StreamsTest(ServerCase):
    @classmethod
    def setUpClass(cls):
        data = cls.make_data_folder()
        table = os.path.join(cls.folder.name, "many.csv")
        with open(table, "w", encoding="utf-8") as file:
            file.write(f"#url={URL}\n#version=1\n#notice=Of nobody.\ncode,display,parent\n")
            file.writelines(f"{code(n)},Thing <{n}> of many,{parent(n)}\n" for n in range(CODES))
        done = run("terminology", "load", "--data", data, table)
        assert done.returncode == 0, done.stderr
        cls.server = Server(data=data, keep_data=True).start()
        cls.addClassCleanup(cls.server.stop)

    def expand(self, headers=(), **parameters):
        query = urllib.parse.urlencode({"url": URL + "?fhir_vs", **parameters})
        return self.http.request("GET", "ValueSet/$expand?" + query, headers=dict(headers))

    def test_all_codes_come_in_chunks_as_one_resource(self):
        got = self.expand(excludeNested="true")
        self.assert_status(got, 200)
        self.assertEqual(got.headers.get("Transfer-Encoding"), "chunked")
        self.assertIsNone(got.headers.get("Content-Length"))
        expansion = got.json["expansion"]
        self.assertEqual(expansion["total"], CODES)
        self.assertEqual([item["code"] for item in expansion["contains"]], [code(n) for n in range(CODES)])
        self.assertEqual(expansion["contains"][7], {"system": URL, "code": "c7", "display": "Thing <7> of many"})

    def test_a_nested_expansion_has_each_code_below_its_parent(self):
        seen = []

        def walk(items, above):
            for item in items:
                n = int(item["code"][1:])
                self.assertEqual(parent(n), above)
                seen.append(n)
                walk(item.get("contains", []), item["code"])

        walk(self.expand().json["expansion"]["contains"], "")
        self.assertEqual(sorted(seen), list(range(CODES)))

    def test_xml_says_the_same_as_json(self):
        for flat in ("true", "false"):
            as_json = self.expand(excludeNested=flat).json["expansion"]["contains"]
            got = self.expand({"Accept": "application/fhir+xml"}, excludeNested=flat)
            self.assertTrue(got.headers.get("Content-Type").startswith("application/fhir+xml"))
            root = ElementTree.fromstring(got.body)
            self.assertEqual(root.tag, XML + "ValueSet")

            def of_xml(element):
                return [(item.find(XML + "code").get("value"), item.find(XML + "display").get("value"), of_xml(item))
                        for item in element.findall(XML + "contains")]

            def of_json(items):
                return [(item["code"], item["display"], of_json(item.get("contains", []))) for item in items]

            self.assertEqual(of_xml(root.find(XML + "expansion")), of_json(as_json))

    def test_a_large_page_is_a_page(self):
        got = self.expand(offset=100, count=5000).json["expansion"]
        self.assertEqual((got["total"], got["offset"]), (CODES, 100))
        self.assertEqual([item["code"] for item in got["contains"]], [code(n) for n in range(100, 5100)])

    def test_gzip_and_head(self):
        plain = self.expand(excludeNested="true").json["expansion"]["contains"]
        packed = self.expand({"Accept-Encoding": "gzip"}, excludeNested="true")
        self.assertEqual(packed.headers.get("Content-Encoding"), "gzip")
        self.assertEqual(json.loads(gzip.decompress(packed.body))["expansion"]["contains"], plain)
        head = self.http.request("HEAD", "ValueSet/$expand?" + urllib.parse.urlencode({"url": URL + "?fhir_vs"}))
        self.assertEqual((head.status, head.body), (200, b""))
        self.assertEqual(self.http.get("metadata").status, 200)

    def test_in_a_batch_and_indented_it_is_whole(self):
        query = "ValueSet/$expand?" + urllib.parse.urlencode({"url": URL + "?fhir_vs", "count": 2000})
        batch = self.http.post("", {"resourceType": "Bundle", "type": "batch",
                                    "entry": [{"request": {"method": "GET", "url": query}}]})
        self.assertEqual(batch.json["entry"][0]["response"]["status"][:3], "200", batch.body[:600])
        self.assertEqual(len(batch.json["entry"][0]["resource"]["expansion"]["contains"]), 2000)
        pretty = self.http.get(query + "&_pretty=true")
        self.assertEqual(len(pretty.json["expansion"]["contains"]), 2000)
        self.assertIsNotNone(pretty.headers.get("Content-Length"))

    def test_memory_does_not_grow_with_the_answers_of_many_clients(self):
        whole = len(self.expand(excludeNested="true").body)
        before = self.server.memory_bytes("RssAnon")
        peak = [before]
        is_done = threading.Event()

        def watch():
            while not is_done.wait(0.01):
                peak[0] = max(peak[0], self.server.memory_bytes("RssAnon"))

        def ask():
            with self.server.client() as http:
                for _ in range(3):
                    got = http.get("ValueSet/$expand?" + urllib.parse.urlencode({"url": URL + "?fhir_vs", "excludeNested": "true"}))
                    self.assertEqual(len(got.body), whole)

        watcher = threading.Thread(target=watch)
        watcher.start()
        clients = [threading.Thread(target=ask) for _ in range(8)]
        for client in clients:
            client.start()
        for client in clients:
            client.join()
        is_done.set()
        watcher.join()
        self.assertLess(peak[0] - before, 2 * whole, "eight answers at once take less than two of them")

    def test_a_client_that_goes_away_or_does_not_read_holds_up_nobody(self):
        target = "/fhir/ValueSet/$expand?" + urllib.parse.urlencode({"url": URL + "?fhir_vs"})
        request = f"GET {target} HTTP/1.1\r\nHost: a\r\n\r\n".encode()
        idle = []
        for n in range(20):
            connection = socket.create_connection(("127.0.0.1", self.server.port))
            self.addCleanup(connection.close)
            connection.sendall(request)
            self.assertEqual(connection.recv(12), b"HTTP/1.1 200")
            if n % 2:
                connection.close()
            else:
                idle.append(connection)
        self.assertEqual(self.expand(count=5).json["expansion"]["total"], CODES)
        self.assertEqual(len(idle), 10)
