// What was acknowledged stays: killed processes, full disks, two servers, newer files.
#include <doctest/doctest.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <random>
#include <thread>

#include "src/storage/sqlite/connection.h"
#include "tests/unit/storage/random_world.h"

using namespace storage_test;

namespace {

#if defined(__SANITIZE_THREAD__)
constexpr bool k_can_fork = false;  // the sanitizer does not follow threads into a forked child
#else
constexpr bool k_can_fork = true;
#endif

const auto* const k_code = RandomWorld::k_code;

Write numbered(const std::string& id, int number) {
  search::IndexRows rows;
  rows.tokens.push_back({k_code, "urn:s" + std::to_string(number % 7), std::to_string(number)});
  rows.references.push_back({RandomWorld::k_subject, "Patient", "p" + std::to_string(number % 50)});
  return put("Observation", id, rows, std::to_string(number));
}

/// Writes until it is killed; each acknowledged number goes into the pipe.
[[noreturn]] void write_until_killed(const SqliteOptions& options, int pipe, int first) {
  auto store = open_store(options);
  std::vector<std::thread> threads;
  std::atomic<int> next = first;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&] {
      for (;;) {
        const int number = next++;
        // Every third is an update of one of a few, so that there is history too.
        const std::string id = number % 3 == 0 ? "same" : "o" + std::to_string(number);
        if (!write_one(*store, numbered(id, number))) std::_Exit(3);
        if (::write(pipe, &number, sizeof number) != sizeof number) std::_Exit(4);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  std::_Exit(0);
}

bool read_number(int pipe, std::vector<int>& numbers) {
  int number = 0;
  if (::read(pipe, &number, sizeof number) != sizeof number) return false;
  numbers.push_back(number);
  return true;
}

/// Text that no compression makes short.
std::string noise(std::size_t size) {
  static std::mt19937 random(1);
  std::string text(size, ' ');
  for (char& c : text) c = static_cast<char>('#' + random() % 57);
  return text;
}

std::int64_t ask(const std::filesystem::path& folder, const char* statement) {
  auto connection =
      sqlite::Connection::open(folder / "medisync.db", sqlite::Connection::Access::read_write);
  REQUIRE(connection);
  auto answer = (*connection)->integer(statement);
  REQUIRE(answer);
  return *answer;
}

bool is_sound(const std::filesystem::path& folder) {
  return ask(folder, "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'") ==
         1;
}

}  // namespace

TEST_CASE("kill -9 at any moment loses nothing acknowledged and needs no repair") {
  if (!k_can_fork) return;
  Folder folder;
  auto options = options_for(folder);
  options.durability = Durability::full;
  std::mt19937 random(11);
  std::vector<int> acknowledged;
  int first = 1;
  for (int round = 0; round < 10; ++round) {
    int pipe[2];
    REQUIRE(::pipe(pipe) == 0);
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      ::close(pipe[0]);
      write_until_killed(options, pipe[1], first);
    }
    ::close(pipe[1]);
    // In every other round it has come to write, however slow this machine is.
    for (int i = 0; round % 2 == 1 && i < 5; ++i) REQUIRE(read_number(pipe[0], acknowledged));
    std::this_thread::sleep_for(std::chrono::milliseconds(30 + random() % 100));
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    CHECK(WIFSIGNALED(status));
    while (read_number(pipe[0], acknowledged)) {
    }
    ::close(pipe[0]);
    for (const int number : acknowledged) first = std::max(first, number + 1);
    first += 100;
  }
  CHECK(acknowledged.size() > 20);
  {
    auto store = open_store(options);
    auto reader = reader_of(*store);
    HistoryRequest history{"Observation", "same"};
    history.count = 1'000'000;
    std::string all_of_same;
    if (auto page = reader->history(history)) {
      for (const Version& version : page->versions) all_of_same += version.body;
    }
    for (const int number : acknowledged) {
      CAPTURE(number);
      const std::string mark = "\"text\":\"" + std::to_string(number) + "\"";
      if (number % 3 == 0) {
        CHECK(all_of_same.find(mark) != std::string::npos);
        continue;
      }
      auto read = reader->read("Observation", "o" + std::to_string(number));
      REQUIRE(read);
      CHECK(read->body.find(mark) != std::string::npos);
      search::Query query = query_of("Observation");
      query.criteria.push_back(criterion(k_code, {token(std::to_string(number))}));
      auto page = reader->search(query);
      REQUIRE(page);
      REQUIRE(page->entries.size() == 1);
      CHECK(page->entries[0].version.body == read->body);
    }
  }
  CHECK(is_sound(folder.path()));
  // Every live row has its one token row, and nothing else has one.
  CHECK(ask(folder.path(), "SELECT count(*) FROM resource WHERE deleted = 0") ==
        ask(folder.path(), "SELECT count(*) FROM token_index"));
  CHECK(ask(folder.path(), "SELECT live FROM resource_type WHERE name = 'Observation'") ==
        ask(folder.path(), "SELECT count(DISTINCT rid) FROM token_index"));
}

