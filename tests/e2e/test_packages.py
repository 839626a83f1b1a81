"""medisync package: from files and from a registry on this machine, and what must be refused.
https://hl7.org/fhir/packages.html"""
import base64
import hashlib
import http.server
import io
import json
import os
import tarfile
import tempfile
import threading

from support import ROOT, Case, Parallel, Server, binary, run  # noqa: F401

VALUES = "http://example.org/packages/values"


def value_set(name):
    return {"resourceType": "ValueSet", "id": name, "url": f"{VALUES}/{name}", "status": "active",
            "compose": {"include": [{"system": "http://hl7.org/fhir/administrative-gender"}]}}


def extension(url, kind="integer"):
    """The definition of an extension whose value is of one type."""
    def element(path, low, high, **more):
        return {"id": path, "path": path, "min": low, "max": high, "base": {"path": path, "min": 0, "max": "*"},
                **more}
    elements = [element("Extension", 0, "*"), element("Extension.extension", 0, "0", type=[{"code": "Extension"}]),
                element("Extension.url", 1, "1", fixedUri=url, type=[{"code": "uri"}]),
                element("Extension.value[x]", 1, "1", type=[{"code": kind}])]
    return {"resourceType": "StructureDefinition", "id": "e", "url": url, "name": "E", "status": "active",
            "fhirVersion": "4.0.1", "kind": "complex-type", "abstract": False, "type": "Extension",
            "context": [{"type": "element", "expression": "Patient"}], "derivation": "constraint",
            "baseDefinition": "http://hl7.org/fhir/StructureDefinition/Extension",
            "snapshot": {"element": elements}}


