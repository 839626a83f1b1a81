// What becomes of an export between its kick-off and the end of its files.
#include <doctest/doctest.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <thread>

#include "src/bulk/export_jobs.h"

using namespace server::bulk;
using namespace std::chrono_literals;

namespace {

struct Folder {
  std::filesystem::path path;
  Folder() {
    static std::atomic<int> count = 0;
    path = std::filesystem::temp_directory_path() /
           ("export_jobs_" + std::to_string(::getpid()) + "_" + std::to_string(++count));
  }
  ~Folder() { std::filesystem::remove_all(path); }
  ExportOptions options() const {
    ExportOptions made;
    made.folder = path;
    return made;
  }
};

ExportRequest request_of(std::string owner) {
  ExportRequest request;
  request.url = "http://server.example/fhir/$export";
  request.accepted_ms = 1'700'000'000'000;
  request.owner = std::move(owner);
  return request;
}

fhir::Result<std::int64_t> one_patient(const ExportRequest&, ExportFiles& files,
                                       server::jobs::Progress&) {
  FHIR_CHECK(files.add(FileKind::output, "Patient", R"({"resourceType":"Patient"})"));
  return 1'700'000'000'123;
}

ExportState ended(ExportJobs& jobs, const std::string& id, const std::string& owner) {
  for (int i = 0; i < 1000; ++i) {
    const auto state = jobs.find(id, owner);
    REQUIRE(state);
    if (state->status == ExportState::Status::done || state->status == ExportState::Status::failed)
      return *state;
    std::this_thread::sleep_for(5ms);
  }
  FAIL("no end in time");
  return {};
}

}  // namespace

TEST_CASE("an export ends with its files, for its owner alone") {
  const Folder folder;
  ExportJobs jobs(folder.options(), one_patient);
  const std::string id = *jobs.accept(request_of("a"));
  const ExportState state = ended(jobs, id, "a");
  REQUIRE(state.manifest.files.size() == 1);
  CHECK(state.manifest.files[0].name == "Patient.1.ndjson");
  CHECK(state.manifest.transaction_ms == 1'700'000'000'123);
  CHECK(jobs.find_file(id, "Patient.1.ndjson", "a"));
  CHECK_FALSE(jobs.find_file(id, "request.json", "a"));
  CHECK_FALSE(jobs.find_file(id, "../" + id + "/Patient.1.ndjson", "a"));
  for (const char* other : {"b", ""}) {
    CHECK_FALSE(jobs.find(id, other));
    CHECK_FALSE(jobs.find_file(id, "Patient.1.ndjson", other));
    CHECK_FALSE(jobs.remove(id, other));
  }
  CHECK(jobs.remove(id, "a"));
  CHECK_FALSE(jobs.find(id, "a"));
  CHECK_FALSE(std::filesystem::exists(folder.path / id));
}

TEST_CASE("what fails, or throws, ends with an outcome and without files") {
  const Folder folder;
  std::atomic<bool> throws = false;
  ExportJobs jobs(
      folder.options(),
      [&](const ExportRequest& request, ExportFiles& files,
          auto& progress) -> fhir::Result<std::int64_t> {
        FHIR_CHECK(one_patient(request, files, progress));
        if (throws) throw std::runtime_error("Jane Doe");
        return fhir::unexpected(fhir::make_issue(fhir::IssueType::too_costly, "too large"));
      });
  for (const char* code : {"too-costly", "exception"}) {
    const std::string id = *jobs.accept(request_of(""));
    const ExportState state = ended(jobs, id, "");
    CHECK(state.status == ExportState::Status::failed);
    CHECK(state.failure.find(code) != std::string::npos);
    CHECK(state.failure.find("Jane") == std::string::npos);
    CHECK_FALSE(std::filesystem::exists(folder.path / id / "Patient.1.ndjson"));
    throws = true;
  }
}

TEST_CASE("at the beginning of the end what runs stops, and begins anew with the next start") {
  const Folder folder;
  std::string id;
  {
    std::atomic<bool> has_begun = false, has_stopped = false;
    ExportJobs jobs(
        folder.options(),
        [&](const ExportRequest&, ExportFiles&,
            server::jobs::Progress& progress) -> fhir::Result<std::int64_t> {
          has_begun = true;
          while (!progress.is_cancelled) std::this_thread::sleep_for(1ms);
          has_stopped = true;
          return fhir::unexpected(fhir::make_issue(fhir::IssueType::incomplete, "cancelled"));
        });
    id = *jobs.accept(request_of("a"));
    while (!has_begun) std::this_thread::sleep_for(1ms);
    jobs.begin_stop();
    while (!has_stopped) std::this_thread::sleep_for(1ms);
    CHECK(jobs.find(id, "a")->status == ExportState::Status::running);
    CHECK_FALSE(jobs.accept(request_of("a")));
  }
  ExportJobs jobs(folder.options(), one_patient);
  CHECK(ended(jobs, id, "a").status == ExportState::Status::done);
}

