#include "src/storage/sqlite/text_indexer.h"

#include <string>
#include <utility>
#include <vector>

namespace server::storage::sqlite {
namespace {

constexpr std::int64_t k_stale_min = 50'000;

constexpr std::string_view k_all_due =
    "INSERT OR IGNORE INTO full_text_due SELECT rid FROM resource WHERE deleted = 0";

}  // namespace

fhir::Issue text_is_behind(std::int64_t resources_left) {
  std::string text = "The full text index is being built";
  if (resources_left > 0) text += ": " + std::to_string(resources_left) + " resources are left";
  return fhir::make_issue(fhir::Situation::unavailable, fhir::IssueType::transient,
                          std::move(text));
}

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
  FHIR_TRY(is_due, number("SELECT count(*) FROM full_text_due WHERE rid = ?", rid));
  FHIR_TRY(doc, number("SELECT doc FROM full_text_doc WHERE rid = ?", rid));
  if (doc != 0 && is_due == 0) {
    FHIR_TRY(words, words_of(rid));
    if (words) {
      FHIR_TRY(forget, connection_.statement("INSERT INTO full_text(full_text, rowid, narrative, "
                                             "content) VALUES('delete', ?, ?, ?)"));
      Run text(*forget);
      text->bind(1, doc);
      text->bind_text(2, words->narrative);
      text->bind_text(3, words->content);
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
  for (;;) {
    std::vector<std::int64_t> rids;
    {
      FHIR_TRY(statement, connection_.fixed(Fixed::text_due));
      Run run(*statement);
      Step step;
      while ((step = run->step()) == Step::row) rids.push_back(run->integer(0));
      if (step == Step::failed) return fhir::unexpected(connection_.issue(run->code()));
    }
    if (rids.empty()) break;
    for (const std::int64_t rid : rids) {
      FHIR_CHECK(index_one(rid));
      --due_;
      if (std::chrono::steady_clock::now() >= end) return {};
    }
  }
  due_ = 0;
  return begin_anew_if_stale();
}

/// A new entry for a live resource; the entry of an older version has no resource any more.
fhir::Result<void> TextIndexer::index_one(std::int64_t rid) {
  FHIR_CHECK(run(Fixed::forget_text, rid));
  FHIR_TRY(words, words_of(rid));
  if (words) {
    FHIR_CHECK(run(Fixed::number_text, rid));
    FHIR_TRY(insert, connection_.fixed(Fixed::insert_full_text));
    Run text(*insert);
    text->bind_text(1, words->narrative);
    text->bind_text(2, words->content);
    if (text->step() == Step::failed) return fhir::unexpected(connection_.issue(text->code()));
  }
  return run(Fixed::text_done, rid);
}

/// Of the version that is stored now; nothing when it is a deletion.
fhir::Result<std::optional<search::FullText>> TextIndexer::words_of(std::int64_t rid) {
  FHIR_TRY(statement, connection_.fixed(Fixed::read_by_rid));
  Run body(*statement);
  body->bind(1, rid);
  const Step step = body->step();
  if (step == Step::failed) return fhir::unexpected(connection_.issue(body->code()));
  if (step == Step::done || body->integer(3) != 0) return std::optional<search::FullText>();
  return std::optional(search::full_text_of(body->bytes(4)));
}

/// 0: there is no row.
fhir::Result<std::int64_t> TextIndexer::number(const std::string& question, std::int64_t rid) {
  FHIR_TRY(statement, connection_.statement(question));
  Run run(*statement);
  run->bind(1, rid);
  const Step step = run->step();
  if (step == Step::failed) return fhir::unexpected(connection_.issue(run->code()));
  return step == Step::row ? run->integer(0) : 0;
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
