// usage: bench_raw_sqlite [--batch N] [--index-rows N] [--durability full|normal|off] [--rows N]
//                         [--db FILE] FILE…
// The limit that an import is held against: plain SQLite inserts of the bodies in FILEs (NDJSON:
// one a line; JSON: the entries of a Bundle, else the whole file) with the server's durability, N
// rows a transaction, and with --index-rows as many small index rows beside each. Prints one JSON
// line.
#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>
#include <sqlite3.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace {

struct Options {
  std::size_t batch = 1;       // rows in one transaction
  std::size_t index_rows = 0;  // beside each body
  std::size_t rows_max = 0;    // 0: all
  std::string durability = "full";
  std::string database = "raw_sqlite.db";
  std::vector<std::string> files;
};

[[noreturn]] void fail(const std::string& text) {
  std::fprintf(stderr, "bench_raw_sqlite: %s\n", text.c_str());
  std::exit(2);
}

Options read_options(int count, char** words) {
  Options options;
  for (int at = 1; at < count; ++at) {
    const std::string word = words[at];
    if (word.rfind("--", 0) != 0) {
      options.files.push_back(word);
      continue;
    }
    if (++at == count) fail(word + " needs a value");
    const std::string value = words[at];
    if (word == "--batch")
      options.batch = std::stoul(value);
    else if (word == "--index-rows")
      options.index_rows = std::stoul(value);
    else if (word == "--rows")
      options.rows_max = std::stoul(value);
    else if (word == "--durability")
      options.durability = value;
    else if (word == "--db")
      options.database = value;
    else
      fail("unknown option " + word);
  }
  if (options.files.empty() || options.batch == 0) fail("needs files, and a batch of at least 1");
  return options;
}

std::string text_of(const rapidjson::Value& value) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  value.Accept(writer);
  return {buffer.GetString(), buffer.GetSize()};
}

void add_bodies(const std::string& file, std::vector<std::string>& bodies) {
  std::ifstream in(file, std::ios::binary);
  if (!in) fail("cannot read " + file);
  if (file.ends_with(".ndjson")) {
    for (std::string line; std::getline(in, line);) {
      if (!line.empty()) bodies.push_back(std::move(line));
    }
    return;
  }
  std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  rapidjson::Document document;
  document.Parse<rapidjson::kParseNumbersAsStringsFlag>(text.data(), text.size());
  if (!document.HasParseError() && document.IsObject() && document.HasMember("entry") &&
      document["entry"].IsArray()) {
    for (const auto& entry : document["entry"].GetArray()) {
      if (entry.HasMember("resource")) bodies.push_back(text_of(entry["resource"]));
    }
    return;
  }
  bodies.push_back(std::move(text));
}

class Database {
 public:
  explicit Database(const std::string& file) {
    for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(file + suffix);
    check(sqlite3_open(file.c_str(), &db_));
  }
  ~Database() { sqlite3_close_v2(db_); }
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  void execute(const std::string& text) {
    check(sqlite3_exec(db_, text.c_str(), nullptr, nullptr, nullptr));
  }
  sqlite3_stmt* prepare(const char* text) {
    sqlite3_stmt* statement = nullptr;
    check(sqlite3_prepare_v2(db_, text, -1, &statement, nullptr));
    return statement;
  }
  void run(sqlite3_stmt* statement) {
    if (sqlite3_step(statement) != SQLITE_DONE) fail(sqlite3_errmsg(db_));
    sqlite3_reset(statement);
  }

 private:
  void check(int code) {
    if (code != SQLITE_OK) fail(sqlite3_errmsg(db_));
  }
  sqlite3* db_ = nullptr;
};

double insert_all(Database& database, const std::vector<std::string>& bodies,
                  const Options& options) {
  sqlite3_stmt* begin = database.prepare("BEGIN IMMEDIATE");
  sqlite3_stmt* commit = database.prepare("COMMIT");
  sqlite3_stmt* body = database.prepare("INSERT INTO t(body) VALUES(?)");
  sqlite3_stmt* index = database.prepare("INSERT INTO i VALUES(?, ?, ?, 0)");
  const auto start = std::chrono::steady_clock::now();
  sqlite3_int64 id = 0;
  for (std::size_t at = 0; at < bodies.size(); ++at) {
    if (at % options.batch == 0) database.run(begin);
    sqlite3_bind_blob64(body, 1, bodies[at].data(), bodies[at].size(), SQLITE_STATIC);
    database.run(body);
    ++id;
    for (std::size_t row = 0; row < options.index_rows; ++row) {
      const std::string code = std::to_string((at * 7919 + row) % 1000);
      sqlite3_bind_int64(index, 1, static_cast<sqlite3_int64>(row));
      sqlite3_bind_text64(index, 2, code.data(), code.size(), SQLITE_STATIC, SQLITE_UTF8);
      sqlite3_bind_int64(index, 3, id);
      database.run(index);
    }
    if ((at + 1) % options.batch == 0 || at + 1 == bodies.size()) database.run(commit);
  }
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  for (sqlite3_stmt* statement : {begin, commit, body, index}) sqlite3_finalize(statement);
  return seconds;
}

}  // namespace

int main(int count, char** words) {
  const Options options = read_options(count, words);
  std::vector<std::string> bodies;
  for (const std::string& file : options.files) {
    add_bodies(file, bodies);
    if (options.rows_max != 0 && bodies.size() >= options.rows_max) break;
  }
  if (options.rows_max != 0 && bodies.size() > options.rows_max) bodies.resize(options.rows_max);
  std::size_t bytes = 0;
  for (const std::string& body : bodies) bytes += body.size();
  double seconds = 0;
  {
    Database database(options.database);
    database.execute("PRAGMA page_size = 8192; PRAGMA journal_mode = WAL; PRAGMA synchronous = " +
                     options.durability +
                     "; PRAGMA cache_size = -49152;"
                     "CREATE TABLE t(id INTEGER PRIMARY KEY, body BLOB);"
                     "CREATE TABLE i(param INTEGER, code TEXT, rid INTEGER, system INTEGER,"
                     " PRIMARY KEY(param, code, rid, system)) WITHOUT ROWID");
    seconds = insert_all(database, bodies, options);
  }
  for (const char* suffix : {"", "-wal", "-shm"}) {
    std::filesystem::remove(options.database + suffix);
  }
  std::printf(
      "{\"bench\":\"raw_sqlite\",\"rows\":%zu,\"bytes\":%zu,\"batch\":%zu,\"index_rows\":%zu,"
      "\"durability\":\"%s\",\"seconds\":%.4f,\"rows_per_second\":%.0f}\n",
      bodies.size(), bytes, options.batch, options.index_rows, options.durability.c_str(), seconds,
      static_cast<double>(bodies.size()) / seconds);
}
