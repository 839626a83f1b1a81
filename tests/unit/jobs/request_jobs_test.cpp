// https://hl7.org/fhir/R4/async.html
#include "src/jobs/request_jobs.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <string>
#include <thread>

#include "src/jobs/message_file.h"

namespace {

using namespace server::jobs;
using server::http::Method;
using server::http::Request;
using server::http::Response;
using Status = RequestJob::Status;

/// A folder that is gone with its object.
struct Folder {
  std::filesystem::path path =
      std::filesystem::temp_directory_path() / ("medisync-jobs-" + std::to_string(::getpid()));
  Folder() { std::filesystem::remove_all(path); }
  ~Folder() { std::filesystem::remove_all(path); }
};

Request request_of(Method method, std::string body) {
  Request request;
  request.method = method;
  request.target = "/fhir/Patient?x=%20y";
  request.headers.add("Content-Type", "application/fhir+json");
  request.headers.add("Authorization", "Bearer secret");
  request.body = std::move(body);
  return request;
}

Response echo(Request& request, Progress&) {
  Response response;
  response.status = 201;
  response.headers.add("Location", "http://x/1");
  response.body = "did " + request.body;
  return response;
}

RequestJob ended(RequestJobs& jobs, const std::string& id) {
  for (int i = 0; i < 2000; ++i) {
    const auto job = jobs.find(id);
    REQUIRE(job.has_value());
    if (job->status == Status::done || job->status == Status::lost) return *job;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  FAIL("the job has not ended");
  return {};
}

RequestJobOptions in(const std::filesystem::path& folder) {
  RequestJobOptions options;
  options.folder = folder;
  return options;
}

}  // namespace

TEST_CASE("a request and its answer are read as they were written, without their secrets") {
  const Request sent = request_of(Method::put, "{\"a\":\n1}\n\n");
  const auto request = read_request(to_text(sent, 77));
  REQUIRE(request.has_value());
  CHECK(request->accepted_ms == 77);
  CHECK(request->request.method == Method::put);
  CHECK(request->request.target == sent.target);
  CHECK(request->request.body == sent.body);
  CHECK(request->request.headers.get("content-type") == "application/fhir+json");
  CHECK_FALSE(request->request.headers.has("Authorization"));
  Response answered;
  answered.status = 422;
  answered.headers.add("ETag", "W/\"1\"");
  answered.body = std::string("a\0b", 3);
  const auto response = read_response(to_text(answered, 5));
  REQUIRE(response.has_value());
  CHECK(response->ended_ms == 5);
  CHECK(response->response.status == 422);
  CHECK(response->response.headers.get("ETag") == "W/\"1\"");
  CHECK(response->response.body == answered.body);
  for (const char* text :
       {"", "x", "1", "1 GET", "1 GET /x\n", "1 GET /x\nno colon\n\n", "x GET /\n\n"})
    CHECK_FALSE(read_request(text).has_value());
  CHECK_FALSE(read_response("1 abc\n\n").has_value());
}

TEST_CASE("a request is answered once it was its turn, and the answer kept") {
  const Folder folder;
  for (const auto& path : {std::filesystem::path(), folder.path}) {
    RequestJobs jobs(in(path), echo);
    const auto id = jobs.accept(request_of(Method::post, "it"));
    REQUIRE(id.has_value());
    for (int time = 0; time < 2; ++time) {
      const RequestJob job = ended(jobs, *id);
      CHECK(job.status == Status::done);
      CHECK(job.response.status == 201);
      CHECK(job.response.body == "did it");
      CHECK(job.response.headers.get("location") == "http://x/1");
    }
    CHECK(jobs.remove(*id));
    CHECK_FALSE(jobs.find(*id).has_value());
    CHECK_FALSE(jobs.remove(*id));
  }
}

TEST_CASE("only so many wait, and what waits can be cancelled") {
  std::atomic<bool> may_end = false;
  RequestJobOptions options;
  options.threads = 1;
  options.waiting_max = 2;
  std::atomic<int> runs = 0;
  {
    RequestJobs jobs(options, [&](Request& request, Progress& progress) {
      ++runs;
      while (!may_end && !progress.is_cancelled)
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
      return echo(request, progress);
    });
    const auto running = jobs.accept(request_of(Method::get, "1"));
    while (runs == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    const auto second = jobs.accept(request_of(Method::get, "2"));
    const auto third = jobs.accept(request_of(Method::get, "3"));
    REQUIRE(third.has_value());
    CHECK(jobs.find(*running)->status == Status::running);
    CHECK(jobs.find(*second)->before == 0);
    CHECK(jobs.find(*third)->before == 1);
    const auto refused = jobs.accept(request_of(Method::get, "4"));
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().type == fhir::IssueType::transient);
    CHECK(jobs.remove(*second));
    CHECK(jobs.find(*third)->before == 0);
    CHECK(jobs.remove(*running));  // tells it to stop
    while (runs < 2) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    may_end = true;
    CHECK(ended(jobs, *third).response.body == "did 3");
  }
  CHECK(runs == 2);
}

TEST_CASE("what waited or was done outlives the process; what ran is lost unless it was safe") {
  const Folder folder;
  std::filesystem::create_directories(folder.path);
  const auto put = [&](const std::string& name, const std::string& text) {
    REQUIRE(write_file(folder.path / name, text));
  };
  const std::int64_t now = std::chrono::duration_cast<std::chrono::milliseconds>(
                               std::chrono::system_clock::now().time_since_epoch())
                               .count();
  put("a.request", to_text(request_of(Method::post, "waited"), now));
  put("b.running", to_text(request_of(Method::post, "ran"), now));
  put("c.running", to_text(request_of(Method::get, "safe"), now));
  put("d.response", to_text(Response{200, {}, "answer"}, now));
  put("e.response", to_text(Response{200, {}, "old"}, 1));
  put("f.request.part", "1 PO");
  put("g.request", "nonsense");
  RequestJobs jobs(in(folder.path), echo);
  CHECK(ended(jobs, "a").response.body == "did waited");
  CHECK(ended(jobs, "b").status == Status::lost);
  CHECK(ended(jobs, "c").response.body == "did safe");
  CHECK(ended(jobs, "d").response.body == "answer");
  CHECK_FALSE(jobs.find("e").has_value());  // kept long enough
  CHECK(ended(jobs, "g").status == Status::lost);
  CHECK_FALSE(std::filesystem::exists(folder.path / "f.request.part"));
  CHECK_FALSE(std::filesystem::exists(folder.path / "e.response"));
}

TEST_CASE("what the end of the process stops is run again by the next one") {
  const Folder folder;
  std::string id;
  std::atomic<bool> has_begun = false;
  {
    RequestJobs jobs(in(folder.path), [&](Request&, Progress& progress) {
      has_begun = true;
      while (!progress.is_cancelled) std::this_thread::sleep_for(std::chrono::milliseconds(1));
      return Response{504, {}, "stopped"};
    });
    id = *jobs.accept(request_of(Method::get, "long"));
    while (!has_begun) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  RequestJobs jobs(in(folder.path), echo);
  CHECK(ended(jobs, id).response.body == "did long");
}

TEST_CASE(
    "at the beginning of the end what is run again is told to stop, what would be lost is not") {
  const Folder folder;
  std::string search, change;
  {
    std::atomic<int> begun = 0;
    std::atomic<int> stopped = 0;
    std::atomic<bool> may_end = false;
    RequestJobs jobs(in(folder.path), [&](Request& request, Progress& progress) {
      ++begun;
      while (!progress.is_cancelled && !may_end)
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
      if (!progress.is_cancelled) return echo(request, progress);
      ++stopped;
      return Response{504, {}, "stopped"};
    });
    Request by_post = request_of(Method::post, "name=x");
    by_post.target = "/fhir/Patient/_search";
    search = *jobs.accept(std::move(by_post));
    change = *jobs.accept(request_of(Method::post, "change"));
    while (begun < 2) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    jobs.begin_stop();
    while (stopped == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    CHECK(jobs.find(change)->status == Status::running);
    CHECK_FALSE(jobs.accept(request_of(Method::get, "another")).has_value());
    may_end = true;
    CHECK(ended(jobs, change).status == Status::done);
  }
  RequestJobs jobs(in(folder.path), echo);
  CHECK(ended(jobs, search).response.body == "did name=x");
  CHECK(ended(jobs, change).response.body == "did change");
}

TEST_CASE("one owner cannot take all places, and finds its own jobs alone") {
  const Folder folder;
  for (const auto& path : {std::filesystem::path(), folder.path}) {
    std::atomic<bool> may_end = false;
    RequestJobOptions options = in(path);
    options.threads = 1;
    options.waiting_of_one_max = 2;
    std::atomic<int> runs = 0;
    RequestJobs jobs(options, [&](Request& request, Progress& progress) {
      ++runs;
      while (!may_end) std::this_thread::sleep_for(std::chrono::milliseconds(1));
      return echo(request, progress);
    });
    const auto running = jobs.accept(request_of(Method::get, "1"), "ada");
    while (runs == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    const auto second = jobs.accept(request_of(Method::get, "2"), "ada");
    REQUIRE(jobs.accept(request_of(Method::get, "3"), "ada").has_value());
    const auto refused = jobs.accept(request_of(Method::get, "4"), "ada");
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().type == fhir::IssueType::transient);
    CHECK(jobs.accept(request_of(Method::get, "5"), "bob").has_value());
    for (const char* other : {"", "bob", "ad", "adaa"}) {
      CHECK_FALSE(jobs.find(*second, other).has_value());
      CHECK_FALSE(jobs.remove(*second, other));
    }
    CHECK(jobs.find(*second, "ada").has_value());
    CHECK(jobs.remove(*second, "ada"));
    may_end = true;
  }
}

TEST_CASE("requests that wait take so many bytes and no more, and answers too") {
  const Folder folder;
  std::atomic<bool> may_end = false;
  RequestJobOptions options = in(folder.path);
  options.threads = 1;
  options.waiting_bytes_max = 3000;
  options.kept_bytes_max = 3000;
  RequestJobs jobs(options, [&](Request& request, Progress& progress) {
    while (!may_end) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return echo(request, progress);
  });
  const auto first = jobs.accept(request_of(Method::get, std::string(1200, 'a')));
  const auto second = jobs.accept(request_of(Method::get, std::string(1200, 'b')));
  REQUIRE(second.has_value());
  const auto refused = jobs.accept(request_of(Method::get, std::string(1200, 'c')));
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().type == fhir::IssueType::transient);
  may_end = true;
  CHECK(ended(jobs, *second).response.body == "did " + std::string(1200, 'b'));
  const auto third = jobs.accept(request_of(Method::get, std::string(1200, 'c')));
  REQUIRE(third.has_value());
  CHECK(ended(jobs, *third).status == Status::done);
  CHECK_FALSE(jobs.find(*first).has_value());  // the oldest answer made room
  CHECK(jobs.find(*second).has_value());
}

TEST_CASE("the answer that ended last stays, also among those of one millisecond") {
  RequestJobOptions options;
  options.threads = 1;
  options.kept_max = 1;
  RequestJobs jobs(options, echo);
  std::string before;
  for (int i = 0; i < 100; ++i) {
    const auto id = jobs.accept(request_of(Method::get, std::to_string(i)));
    REQUIRE(id.has_value());
    CHECK(ended(jobs, *id).response.body == "did " + std::to_string(i));
    if (!before.empty()) CHECK_FALSE(jobs.find(before).has_value());
    before = *id;
  }
}

TEST_CASE("an answer leaves the disk at its end, though nobody asks") {
  const Folder folder;
  RequestJobOptions options = in(folder.path);
  options.kept_for = std::chrono::milliseconds(2000);  // seen while it is there, however slowly
  RequestJobs jobs(options, echo);
  REQUIRE(jobs.accept(request_of(Method::post, "it")).has_value());
  const auto count = [&] {
    std::size_t responses = 0;
    for (const auto& one : std::filesystem::directory_iterator(folder.path))
      responses += one.path().extension() == ".response" ? 1 : 0;
    return responses;
  };
  int waited = 0;
  for (; waited < 2000 && count() == 0; ++waited)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  CHECK(count() == 1);
  for (waited = 0; waited < 2000 && count() != 0; ++waited)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  CHECK(count() == 0);
}

TEST_CASE("what has an answer has ended, whatever else was left of it; secrets serve until then") {
  const Folder folder;
  std::filesystem::create_directories(folder.path);
  const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(
                       std::chrono::system_clock::now().time_since_epoch())
                       .count();
  for (const char* name : {"a.running", "b.request"})
    REQUIRE(write_file(folder.path / name, to_text(request_of(Method::get, "again"), now)));
  for (const char* name : {"a.response", "b.response"})
    REQUIRE(write_file(folder.path / name, to_text(Response{200, {}, "answer"}, now)));
  RequestJobs jobs(in(folder.path), [](Request& request, Progress&) {
    Response response;
    response.body = std::string(request.headers.get("Authorization")) + " " + request.body + " " +
                    std::string(request.headers.get("Content-Type")) + " " + request.id;
    return response;
  });
  CHECK(ended(jobs, "a").response.body == "answer");
  CHECK(ended(jobs, "b").response.body == "answer");
  Request request = request_of(Method::post, "body");
  request.id = "r1";
  const auto id = jobs.accept(std::move(request));
  CHECK(ended(jobs, *id).response.body == "Bearer secret body application/fhir+json r1");
}
