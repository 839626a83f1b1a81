"""Under --auth smart what loaded releases stand for is held to a token's scopes as what is stored.
https://hl7.org/fhir/smart-app-launch/scopes-and-launch-context.html"""
import os

from bulk import Export, kick_off
from smart import App, Bearer, SmartCase
from support import run

URL = "http://example.org/hues"


class HeldSmart(SmartCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        table = os.path.join(cls.server.data, "hues.csv")
        with open(table, "w", encoding="utf-8") as file:
            file.write(f"#url={URL}\n#version=1\n#notice=Of nobody.\ncode,display\nred,Red\n")
        cls.server.terminate()
        done = run("terminology", "load", "--data", cls.server.data, table)
        assert done.returncode == 0, done.stderr
        cls.server.start()
        cls.system.port = cls.server.port
        cls.id = cls.system.search("CodeSystem", {"url": URL}).json["entry"][0]["resource"]["id"]

    def backend_bearer(self, scope):
        answer = App(self.server, "backend", key=self.keys["ES384"]).backend_token(scope)
        self.assert_status(answer, 200)
        return Bearer(self.server, answer.json["access_token"])

    def test_without_a_scope_for_the_type_nothing_is_told(self):
        version = self.system.get(f"CodeSystem/{self.id}").json["meta"]["versionId"]
        one = f"CodeSystem/{self.id}"
        paths = (one, f"{one}/_history", f"{one}/_history/{version}", "CodeSystem/_history", f"CodeSystem?url={URL}",
                 f"ValueSet?url={URL}?fhir_vs", f"?_type=CodeSystem&_id={self.id}")
        for bearer in (self.bearer("launch/patient patient/Observation.rs"), self.backend_bearer("system/Observation.rs")):
            for path in paths:
                self.assert_outcome(bearer.get(path), 403, "forbidden")
            self.assert_outcome(kick_off(bearer, "$export?_type=CodeSystem"), 403)
        for path in paths:
            self.assert_outcome(self.public.get(path), 401)

    def test_a_filter_of_a_scope_is_held_to(self):
        status = self.system.get(f"CodeSystem/{self.id}").json["status"]
        other = "draft" if status != "draft" else "retired"
        sees, blind = (self.backend_bearer(f"system/CodeSystem.rs?status={one}") for one in (status, other))
        self.assert_status(sees.get(f"CodeSystem/{self.id}"), 200)
        self.assert_status(blind.get(f"CodeSystem/{self.id}"), 404)
        self.assertIn("entry", sees.search("CodeSystem", {"url": URL}).json)
        self.assertNotIn("entry", blind.search("CodeSystem", {"url": URL}).json)
        self.assert_status(sees.get(f"CodeSystem/{self.id}/_history"), 200)
        self.assert_outcome(blind.get(f"CodeSystem/{self.id}/_history"), 404, "not-found")

    def test_an_export_gives_them_to_nobody(self):
        held = f"CodeSystem/{self.id}"
        self.assertNotIn(held, Export(self.backend_bearer("system/CodeSystem.rs"), "$export").ids())
