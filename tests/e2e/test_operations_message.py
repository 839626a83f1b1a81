"""$process-message. https://hl7.org/fhir/R4/messageheader-operation-process-message.html
https://hl7.org/fhir/R4/messaging.html"""
import uuid

from support import Parallel, ServerCase, patient

EVENTS = "http://clinic.test/events"
REQUEST = "http://hl7.org/fhir/StructureDefinition/messageheader-response-request"


def message(event, *resources, id=None, system=EVENTS, **members):
    header_url = f"urn:uuid:{uuid.uuid4()}"
    id = id or str(uuid.uuid4())
    header = {"resourceType": "MessageHeader", "id": id, "eventCoding": {"system": system, "code": event},
              "source": {"name": "Sender", "endpoint": "http://sender.test/in"}, **members}
    if resources:
        header["focus"] = [{"reference": url} for url, _ in resources]
    return {"resourceType": "Bundle", "type": "message", "id": str(uuid.uuid4()), "timestamp": "2020-01-01T00:00:00Z",
            "entry": [{"fullUrl": header_url, "resource": header}] +
                     [{"fullUrl": url, "resource": resource} for url, resource in resources]}


def new(resource):
    return f"urn:uuid:{uuid.uuid4()}", resource


class ProcessMessage(ServerCase):
    arguments = ("--message-route", f"{EVENTS}|admit=store", "--message-route", "ping=acknowledge",
                 "--message-route", "purge=refuse")

    def send(self, body, status=200, path="$process-message"):
        got = self.http.post(path, body)
        self.assert_status(got, status)
        return got

    def response(self, body):
        """The header of the answer, and its OperationOutcome."""
        got = self.send(body).json
        # "always Bundle with type 'message' containing a Message Header resource as the first resource"
        self.assertEqual((got["resourceType"], got["type"]), ("Bundle", "message"))
        header = got["entry"][0]["resource"]
        self.assertEqual(header["resourceType"], "MessageHeader")
        sent = body["entry"][0]["resource"]
        self.assertEqual(header["response"]["identifier"], sent["id"])
        self.assertEqual(header.get("eventCoding"), sent.get("eventCoding"))
        self.assertEqual(header["destination"][0]["endpoint"], sent["source"]["endpoint"])
        judged = self.http.post("Bundle/$validate", got)
        self.assertEqual([i for i in judged.json["issue"] if i["severity"] == "error"], [])
        outcome = None
        if "details" in header["response"]:
            self.assertEqual(got["entry"][1]["fullUrl"], header["response"]["details"]["reference"])
            outcome = got["entry"][1]["resource"]
        return header["response"]["code"], outcome

    def test_the_content_is_stored_with_its_links(self):
        who = new(patient("Admitted"))
        visit = new({"resourceType": "Encounter", "status": "arrived", "class": {"code": "IMP"},
                     "subject": {"reference": who[0]}})
        sent = message("admit", visit, who)
        self.assertEqual(self.response(sent), ("ok", None))
        found = self.http.all_ids("Encounter", {"subject.name": "admitted"})
        self.assertEqual(len(found), 1)
        header = self.http.get(f"MessageHeader/{sent['entry'][0]['resource']['id']}")
        self.assertEqual(header.json["focus"][0]["reference"], found[0])

    def test_a_message_that_comes_again_changes_nothing(self):
        # "Doing so SHOULD NOT result in a duplicate message response" nor in a second admission
        sent = message("admit", new(patient("Twicesent")))
        for _ in range(2):
            self.assertEqual(self.response(sent), ("ok", None))
        self.assertEqual(len(self.http.all_ids("Patient", {"name": "twicesent"})), 1)

    def test_a_message_that_comes_several_times_at_once_is_stored_once(self):
        sent = message("admit", new(patient("Atonce")))
        codes = []

        def send(_):
            with self.server.client() as http:
                answer = http.post("$process-message", sent)
                self.assert_status(answer, 200)
                codes.append(answer.json["entry"][0]["resource"]["response"]["code"])

        Parallel(8, send).join()
        self.assertEqual(codes, ["ok"] * 8)
        self.assertEqual(len(self.http.all_ids("Patient", {"name": "atonce"})), 1)

    def test_another_system_with_the_id_of_a_message_does_not_replace_it(self):
        sent = message("admit", new(patient("Firstsent")))
        id = sent["entry"][0]["resource"]["id"]
        self.assertEqual(self.response(sent), ("ok", None))
        other = message("admit", new(patient("Othersent")), id=id, source={"endpoint": "http://other.test/in"})
        self.assertEqual(self.response(other)[0], "fatal-error")
        self.assertEqual(self.http.get(f"MessageHeader/{id}").json["source"]["endpoint"], "http://sender.test/in")
        self.assertEqual(self.http.all_ids("Patient", {"name": "othersent"}), [])

    def test_another_system_updates_nothing_of_ours(self):
        self.http.put("Patient/mine", patient("Mine", id="mine"))
        sent = message("admit", ("http://sender.test/Patient/mine", patient("Theirs", id="mine")))
        self.assertEqual(self.response(sent)[0], "ok")
        self.assertEqual(self.http.get("Patient/mine").json["name"][0]["family"], "Mine")
        ours = message("admit", (f"{self.server.base}/Patient/mine", patient("Renamed", id="mine")))
        self.assertEqual(self.response(ours)[0], "ok")
        self.assertEqual(self.http.get("Patient/mine").json["name"][0]["family"], "Renamed")

    def test_the_table_of_routes(self):
        self.assertEqual(self.response(message("ping")), ("ok", None))
        code, outcome = self.response(message("purge"))
        self.assertEqual((code, outcome["issue"][0]["code"]), ("fatal-error", "business-rule"))
        # "The message was rejected because of a problem with the content."
        code, outcome = self.response(message("unheard-of"))
        self.assertEqual((code, outcome["issue"][0]["code"]), ("fatal-error", "not-supported"))
        code, _ = self.response(message("admit", system="http://elsewhere.test/events"))
        self.assertEqual(code, "fatal-error")

    def test_an_event_that_a_known_code_system_defines(self):
        self.create({"resourceType": "CodeSystem", "url": "http://clinic.test/defined", "status": "active",
                     "content": "complete", "concept": [{"code": "discharge"}]})
        sent = message("discharge", new(patient("Discharged")), system="http://clinic.test/defined")
        self.assertEqual(self.response(sent), ("ok", None))
        # One that the code system does not define is not valid: "300+: … not successfully processed"
        self.assert_outcome(self.send(message("other", system="http://clinic.test/defined"), 422), 422, "code-invalid")

    def test_the_sender_says_whether_it_wants_a_response(self):
        # "204 No Content: … because of instructions from the sender, no response is being provided"
        for wanted, event, status in (("never", "ping", 204), ("on-error", "ping", 204), ("on-error", "purge", 200),
                                      ("always", "ping", 200), ("on-success", "purge", 204)):
            self.send(message(event, extension=[{"url": REQUEST, "valueCode": wanted}]), status)

    def test_what_is_no_message_is_an_error_of_http(self):
        self.assert_outcome(self.send(patient("X"), 400), 400, "invalid")
        self.assert_outcome(self.send({"resourceType": "Bundle", "type": "batch"}, 400), 400, "invalid")
        self.assert_outcome(self.send({"resourceType": "Bundle", "type": "message", "entry": [
            {"fullUrl": "urn:uuid:" + str(uuid.uuid4()), "resource": patient("X")}]}, 400), 400, "required")
        bad = message("admit", new({"resourceType": "Patient", "gender": "unknwon"}))
        self.assertIn(self.http.post("$process-message", bad).status, (400, 422))
        self.assert_outcome(self.send(message("ping"), 400, "$process-message?async=true"), 400, "not-supported")
        # "The operation only accepts POST transactions"
        self.assert_status(self.http.get("$process-message"), 405)

    def test_as_the_parameter_content(self):
        body = {"resourceType": "Parameters", "parameter": [{"name": "content", "resource": message("ping")}]}
        got = self.send(body)
        self.assertEqual(got.json["entry"][0]["resource"]["response"]["code"], "ok")

    def test_xml(self):
        xml = self.http.request("POST", "$convert", message("ping"), {"Accept": "application/fhir+xml"})
        got = self.http.request("POST", "$process-message", xml.body, {
            "Content-Type": "application/fhir+xml", "Accept": "application/fhir+xml"})
        self.assert_status(got, 200)
        self.assertIn(b'<code value="ok"', got.body)
