#include "src/storage/sqlite/text_indexer.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "src/search/full_text.h"

namespace server::storage::sqlite {
namespace {

constexpr std::string_view k_all_due =
    "INSERT OR IGNORE INTO full_text_due SELECT rid FROM resource WHERE deleted = 0";

}  // namespace

/// A version and its words; none of a deletion, or where there is no such version.
struct TextIndexer::Body {
  std::int64_t version_id = 0;
  std::optional<search::FullText> words;
};

fhir::Issue text_is_behind(std::int64_t resources_left) {
  std::string text = "The full text index is being built";
  if (resources_left > 0) text += ": " + std::to_string(resources_left) + " resources are left";
  return fhir::make_issue(fhir::Situation::unavailable, fhir::IssueType::transient,
                          std::move(text));
}

fhir::Result<void> TextIndexer::load() {
  FHIR_TRY(active, connection_.integer("SELECT count(*) FROM setting WHERE name = 'full_text'"));
  FHIR_TRY(due, connection_.integer("SELECT count(*) FROM full_text_due"));
  is_active_ = active != 0;
  due_ = due;
  return {};
}

fhir::Result<void> TextIndexer::activate() {
  if (is_active_) return {};
  FHIR_CHECK(connection_.execute("INSERT OR IGNORE INTO setting VALUES('full_text', 'on')"));
  FHIR_CHECK(connection_.execute(k_all_due));
  return load();
}

fhir::Result<void> TextIndexer::note(std::int64_t rid) {
  if (!is_active_) return {};
  ++due_;
  return run(Fixed::note_text, rid);
}

fhir::Result<void> TextIndexer::settle(std::int64_t rid) {
  if (!is_active_) return {};
  FHIR_TRY(due, is_due(rid));
  if (!due) return {};
  --due_;
  return index_one(rid);
}

fhir::Result<void> TextIndexer::erase(std::int64_t rid) {
  if (!is_active_) return {};
  FHIR_TRY(due, is_due(rid));
  if (due) --due_;
  FHIR_CHECK(forget(rid));
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
  return {};
}

/// In place of the entry of an older version.
fhir::Result<void> TextIndexer::index_one(std::int64_t rid) {
  FHIR_CHECK(forget(rid));
  FHIR_TRY(body, current(rid));
  if (body.words) {
    FHIR_TRY(statement, connection_.fixed(Fixed::number_text));
    Run number(*statement);
    number->bind(1, rid);
    number->bind(2, body.version_id);
    if (number->step() == Step::failed) return fhir::unexpected(connection_.issue(number->code()));
    FHIR_TRY(insert, connection_.fixed(Fixed::insert_full_text));
    Run text(*insert);
    text->bind_text(1, body.words->narrative);
    text->bind_text(2, body.words->content);
    if (text->step() == Step::failed) return fhir::unexpected(connection_.issue(text->code()));
  }
  return run(Fixed::text_done, rid);
}

/// The index has no contents of its own: what it forgets it has to be told.
fhir::Result<void> TextIndexer::forget(std::int64_t rid) {
  std::int64_t doc = 0, version_id = 0;
  {
    FHIR_TRY(statement, connection_.fixed(Fixed::find_full_text));
    Run run(*statement);
    run->bind(1, rid);
    const Step step = run->step();
    if (step == Step::failed) return fhir::unexpected(connection_.issue(run->code()));
    if (step == Step::done) return {};
    doc = run->integer(0);
    version_id = run->integer(1);
  }
  FHIR_TRY(body, superseded(rid, version_id));
  if (body.version_id == 0) {
    FHIR_TRY(now, current(rid));
    body = std::move(now);
  }
  if (body.words && body.version_id == version_id) {
    FHIR_TRY(statement, connection_.fixed(Fixed::delete_full_text));
    Run text(*statement);
    text->bind(1, doc);
    text->bind_text(2, body.words->narrative);
    text->bind_text(3, body.words->content);
    if (text->step() == Step::failed) return fhir::unexpected(connection_.issue(text->code()));
  }
  return run(Fixed::forget_text, rid);
}

fhir::Result<TextIndexer::Body> TextIndexer::current(std::int64_t rid) {
  FHIR_TRY(statement, connection_.fixed(Fixed::read_by_rid));
  Run run(*statement);
  run->bind(1, rid);
  return body_of(run);
}

fhir::Result<TextIndexer::Body> TextIndexer::superseded(std::int64_t rid, std::int64_t version_id) {
  FHIR_TRY(statement, connection_.fixed(Fixed::read_superseded));
  Run run(*statement);
  run->bind(1, rid);
  run->bind(2, version_id);
  return body_of(run);
}

/// Of a row of `resource` or `history`.
fhir::Result<TextIndexer::Body> TextIndexer::body_of(Run& row) {
  Body body;
  const Step step = row->step();
  if (step == Step::failed) return fhir::unexpected(connection_.issue(row->code()));
  if (step == Step::done) return body;
  body.version_id = row->integer(0);
  if (row->integer(3) != 0) return body;
  FHIR_TRY(json, connection_.body(*row, 4));
  body.words = search::full_text_of(json);
  return body;
}

fhir::Result<bool> TextIndexer::is_due(std::int64_t rid) {
  FHIR_TRY(statement, connection_.statement("SELECT count(*) FROM full_text_due WHERE rid = ?"));
  Run run(*statement);
  run->bind(1, rid);
  if (run->step() == Step::failed) return fhir::unexpected(connection_.issue(run->code()));
  return run->integer(0) != 0;
}

fhir::Result<void> TextIndexer::run(Fixed name, std::int64_t value) {
  FHIR_TRY(statement, connection_.fixed(name));
  Run run(*statement);
  run->bind(1, value);
  if (run->step() == Step::failed) return fhir::unexpected(connection_.issue(run->code()));
  return {};
}

}  // namespace server::storage::sqlite
