// What a restart goes on from is what was stored.
#include "src/jobs/reindex_job.h"

#include <doctest/doctest.h>

using server::jobs::ReindexJob;

TEST_CASE("jobs are read as they were written") {
  ReindexJob job;
  job.id = "one";
  job.status = ReindexJob::Status::running;
  job.types = {"Observation", "Patient"};
  job.parameters = {"http://example.org/SearchParameter/\"x\""};
  job.at = 1;
  job.cursor = "abc_-";
  job.total = 5'000'000'000;
  job.done = 300;
  job.failed = 2;
  job.started_ms = 1'700'000'000'123;
  ReindexJob ended;
  ended.id = "two";
  ended.status = ReindexJob::Status::done;
  ended.ended_ms = 7;
  const auto read = server::jobs::jobs_of(server::jobs::to_text({job, ended}));
  REQUIRE(read.size() == 2);
  CHECK(read[0].id == "one");
  CHECK(read[0].status == ReindexJob::Status::running);
  CHECK(read[0].types == job.types);
  CHECK(read[0].parameters == job.parameters);
  CHECK(read[0].at == 1);
  CHECK(read[0].cursor == "abc_-");
  CHECK(read[0].total == 5'000'000'000);
  CHECK(read[0].done == 300);
  CHECK(read[0].failed == 2);
  CHECK(read[0].started_ms == 1'700'000'000'123);
  CHECK_FALSE(read[0].has_ended());
  CHECK(read[1].has_ended());
  CHECK(read[1].ended_ms == 7);
}

TEST_CASE("a text of another kind holds no jobs, and an unknown status is not gone on with") {
  CHECK(server::jobs::jobs_of("").empty());
  CHECK(server::jobs::jobs_of("{").empty());
  CHECK(server::jobs::jobs_of("{\"id\":1}").empty());
  const auto odd = server::jobs::jobs_of(R"([{"id":"x","status":"paused"}])");
  REQUIRE(odd.size() == 1);
  CHECK(odd[0].has_ended());
}
