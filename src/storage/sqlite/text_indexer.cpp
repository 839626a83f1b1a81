#include "src/storage/sqlite/text_indexer.h"

#include <string>
#include <vector>

#include "src/search/full_text.h"

namespace server::storage::sqlite {
namespace {

constexpr int k_batch = 32;  // looked at before the clock is
constexpr std::int64_t k_stale_min = 50'000;

constexpr std::string_view k_all_due =
    "INSERT OR IGNORE INTO full_text_due SELECT rid FROM resource WHERE deleted = 0";

}  // namespace

fhir::Result<void> TextIndexer::load() {
  FHIR_TRY(active, connection_.integer("SELECT count(*) FROM setting WHERE name = 'full_text'"));
  is_active_ = active != 0;
  due_ = 0;
  if (!is_active_) return {};
  FHIR_TRY(due, connection_.integer("SELECT count(*) FROM full_text_due"));
  due_ = due;
  return {};
}

fhir::Result<void> TextIndexer::activate() {
  if (is_active_) return {};
  FHIR_CHECK(connection_.execute("INSERT INTO setting VALUES('full_text', 'on')"));
  FHIR_CHECK(connection_.execute(k_all_due));
  return load();
}

fhir::Result<void> TextIndexer::note(std::int64_t rid) {
  if (!is_active_) return {};
  ++due_;
  return run(Fixed::note_text, rid);
}

/// The index has no contents of its own: what it forgets it has to be told, and that is known of
/// the version that is indexed only. Words of older versions lead nowhere, and go when it is made
/// anew.
fhir::Result<void> TextIndexer::erase(std::int64_t rid) {
  if (!is_active_) return {};
  const std::string number = std::to_string(rid);
  FHIR_TRY(is_due, connection_.integer("SELECT count(*) FROM full_text_due WHERE rid = " + number));
  FHIR_TRY(doc, connection_.integer("SELECT doc FROM full_text_doc WHERE rid = " + number));
  if (doc != 0 && is_due == 0) {
    FHIR_TRY(statement, connection_.fixed(Fixed::read_by_rid));
    Run body(*statement);
    body->bind(1, rid);
    const Step step = body->step();
    if (step == Step::failed) return fhir::unexpected(connection_.issue(body->code()));
    if (step == Step::row && body->integer(3) == 0) {
      const search::FullText words = search::full_text_of(body->bytes(4));
      FHIR_TRY(forget, connection_.statement("INSERT INTO full_text(full_text, rowid, narrative, "
                                             "content) VALUES('delete', ?, ?, ?)"));
      Run text(*forget);
      text->bind(1, doc);
      text->bind_text(2, words.narrative);
      text->bind_text(3, words.content);
      if (text->step() == Step::failed) return fhir::unexpected(connection_.issue(text->code()));
    }
  }
  due_ -= is_due;
  FHIR_CHECK(run(Fixed::forget_text, rid));
  return run(Fixed::text_done, rid);
}

fhir::Result<void> TextIndexer::index(std::chrono::milliseconds budget) {
  if (!is_active_) return {};
  const auto end = std::chrono::steady_clock::now() + budget;
  do {
    std::vector<std::int64_t> rids;
    {
      FHIR_TRY(statement, connection_.fixed(Fixed::text_due));
      Run run(*statement);
      Step step;
      while ((step = run->step()) == Step::row) rids.push_back(run->integer(0));
      if (step == Step::failed) return fhir::unexpected(connection_.issue(run->code()));
    }
    for (const std::int64_t rid : rids) FHIR_CHECK(index_one(rid));
    if (rids.size() < k_batch) {
      due_ = 0;
      return begin_anew_if_stale();
    }
    due_ -= k_batch;
  } while (std::chrono::steady_clock::now() < end);
  return {};
}

/// A new entry for a live resource; the entry of an older version has no resource any more.
fhir::Result<void> TextIndexer::index_one(std::int64_t rid) {
  FHIR_CHECK(run(Fixed::forget_text, rid));
  {
    FHIR_TRY(statement, connection_.fixed(Fixed::read_by_rid));
    Run body(*statement);
    body->bind(1, rid);
    const Step step = body->step();
    if (step == Step::failed) return fhir::unexpected(connection_.issue(body->code()));
    if (step == Step::row && body->integer(3) == 0) {
      const search::FullText words = search::full_text_of(body->bytes(4));
      FHIR_CHECK(run(Fixed::number_text, rid));
      FHIR_TRY(insert, connection_.fixed(Fixed::insert_full_text));
      Run text(*insert);
      text->bind_text(1, words.narrative);
      text->bind_text(2, words.content);
      if (text->step() == Step::failed) return fhir::unexpected(connection_.issue(text->code()));
    }
  }
  return run(Fixed::text_done, rid);
}

fhir::Result<void> TextIndexer::run(Fixed name, std::int64_t value) {
  FHIR_TRY(statement, connection_.fixed(name));
  Run run(*statement);
  run->bind(1, value);
  if (run->step() == Step::failed) return fhir::unexpected(connection_.issue(run->code()));
  return {};
}

/// Entries of older versions cost room and weigh in the ranking: when most are such, the index is
/// made anew.
fhir::Result<void> TextIndexer::begin_anew_if_stale() {
  FHIR_TRY(newest, connection_.integer("SELECT max(doc) FROM full_text_doc"));
  if (newest < k_stale_min) return {};
  FHIR_TRY(live, connection_.integer("SELECT sum(live) FROM resource_type"));
  if (newest < 3 * live) return {};
  FHIR_CHECK(connection_.execute("INSERT INTO full_text(full_text) VALUES('delete-all')"));
  FHIR_CHECK(connection_.execute(
      "DELETE FROM full_text_doc; DELETE FROM sqlite_sequence WHERE name = 'full_text_doc'"));
  FHIR_CHECK(connection_.execute(k_all_due));
  return load();
}

}  // namespace server::storage::sqlite