TEST_CASE("what had not ended when the program did begins anew, what had is kept") {
  const Folder folder;
  std::string done, cut;
  {
    std::atomic<bool> blocks = false;
    ExportJobs jobs(folder.options(),
                    [&](const ExportRequest& request, ExportFiles& files,
                        auto& progress) -> fhir::Result<std::int64_t> {
                      while (blocks && !progress.is_cancelled) std::this_thread::sleep_for(1ms);
                      return one_patient(request, files, progress);
                    });
    done = *jobs.accept(request_of("a"));
    ended(jobs, done, "a");
    blocks = true;
    cut = *jobs.accept(request_of("a"));
    while (jobs.find(cut, "a")->status != ExportState::Status::running)
      std::this_thread::sleep_for(1ms);
  }
  CHECK_FALSE(std::filesystem::exists(folder.path / cut / "answer"));
  std::ofstream(folder.path / cut / "Patient.1.ndjson") << "half";
  std::filesystem::create_directory(folder.path / "stray");
  ExportJobs jobs(folder.options(), one_patient);
  CHECK(ended(jobs, done, "a").manifest.files.size() == 1);
  CHECK(ended(jobs, cut, "a").manifest.files.size() == 1);
  CHECK(std::filesystem::file_size(folder.path / cut / "Patient.1.ndjson") == 27);
  CHECK_FALSE(std::filesystem::exists(folder.path / "stray"));
}

TEST_CASE("so many of one owner wait, and so many of all") {
  const Folder folder;
  ExportOptions options = folder.options();
  options.waiting_max = 4;
  options.waiting_of_one_max = 2;
  ExportJobs jobs(options, [](const ExportRequest& request, ExportFiles& files, auto& progress) {
    while (!progress.is_cancelled) std::this_thread::sleep_for(1ms);
    return one_patient(request, files, progress);
  });
  CHECK(jobs.accept(request_of("a")));
  CHECK(jobs.accept(request_of("a")));
  CHECK(jobs.accept(request_of("a")).error().type == fhir::IssueType::throttled);
  CHECK(jobs.accept(request_of("b")));
  CHECK(jobs.accept(request_of("b")));
  CHECK(jobs.accept(request_of("c")).error().type == fhir::IssueType::throttled);
}

TEST_CASE("files are let go when they were kept long enough") {
  const Folder folder;
  ExportOptions options = folder.options();
  options.kept_for = 50ms;
  ExportJobs jobs(options, one_patient);
  const std::string id = *jobs.accept(request_of(""));
  for (int i = 0; i < 1000 && std::filesystem::exists(folder.path / id); ++i)
    std::this_thread::sleep_for(5ms);
  CHECK_FALSE(std::filesystem::exists(folder.path / id));
  CHECK_FALSE(jobs.find(id, ""));
}

TEST_CASE("a request is read back as it was written") {
  ExportRequest request = request_of("owner");
  request.level = ExportLevel::group;
  request.group = "g";
  request.since_ms = 0;
  request.until_ms = 1'700'000'000'001;
  request.types = {"Patient", "Observation"};
  request.filters = {{"Observation", "code=a|b&date=gt2020-01-01T00:00:00+01:00"}};
  request.elements = {"id", "Patient.name"};
  request.patients = {"1", "2"};
  request.ignored = {"a \"quoted\" word"};
  request.is_guarded = true;
  request.identity.scopes =
      server::security::parse_scopes("system/*.rs patient/Observation.rs?category=x|y");
  request.identity.patient = "p";
  request.identity.is_patient_user = true;
  request.identity.user_patients = {"p", "q"};
  const auto read = read_export_request(to_json(request));
  REQUIRE(read);
  CHECK(to_json(*read) == to_json(request));
  CHECK(read->since_ms == 0);
  CHECK(read->identity.scopes.size() == 2);
  CHECK_FALSE(read_export_request("{}"));
  CHECK_FALSE(read_export_request(R"({"level":"7","accepted":"1"})"));
  CHECK_FALSE(read_export_request("no JSON"));
}

TEST_CASE("a file ends where it becomes large, and lines stay lines") {
  const Folder folder;
  std::filesystem::create_directories(folder.path);
  FileLimits limits;
  limits.file_bytes = 20;
  limits.all_bytes = 100;
  ExportFiles files(folder.path, limits);
  CHECK(files.add(FileKind::output, "Patient", "{\"a\":\n\"12345678\"}"));
  CHECK(files.add(FileKind::output, "Patient", "{\"b\": 1}\r\n"));
  CHECK(files.add(FileKind::output, "Patient", "{\"c\":\"12345678\"}"));
  CHECK(files.add(FileKind::deleted, "Bundle", "{}"));
  CHECK_FALSE(files.add(FileKind::output, "Patient", std::string(100, 'x')));
  const auto ended = files.finish();
  REQUIRE(ended);
  std::string names;
  for (const ExportedFile& file : *ended) names += file.name + " ";
  CHECK(names == "Patient.1.ndjson Patient.2.ndjson deleted.Bundle.1.ndjson ");
  std::ifstream file(folder.path / "Patient.1.ndjson");
  std::string line;
  std::getline(file, line);
  CHECK(line == "{\"a\": \"12345678\"}");
}

TEST_CASE("who asks more often than so many times in a second is told") {
  const Folder folder;
  ExportOptions options = folder.options();
  options.polls_max = 3;
  ExportJobs jobs(options, one_patient);
  const std::string id = *jobs.accept(request_of(""));
  CHECK_FALSE(jobs.find(id, "")->is_asked_too_often);
  bool is_told = false;
  for (int i = 0; i < 100 && !is_told; ++i) is_told = jobs.find(id, "")->is_asked_too_often;
  CHECK(is_told);
}