TEST_CASE("a database that is full answers no-store, keeps what it has, and goes on with room") {
  Folder folder;
  auto options = options_for(folder);
  options.pages_max = std::make_shared<std::atomic<std::int64_t>>(0);
  auto store = open_store(options);
  REQUIRE(write_one(*store, put("Patient", "kept")));
  *options.pages_max = 120;
  std::vector<std::string> acknowledged;
  bool was_refused = false;
  for (int at = 0; at < 400 && !was_refused; ++at) {
    const std::string id = "p" + std::to_string(at);
    auto outcome = write_one(*store, put("Patient", id, {}, noise(20'000)));
    if (outcome) {
      acknowledged.push_back(id);
    } else {
      was_refused = true;
      CHECK(outcome.error().issue.type == fhir::IssueType::no_store);
      CHECK(outcome.error().issue.situation == fhir::Situation::unavailable);
    }
  }
  REQUIRE(was_refused);
  CHECK(reader_of(*store)->read("Patient", "kept"));
  for (const auto& id : acknowledged) CHECK(reader_of(*store)->read("Patient", id));
  *options.pages_max = 0;
  CHECK(store->is_healthy());
  CHECK(write_one(*store, put("Patient", "after", {}, noise(20'000))));
  CHECK(store->counts()[0].second == acknowledged.size() + 2);
  store.reset();
  CHECK(is_sound(folder.path()));
}

TEST_CASE("a disk that is full answers no-store, keeps what it has, and goes on with room") {
  Folder mount_point;
  const char* const where = mount_point.path().c_str();
  if (::geteuid() != 0 || ::mount("tmpfs", where, "tmpfs", 0, "size=6m") != 0) {
    MESSAGE("needs a mount of its own: skipped");
    return;
  }
  std::vector<std::string> acknowledged;
  {
    auto options = options_for(mount_point);
    options.durability = Durability::full;
    auto store = open_store(options);
    bool was_refused = false;
    for (int at = 0; at < 2000 && !was_refused; ++at) {
      const std::string id = "p" + std::to_string(at);
      auto outcome = write_one(*store, put("Patient", id, {}, noise(20'000)));
      if (outcome) {
        acknowledged.push_back(id);
      } else {
        was_refused = true;
        CHECK(outcome.error().issue.type == fhir::IssueType::no_store);
      }
    }
    CHECK(was_refused);
    CHECK_FALSE(store->is_healthy());
    for (const auto& id : acknowledged) CHECK(reader_of(*store)->read("Patient", id));
    CHECK(::mount("tmpfs", where, "tmpfs", MS_REMOUNT, "size=64m") == 0);
    CHECK(store->is_healthy());
    CHECK(write_one(*store, put("Patient", "after", {}, noise(20'000))));
    acknowledged.push_back("after");
  }
  {
    auto store = open_store(options_for(mount_point));
    for (const auto& id : acknowledged) CHECK(reader_of(*store)->read("Patient", id));
  }
  CHECK(is_sound(mount_point.path()));
  ::umount2(where, MNT_DETACH);
}

TEST_CASE("a reserve of the disk is kept, given up to start without room, and taken again") {
  Folder mount_point;
  const char* const where = mount_point.path().c_str();
  if (::geteuid() != 0 || ::mount("tmpfs", where, "tmpfs", 0, "size=6m") != 0) {
    MESSAGE("needs a mount of its own: skipped");
    return;
  }
  const auto reserve = mount_point.path() / "medisync.reserve";
  const auto rest = mount_point.path() / "rest";
  REQUIRE(write_one(*open_store(options_for(mount_point)), put("Patient", "kept")));
  CHECK(std::filesystem::file_size(reserve) == 256 << 10);
  std::filesystem::resize_file(reserve, 0);  // as if the server had ended while taking it
  open_store(options_for(mount_point)).reset();
  CHECK(std::filesystem::file_size(reserve) == 256 << 10);
  {
    std::ofstream all_room(rest, std::ios::binary);
    const std::string block(4096, 'x');
    while (all_room.write(block.data(), 4096).flush()) {
    }
  }
  CHECK(std::filesystem::space(mount_point.path()).available == 0);
  {
    auto store = open_store(options_for(mount_point));
    CHECK_FALSE(std::filesystem::exists(reserve));
    CHECK(reader_of(*store)->read("Patient", "kept"));
  }
  std::filesystem::remove(rest);
  open_store(options_for(mount_point)).reset();
  CHECK(std::filesystem::file_size(reserve) == 256 << 10);
  ::umount2(where, MNT_DETACH);
}

TEST_CASE("a second server on the same folder is refused clearly") {
  Folder folder;
  auto store = open_store(options_for(folder));
  auto second = open_sqlite(options_for(folder));
  REQUIRE_FALSE(second);
  CHECK(second.error().type == fhir::IssueType::lock_error);
  store.reset();
  CHECK(open_sqlite(options_for(folder)));
}

TEST_CASE("a file of a newer program is refused clearly") {
  Folder folder;
  open_store(options_for(folder)).reset();
  ask(folder.path(), "PRAGMA user_version = 999");
  auto opened = open_sqlite(options_for(folder));
  REQUIRE_FALSE(opened);
  CHECK(opened.error().type == fhir::IssueType::not_supported);
  CHECK(opened.error().diagnostics.find("999") != std::string::npos);
}

TEST_CASE("a file that is no database is refused clearly") {
  Folder folder;
  {
    std::FILE* file = std::fopen((folder.path() / "medisync.db").c_str(), "w");
    for (int at = 0; at < 1000; ++at) std::fputs("this is not a database ", file);
    std::fclose(file);
  }
  CHECK_FALSE(open_sqlite(options_for(folder)));
}

TEST_CASE("a folder that cannot be made is refused clearly") {
  auto options = SqliteOptions{};
  options.directory = "/proc/nothing/here";
  auto opened = open_sqlite(options);
  REQUIRE_FALSE(opened);
  CHECK(opened.error().type == fhir::IssueType::no_store);
}

TEST_CASE("a queue that is full refuses at once and loses nothing it took") {
  Folder folder;
  auto options = options_for(folder);
  options.durability = Durability::full;
  options.queue_batches_max = 2;
  auto store = open_store(options);
  std::atomic<int> taken = 0, refused = 0, other = 0;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 16; ++thread) {
    threads.emplace_back([&, thread] {
      for (int at = 0; at < 20; ++at) {
        auto outcome =
            write_one(*store, put("Patient", std::to_string(thread) + "-" + std::to_string(at)));
        if (outcome) {
          ++taken;
        } else if (outcome.error().issue.type == fhir::IssueType::transient) {
          ++refused;
        } else {
          ++other;
        }
      }
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(taken + refused == 320);
  CHECK(other == 0);
  CHECK(store->counts()[0].second == static_cast<std::uint64_t>(taken.load()));
}

TEST_CASE("many writers and readers at once see whole batches only") {
  Folder folder;
  auto options = options_for(folder);
  options.readers = 2;
  auto store = open_store(options);
  std::atomic<bool> is_done = false;
  std::atomic<int> broken = 0;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 3; ++thread) {
    threads.emplace_back([&] {
      const search::Query query = query_of("Observation");
      while (!is_done) {
        auto reader = reader_of(*store);
        auto page = reader->search(query);
        // Pairs are written and deleted together.
        if (!page || page->entries.size() % 2 != 0) ++broken;
        if (page && reader->count(query).value() != page->entries.size()) ++broken;
      }
    });
  }
  std::vector<std::thread> writers;
  for (int writer = 0; writer < 4; ++writer) {
    writers.emplace_back([&, writer] {
      for (int at = 0; at < 60; ++at) {
        const std::string id = std::to_string(writer) + "-" + std::to_string(at % 5);
        std::vector<Write> batch;
        for (const char* half : {"a", "b"}) {
          batch.push_back(at % 4 == 3 ? remove("Observation", id + half) : numbered(id + half, at));
        }
        if (!store->write(std::move(batch))) ++broken;
      }
    });
  }
  for (auto& writer : writers) writer.join();
  is_done = true;
  for (auto& thread : threads) thread.join();
  CHECK(broken == 0);
}

TEST_CASE("readers that keep their snapshots do not keep the log from being begun anew") {
  Folder folder;
  auto options = options_for(folder);
  auto store = open_store(options);
  const std::string filler(200'000, 'x');
  std::uintmax_t largest = 0;
  std::uintmax_t written = 0;
  for (int round = 0; round < 60; ++round) {
    std::vector<Write> batch;
    for (int at = 0; at < 20; ++at) {
      batch.push_back(put("Binary", std::to_string(round) + "-" + std::to_string(at), {}, filler));
      written += filler.size();
    }
    REQUIRE(store->write(std::move(batch)));
    // Each leaves its connection with a snapshot of this moment.
    std::vector<std::unique_ptr<Reader>> readers;
    for (int at = 0; at < 3; ++at) {
      readers.push_back(reader_of(*store));
      CHECK(readers.back()->read("Binary", std::to_string(round) + "-0"));
    }
    largest = std::max(largest, std::filesystem::file_size(folder.path() / "medisync.db-wal"));
  }
  CHECK(written > 200'000'000);
  CHECK(largest < 100'000'000);
}
