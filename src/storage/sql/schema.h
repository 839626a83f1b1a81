// The tables and what they hold. One file `medisync.db` (SQLite: pages of 8192 bytes, WAL beside
// it).
//
//   resource_type     type  → name, live (current resources), versions (all versions ever stored)
//   search_parameter  param → type, url: a parameter as it applies to one resource type
//   system            system → uri; 0 is "no system"
//       Small integers, never reused; about 150 + 1,500 + some hundred rows, cached in memory.
//
//   resource  rid → type, id, version_id, last_updated, method, deleted, body
//       One row per identity; rid never changes and is never reused. The current version's body is
//       here, the exact JSON that a read sends. deleted = 0: live. deleted = 1 with version_id >=
//       1: the last version is a deletion, body NULL. version_id = 0 (deleted = 1): a mere
//       identity, the target of a reference to something that is not here yet; it reads as
//       not-found. resource_identity  (type, id)            unique resource_live      (type) of
//       live rows   rid order: plain searches, :missing, :not resource_time      (type,
//       last_updated) of rows with a version: _lastUpdated, type history
//   history   seq → rid, version_id, type, last_updated, method, deleted, body
//       The superseded versions, appended when the next one arrives, never updated.
//       history_version (rid, version_id) unique, history_time (type, last_updated)
//
//   The search index holds rows of live current versions only. Each table is clustered by its key,
//   the order of which answers the query; each has a second index (rid, param) that gives a
//   resource's values: for updates, sort, includes and chains.
//       token_index      (param, code, rid, system)
//       string_index     (param, folded, rid, exact)
//       date_index       (param, low, high, rid)             half-open, UTC ms
//       number_index     (param, low, high, rid)             closed
//       quantity_index   (param, low, high, rid, code, system)
//       reference_index  (param, target, rid)                target is a rid
//       uri_index        (param, value, rid)
//       composite_index  (param, text1, rid, system1, low1, high1, text2 … high3)
//       text_index       (param, text, rid)       text: a row of concept_text (text → folded),
//       which
//                        holds each display once and is never emptied
//       date_long, number_wide, quantity_wide: the few rows that span more than 31 days, or that
//       are true ranges, by their end; all other rows end where or soon after they begin.
//       A row costs about 20 bytes and its text, twice.
//
//   body_dictionary   dictionary → content
//       body is a block of LZ4 that names one of these (body_codec.h), or the plain JSON. Measured
//       over 223,440 resources of Synthea, 1.4 KB of JSON each: 0.51 KB in resource, 0.08 KB in its
//       three indexes and 0.85 KB in the search index: 1.45 GB for a million. Plain bodies took
//       1.7 KB in resource.
//
//   full_text (narrative, content) is the index of words, without the texts themselves; its rowid
//   is a number of full_text_doc (doc → rid, version_id), which tells whose words these are: to
//   take them out they have to be told again, from that version. full_text_due holds the resources
//   whose words are not those of their current version. All three are empty until the first search
//   for a text. Words that were taken out leave the file when SQLite merges the parts of the index.
//
//   Times are UTC milliseconds. method is the WriteMethod's number.
#pragma once

#include <array>
#include <span>
#include <string_view>

namespace server::storage::sql {

/// One index table: `columns` in the order of its key, the first always param.
struct IndexTable {
  std::string_view name;
  std::span<const std::string_view> columns;
};

enum class IndexKind : unsigned char {
  token,
  string,
  date,
  number,
  quantity,
  reference,
  uri,
  composite,
  text
};
inline constexpr std::size_t k_index_kinds = 9;

/// Indexed by IndexKind.
const std::array<IndexTable, k_index_kinds>& index_tables();
inline const IndexTable& index_table(IndexKind kind) {
  return index_tables()[static_cast<std::size_t>(kind)];
}

/// The statements of migration 2: texts beside tokens.
std::string_view text_schema();

/// The statements of the migration that adds full text.
std::string_view full_text_schema();

/// The statements of the migration that adds whose version is indexed; the index is made anew.
std::string_view full_text_version_schema();

/// The statements of the migration that adds the dictionaries of bodies. Bodies of before stay as
/// they are until they are superseded: both forms can be read.
std::string_view body_dictionary_schema();

/// The statements of migration 1, in the dialect-neutral words of Dialect::ddl.
std::string_view initial_schema();

}  // namespace server::storage::sql
