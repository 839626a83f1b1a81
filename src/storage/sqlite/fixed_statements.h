// The statements whose text never changes, by name.
#pragma once

#include <cstddef>
#include <string>

#include "src/storage/sql/schema.h"

namespace server::storage::sqlite {

enum class Fixed : unsigned char {
  begin,
  begin_immediate,
  commit,
  rollback,
  savepoint,
  release,
  rollback_to,
  find_identity,
  read_current,
  read_by_rid,
  read_superseded,
  newest_rid,
  newest_change,
  newest_time,
  find_system,
  find_text,
  insert_text,
  insert_identity,
  insert_resource,
  update_resource,
  supersede,
  insert_type,
  insert_parameter,
  insert_system,
  update_counts,
  touch,
  forward_targets,
  forward_targets_any,
  reverse_sources,
  note_text,
  text_due,
  find_full_text,
  forget_text,
  number_text,
  insert_full_text,
  delete_full_text,
  text_done,
  index_insert,                                               // + IndexKind: one row
  index_insert_few = index_insert + sql::k_index_kinds,       // + IndexKind: k_rows_few
  index_insert_many = index_insert_few + sql::k_index_kinds,  // + IndexKind: k_rows_many
  index_delete = index_insert_many + sql::k_index_kinds,      // + IndexKind
  index_select = index_delete + sql::k_index_kinds,           // + IndexKind
  end = index_select + sql::k_index_kinds
};

// Rows that one statement inserts: its cursors stay where the last row went.
inline constexpr std::size_t k_rows_few = 8;
inline constexpr std::size_t k_rows_many = 64;

inline constexpr std::size_t k_fixed_statements = static_cast<std::size_t>(Fixed::end);

inline Fixed of_kind(Fixed first, sql::IndexKind kind) {
  return static_cast<Fixed>(static_cast<unsigned char>(first) + static_cast<unsigned char>(kind));
}

const std::string& text_of(Fixed statement);

}  // namespace server::storage::sqlite
