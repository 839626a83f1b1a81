#include "src/storage/sqlite/fixed_statements.h"

#include <array>

namespace server::storage::sqlite {
namespace {

using Texts = std::array<std::string, k_fixed_statements>;

/// Values in the order of the index table's columns.
std::string index_statement(Fixed first, const sql::IndexTable& table) {
  std::string columns, marks, matches;
  for (std::string_view column : table.columns) {
    columns.append(columns.empty() ? "" : ", ").append(column);
    marks += marks.empty() ? "?" : ", ?";
    matches.append(matches.empty() ? "" : " AND ").append(column).append(" = ?");
  }
  const std::string name(table.name);
  if (first == Fixed::index_delete) return "DELETE FROM " + name + " WHERE " + matches;
  if (first == Fixed::index_select) return "SELECT " + columns + " FROM " + name + " WHERE rid = ?";
  std::size_t rows = first == Fixed::index_insert_many  ? k_rows_many
                     : first == Fixed::index_insert_few ? k_rows_few
                                                        : 1;
  std::string text = "INSERT INTO " + name + "(" + columns + ") VALUES(" + marks + ")";
  while (--rows > 0) text += ", (" + marks + ")";
  return text;
}

Texts make_texts() {
  Texts texts;
  const auto set = [&](Fixed at, std::string text) {
    texts[static_cast<std::size_t>(at)] = std::move(text);
  };
  set(Fixed::begin, "BEGIN");
  set(Fixed::begin_immediate, "BEGIN IMMEDIATE");
  set(Fixed::commit, "COMMIT");
  set(Fixed::rollback, "ROLLBACK");
  set(Fixed::savepoint, "SAVEPOINT batch");
  set(Fixed::release, "RELEASE batch");
  set(Fixed::rollback_to, "ROLLBACK TO batch");
  set(Fixed::find_identity,
      "SELECT rid, version_id, deleted, last_updated FROM resource WHERE type = ? AND id = ?");
  set(Fixed::read_current,
      "SELECT version_id, last_updated, method, deleted, body, rid FROM resource "
      "WHERE type = ? AND id = ?");
  set(Fixed::read_by_rid,
      "SELECT version_id, last_updated, method, deleted, body, type, id FROM resource "
      "WHERE rid = ?");
  set(Fixed::read_superseded,
      "SELECT version_id, last_updated, method, deleted, body FROM history "
      "WHERE rid = ? AND version_id = ?");
  set(Fixed::newest_rid, "SELECT max(rid) FROM resource");
  set(Fixed::newest_change, "SELECT max(seq) FROM history");
  set(Fixed::newest_time,
      "SELECT max(last_updated) FROM resource WHERE version_id > 0 AND type = ?");
  set(Fixed::find_system, "SELECT system FROM system WHERE uri = ?");
  set(Fixed::find_text, "SELECT text FROM concept_text WHERE folded = ?");
  set(Fixed::insert_text, "INSERT INTO concept_text VALUES(NULL, ?)");
  set(Fixed::insert_identity, "INSERT INTO resource VALUES(NULL, ?, ?, 0, 0, 0, 1, NULL)");
  set(Fixed::insert_resource, "INSERT INTO resource VALUES(NULL, ?, ?, ?, ?, ?, ?, ?)");
  set(Fixed::update_resource,
      "UPDATE resource SET version_id = ?, last_updated = ?, method = ?, deleted = ?, body = ? "
      "WHERE rid = ?");
  set(Fixed::supersede,
      "INSERT INTO history SELECT NULL, rid, version_id, type, last_updated, method, deleted, body "
      "FROM resource WHERE rid = ?");
  set(Fixed::insert_type, "INSERT INTO resource_type VALUES(?, ?, 0, 0)");
  set(Fixed::insert_parameter, "INSERT INTO search_parameter VALUES(?, ?, ?)");
  set(Fixed::insert_system, "INSERT INTO system VALUES(?, ?)");
  set(Fixed::update_counts,
      "UPDATE resource_type SET live = live + ?, versions = versions + ? WHERE type = ?");
  set(Fixed::touch,
      "INSERT INTO setting VALUES('touched', ?) ON CONFLICT(name) DO UPDATE SET value = "
      "excluded.value");
  set(Fixed::forward_targets, "SELECT target FROM reference_index WHERE rid = ? AND param = ?");
  set(Fixed::forward_targets_any, "SELECT target FROM reference_index WHERE rid = ?");
  set(Fixed::reverse_sources, "SELECT rid FROM reference_index WHERE param = ? AND target = ?");
  set(Fixed::note_text, "INSERT OR IGNORE INTO full_text_due VALUES(?)");
  set(Fixed::text_due, "SELECT rid FROM full_text_due ORDER BY rid LIMIT 32");
  set(Fixed::find_full_text, "SELECT doc, version_id FROM full_text_doc WHERE rid = ?");
  set(Fixed::forget_text, "DELETE FROM full_text_doc WHERE rid = ?");
  set(Fixed::number_text, "INSERT INTO full_text_doc(rid, version_id) VALUES(?, ?)");
  set(Fixed::insert_full_text,
      "INSERT INTO full_text(rowid, narrative, content) VALUES(last_insert_rowid(), ?, ?)");
  set(Fixed::delete_full_text,
      "INSERT INTO full_text(full_text, rowid, narrative, content) VALUES('delete', ?, ?, ?)");
  set(Fixed::text_done, "DELETE FROM full_text_due WHERE rid = ?");
  for (std::size_t kind = 0; kind < sql::k_index_kinds; ++kind) {
    for (Fixed first : {Fixed::index_insert, Fixed::index_insert_few, Fixed::index_insert_many,
                        Fixed::index_delete, Fixed::index_select}) {
      set(of_kind(first, static_cast<sql::IndexKind>(kind)),
          index_statement(first, sql::index_tables()[kind]));
    }
  }
  return texts;
}

}  // namespace

const std::string& text_of(Fixed statement) {
  static const Texts texts = make_texts();
  return texts[static_cast<std::size_t>(statement)];
}

}  // namespace server::storage::sqlite