def tar_of(entries):
    """A .tgz of (TarInfo or name, bytes) pairs."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        for info, content in entries:
            if isinstance(info, str):
                info = tarfile.TarInfo(info)
            if info.isreg():
                info.size = len(content)
            tar.addfile(info, io.BytesIO(content) if info.isreg() else None)
    return out.getvalue()


def manifest(name, version, dependencies=None, fhir="4.0.1"):
    return json.dumps({"name": name, "version": version, "fhirVersions": [fhir],
                       "dependencies": {"hl7.fhir.r4.core": "4.0.1", **(dependencies or {})}}).encode()


def package(name, version, *resources, dependencies=None, fhir="4.0.1", more=()):
    entries = [("package/package.json", manifest(name, version, dependencies, fhir))]
    for resource in resources:
        entries.append((f"package/{resource['resourceType']}-{resource['id']}.json", json.dumps(resource).encode()))
    return tar_of([*entries, *more])


class Registry:
    """A package registry: documents of versions, and the packages themselves."""

    def __init__(self, *packages, lie=None, tarballs=None):
        """packages: (name, version, bytes); lie: name → bytes given instead; tarballs: name → URL told"""
        self.asked = []
        registry = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                registry.asked.append(self.path)
                parts = self.path.strip("/").split("/")
                found = [p for p in packages if p[0] == parts[0]]
                if parts[0] == "redirect":
                    self.send_response(302)
                    self.send_header("Location", registry.redirect)
                    self.end_headers()
                elif not found or parts[0] == "broken":
                    self.send_error(404 if not found else 500)
                elif len(parts) == 1:
                    self.answer(json.dumps(registry.listing(found, tarballs or {})).encode())
                else:
                    self.answer((lie or {}).get(parts[0]) or next(p[2] for p in found if p[1] == parts[1]))

            def answer(self, body):
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *unused):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.redirect = self.url + "/redirect"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def listing(self, found, tarballs):
        versions = {}
        for name, version, content in found:
            sha512 = base64.b64encode(hashlib.sha512(content).digest()).decode()
            versions[version] = {"name": name, "version": version, "fhirVersion": "R4", "dist": {
                "integrity": "sha512-" + sha512, "shasum": hashlib.sha1(content).hexdigest(),
                "tarball": tarballs.get(name, f"{self.url}/{name}/{version}")}}
        return {"name": found[0][0], "dist-tags": {"latest": found[-1][1]}, "versions": versions}

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.server.shutdown()
        self.server.server_close()


class Packages(Case):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.home = temporary.name
        self.folder = os.path.join(self.home, "packages")

    def write(self, name, content):
        path = os.path.join(self.home, name)
        with open(path, "wb") as out:
            out.write(content if isinstance(content, bytes) else json.dumps(content).encode())
        return path

    def command(self, *arguments, registry=None, **options):
        more = ["--registry", registry] if registry else []
        environment = {k: v for k, v in os.environ.items() if k != "MEDISYNC_REGISTRY"}
        return run("package", arguments[0], "--package-folder", self.folder, *more, *arguments[1:],
                   env=environment, **options)

    def install(self, *arguments, **options):
        done = self.command("install", *arguments, **options)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.decode()

    def refuse(self, *arguments, saying="", **options):
        """The installation fails, says why, and leaves everything as it was."""
        before = self.installed()
        done = self.command("install", *arguments, **options)
        self.assertEqual(done.returncode, 1, (done.stdout, done.stderr))
        self.assertIn(saying, done.stderr.decode())
        self.assertEqual(self.installed(), before)
        left = os.path.join(self.folder, "installed")
        names = os.listdir(left) if os.path.isdir(left) else []
        self.assertEqual([n for n in names if n.startswith(".incoming")], [])
        self.assertEqual(len([n for n in names if n.endswith(".tgz")]), len(before))
        return done.stderr.decode()

    def installed(self):
        done = self.command("list", "--output", "ndjson")
        self.assertEqual(done.returncode, 0, done.stderr)
        return [f"{p['name']}@{p['version']}" for p in map(json.loads, done.stdout.splitlines())]


class FromFiles(Packages):
    def test_install_list_use_and_remove(self):
        url = "http://elsewhere.test/extension"
        self.install(self.write("any.tgz", package("example.one", "1.2.0", extension(url))))
        self.assertEqual(self.installed(), ["example.one@1.2.0"])
        patient = self.write("patient.json", {"resourceType": "Patient", "text": {
            "status": "generated", "div": "<div xmlns=\"http://www.w3.org/1999/xhtml\">x</div>"},
            "extension": [{"url": url, "valueInteger": 1}]})
        for name in ("example.one@1.2.0", "example.one@1.2.x", "example.one", "example.one#1.2.0"):
            done = run("validate", "--package-folder", self.folder, "--package", name, patient)
            self.assertEqual(done.returncode, 0, (name, done.stdout, done.stderr))
        without = run("validate", "--package-folder", self.folder, patient)
        self.assertEqual(without.returncode, 1, without.stdout)
        for name in ("example.one@2.0.0", "example.two", "example.one@1.3.x"):
            done = run("validate", "--package-folder", self.folder, "--package", name, patient)
            self.assertEqual(done.returncode, 2)
            self.assertIn("is not installed", done.stderr.decode())
        removed = self.command("remove", "example.one")
        self.assertEqual(removed.returncode, 0, removed.stderr)
        self.assertEqual(self.installed(), [])
        self.assertEqual(self.command("remove", "example.one").returncode, 1)

    def test_files_given_together_are_each_others_dependencies(self):
        first = self.write("a.tgz", package("example.a", "1.0.0", dependencies={"example.b": "2.1.x"}))
        second = self.write("b.tgz", package("example.b", "2.1.7"))
        told = self.refuse(first, saying="example.b@2.1.x, which example.a@1.0.0 depends on")
        self.assertIn("--registry", told)
        self.install(first, second)
        self.assertEqual(self.installed(), ["example.a@1.0.0", "example.b@2.1.7"])
        blocked = self.command("remove", "example.b")
        self.assertEqual(blocked.returncode, 1)
        self.assertIn("example.a@1.0.0 depends on", blocked.stderr.decode())
        self.assertEqual(self.command("remove", "--force", "example.b").returncode, 0)
        self.install("--no-dependencies", self.write("c.tgz", package("example.c", "1.0.0",
                                                                      dependencies={"example.z": "1.0.0"})))

    def test_versions_stand_beside_each_other(self):
        self.install(self.write("1.tgz", package("example.v", "9.0.0", value_set("nine"))))
        self.install(self.write("2.tgz", package("example.v", "10.0.0", value_set("ten"))))
        self.assertEqual(self.installed(), ["example.v@9.0.0", "example.v@10.0.0"])
        unclear = self.command("remove", "example.v")
        self.assertIn("say which", unclear.stderr.decode())
        self.assertEqual(self.command("remove", "example.v@9.0.0").returncode, 0)
        self.assertEqual(self.installed(), ["example.v@10.0.0"])

    def test_a_file_that_changed_since_is_told_and_not_used(self):
        self.install(self.write("1.tgz", package("example.one", "1.0.0", value_set("x"))))
        path = os.path.join(self.folder, "installed", "example.one@1.0.0.tgz")
        with open(path, "ab") as out:
            out.write(b"more")
        listed = self.command("list")
        self.assertEqual(listed.returncode, 1)
        self.assertIn(b"damaged", listed.stdout)
        patient = self.write("p.json", {"resourceType": "Patient"})
        used = run("validate", "--package-folder", self.folder, "--package", "example.one", patient)
        self.assertEqual(used.returncode, 2)
        self.assertIn("install it again", used.stderr.decode())
        self.install(os.path.join(self.home, "1.tgz"))
        self.assertEqual(self.installed(), ["example.one@1.0.0"])

    def test_processes_that_install_at_once_do_not_lose_each_other(self):
        files = [self.write(f"{i}.tgz", package(f"example.p{i}", "1.0.0", value_set(f"p{i}"))) for i in range(8)]
        Parallel(8, lambda i: self.install(files[i])).join()
        self.assertEqual(self.installed(), [f"example.p{i}@1.0.0" for i in range(8)])

    def test_another_version_of_fhir_is_refused(self):
        self.refuse(self.write("5.tgz", package("example.five", "1.0.0", fhir="5.0.0")), saying="FHIR 5.0.0")


class Hostile(Packages):
    def test_a_tar_that_escapes_its_folder_is_refused(self):
        def special(name, kind, target=""):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, target
            return info, b""
        evil = {
            "dotdot": ("../evil.json", b"{}"), "inner dotdot": ("package/../../evil.json", b"{}"),
            "absolute": ("/tmp-evil.json", b"{}"), "backslash": ("package\\..\\evil.json", b"{}"),
            "symlink": special("package/link.json", tarfile.SYMTYPE, "/etc/passwd"),
            "hard link": special("package/hard.json", tarfile.LNKTYPE, "package/package.json"),
            "device": special("package/null", tarfile.CHRTYPE), "pipe": special("package/pipe", tarfile.FIFOTYPE),
        }
        for name, entry in evil.items():
            with self.subTest(name):
                content = package("example.evil", "1.0.0", more=[entry])
                self.refuse(self.write("evil.tgz", content), saying="package")

    def test_what_is_no_package_is_refused(self):
        good = package("example.one", "1.0.0", value_set("x"))
        bad = {
            "empty": b"", "text": b"not a tar", "zeros": b"\0" * 5000, "cut": good[:len(good) // 2],
            "no manifest": tar_of([("package/a.json", b"{}")]),
            "manifest elsewhere": tar_of([("other/package.json", manifest("example.one", "1.0.0"))]),
            "manifest no json": tar_of([("package/package.json", b"{")]),
            "name leads out": tar_of([("package/package.json", manifest("../../evil", "1.0.0"))]),
            "version leads out": tar_of([("package/package.json", manifest("example.one", "../1"))]),
            "no version": tar_of([("package/package.json", b'{"name":"example.one"}')]),
        }
        for name, content in bad.items():
            with self.subTest(name):
                self.refuse(self.write("bad.tgz", content))
        self.refuse(os.path.join(self.home, "missing.tgz"), saying="Cannot read")
        self.refuse("no such/../name", saying="Cannot read")
        self.refuse("bad name@1", saying="is no package")

    def test_too_many_and_too_large_files_are_refused(self):
        many = tar_of([("package/package.json", manifest("example.many", "1.0.0")),
                       *((f"package/other/{i}", b"") for i in range(100_001))])
        self.refuse(self.write("many.tgz", many), saying="too many files")
        zeros = b"\0" * ((128 << 20) + 1)
        large = tar_of([("package/package.json", manifest("example.large", "1.0.0")), ("package/a.json", zeros)])
        self.assertLess(len(large), 1 << 20)
        self.refuse(self.write("large.tgz", large), saying="too large")


class FromRegistry(Packages):
    def test_dependencies_are_followed_and_wildcards_resolved(self):
        with Registry(
                ("example.top", "1.0.0", package("example.top", "1.0.0", value_set("top"),
                                                 dependencies={"example.mid": "1.2.x"})),
                ("example.mid", "1.2.3", package("example.mid", "1.2.3", dependencies={"example.low": "3.0.0"})),
                ("example.mid", "1.2.10", package("example.mid", "1.2.10", dependencies={"example.low": "3.0.0"})),
                ("example.mid", "1.3.0", package("example.mid", "1.3.0")),
                ("example.mid", "1.2.11-draft", package("example.mid", "1.2.11-draft")),
                # A circle ends.
                ("example.low", "3.0.0", package("example.low", "3.0.0", dependencies={"example.top": "1.0.0"})),
        ) as registry:
            self.install("example.top@1.0.0", registry=registry.url + "/")
            self.assertEqual(self.installed(), ["example.low@3.0.0", "example.mid@1.2.10", "example.top@1.0.0"])
            self.assertFalse([p for p in registry.asked if "core" in p], "the core is here already")
            asked = len(registry.asked)
            self.assertIn("installed already", self.install("example.top@1.0.0", registry=registry.url))
            self.assertEqual(len(registry.asked), asked)
            self.install("example.mid", registry=registry.url)
            self.assertIn("example.mid@1.2.10", self.installed())

    def test_latest_is_what_the_registry_says_it_is(self):
        with Registry(("example.one", "2.0.0", package("example.one", "2.0.0")),
                      ("example.one", "1.9.0", package("example.one", "1.9.0"))) as registry:
            self.install("example.one", registry=registry.url)
            self.assertEqual(self.installed(), ["example.one@1.9.0"])
            self.refuse("example.one@3.x", saying="no version 3.x", registry=registry.url)

    def test_a_file_other_than_the_published_one_is_refused(self):
        good = package("example.one", "1.0.0", value_set("good"))
        evil = package("example.one", "1.0.0", value_set("evil"))
        with Registry(("example.one", "1.0.0", good), lie={"example.one": evil}) as registry:
            self.refuse("example.one@1.0.0", saying="not the one that the registry published", registry=registry.url)

    def test_a_registry_that_gives_another_package_is_refused(self):
        other = package("example.other", "1.0.0")
        with Registry(("example.one", "1.0.0", other)) as registry:
            self.refuse("example.one@1.0.0", saying="example.other@1.0.0", registry=registry.url)

    def test_nothing_is_installed_where_a_dependency_is_missing(self):
        with Registry(("example.top", "1.0.0", package("example.top", "1.0.0",
                                                       dependencies={"example.gone": "1.0.0"}))) as registry:
            self.refuse("example.top", saying="example.gone@1.0.0, which example.top@1.0.0 depends on",
                        registry=registry.url)

    def test_without_a_registry_the_message_says_what_to_set(self):
        told = self.refuse("example.one@1.0.0", saying="no registry is set")
        self.assertIn("MEDISYNC_REGISTRY", told)

    def test_faults_of_a_registry_end_in_a_message(self):
        with Registry(("broken", "1.0.0", b""), ("example.far", "1.0.0", package("example.far", "1.0.0")),
                      ("example.loop", "1.0.0", package("example.loop", "1.0.0")),
                      tarballs={"example.far": "file:///etc/passwd"}) as registry:
            self.refuse("broken@1.0.0", saying="500", registry=registry.url)
            self.refuse("example.none@1.0.0", saying="does not exist", registry=registry.url)
            self.refuse("example.far@1.0.0", saying="no https URL", registry=registry.url)
            self.refuse("redirect@1.0.0", saying="redirects too often", registry=registry.url)
            registry.redirect = "file:///etc/passwd"
            self.refuse("redirect@1.0.0", saying="no https URL", registry=registry.url)
        self.refuse("example.one", saying="", registry=registry.url)  # nobody listens any more

    def test_plain_http_is_for_this_machine_alone(self):
        self.refuse("example.one", saying="plain http", registry="http://192.0.2.1")
        self.refuse("example.one", saying="no https URL", registry="ftp://127.0.0.1")
        self.refuse("example.one", saying="no https URL", registry="somewhere")


class AtStart(Packages):
    def test_a_server_loads_all_that_lies_in_its_folder_of_packages(self):
        data = os.path.join(self.home, "data")
        self.folder = os.path.join(data, "packages")
        self.install(self.write("1.tgz", package("example.one", "1.0.0", value_set("installed"))))
        for name, content in (("by-hand.tgz", package("example.two", "1.0.0", value_set("laid"))),
                              ("single.json", value_set("single")),
                              ("single.xml", b"<ValueSet xmlns='http://hl7.org/fhir'><url value='" +
                               f"{VALUES}/xml".encode() + b"'/><status value='active'/><compose><include><system "
                               b"value='http://hl7.org/fhir/administrative-gender'/></include></compose></ValueSet>")):
            with open(os.path.join(self.folder, name), "wb") as out:
                out.write(content if isinstance(content, bytes) else json.dumps(content).encode())
        unpacked = os.path.join(self.folder, "unpacked", "package")
        os.makedirs(unpacked)
        for name, content in (("package.json", {"name": "example.three", "version": "1.0.0"}),
                              ("ValueSet-unpacked.json", value_set("unpacked"))):
            with open(os.path.join(unpacked, name), "w") as out:
                json.dump(content, out)
        with Server(data=data) as server, server.client() as client:
            for name in ("installed", "laid", "single", "xml", "unpacked"):
                got = client.search("ValueSet/$expand", {"url": f"{VALUES}/{name}"})
                self.assertEqual(got.status, 200, name)
                self.assertEqual(len(got.json["expansion"]["contains"]), 4, name)

    def test_a_damaged_file_in_the_folder_is_named(self):
        data = os.path.join(self.home, "data")
        os.makedirs(os.path.join(data, "packages"))
        with open(os.path.join(data, "packages", "broken.tgz"), "wb") as out:
            out.write(b"nothing")
        done = run("serve", "--data", data, "--port", "0", timeout=60)
        self.assertEqual(done.returncode, 1)
        self.assertIn("broken.tgz", done.stderr.decode())
