#include "src/storage/sqlite/errors.h"

#include <sqlite3.h>

#include <string>

namespace server::storage::sqlite {

using fhir::IssueType;
using fhir::Situation;

fhir::Issue issue_of(sqlite3* db, int code) {
  const auto make = [&](Situation situation, IssueType type, const char* text) {
    fhir::Issue issue = fhir::make_issue(situation, type, text);
    issue.log_detail = std::string("sqlite ") + std::to_string(code) + ": " +
                       (db != nullptr ? sqlite3_errmsg(db) : sqlite3_errstr(code));
    return issue;
  };
  switch (code & 0xff) {
    case SQLITE_FULL:
      return make(Situation::unavailable, IssueType::no_store, "The server's disk is full");
    case SQLITE_IOERR:
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_CANTOPEN:
      return make(Situation::unavailable, IssueType::no_store, "The server cannot store this now");
    case SQLITE_INTERRUPT:
      return make(Situation::timed_out, IssueType::timeout, "The query took longer than allowed");
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return make(Situation::unavailable, IssueType::lock_error, "The database is locked");
    case SQLITE_TOOBIG:
      return make(Situation::too_large, IssueType::too_long, "The resource is too large to store");
    default:
      return make(Situation::internal, IssueType::exception, "The database failed");
  }
}

}  // namespace server::storage::sqlite
