#include "src/storage/sql/schema.h"

namespace server::storage::sql {
namespace {

using Columns = std::string_view;

constexpr Columns k_token[] = {"param", "code", "rid", "system"};
constexpr Columns k_string[] = {"param", "folded", "rid", "exact"};
constexpr Columns k_range[] = {"param", "low", "high", "rid"};
constexpr Columns k_quantity[] = {"param", "low", "high", "rid", "code", "system"};
constexpr Columns k_reference[] = {"param", "target", "rid"};
constexpr Columns k_uri[] = {"param", "value", "rid"};
constexpr Columns k_text[] = {"param", "text", "rid"};
constexpr Columns k_composite[] = {"param", "text1",   "rid",     "system1", "low1",
                                   "high1", "text2",   "system2", "low2",    "high2",
                                   "text3", "system3", "low3",    "high3"};

}  // namespace

const std::array<IndexTable, k_index_kinds>& index_tables() {
  static constexpr std::array<IndexTable, k_index_kinds> tables{{
      {"token_index", k_token},
      {"string_index", k_string},
      {"date_index", k_range},
      {"number_index", k_range},
      {"quantity_index", k_quantity},
      {"reference_index", k_reference},
      {"uri_index", k_uri},
      {"composite_index", k_composite},
      {"text_index", k_text},
  }};
  return tables;
}

std::string_view text_schema() {
  return R"sql(
CREATE TABLE concept_text(text {int} PRIMARY KEY, folded {text} NOT NULL UNIQUE);
CREATE TABLE text_index(param {int}, text {int}, rid {int},
  PRIMARY KEY(param, text, rid)) {clustered};
CREATE INDEX text_of ON text_index(rid, param);
)sql";
}

std::string_view full_text_schema() {
  return R"sql(
CREATE VIRTUAL TABLE full_text USING fts5(narrative, content, content = '',
  tokenize = "unicode61 remove_diacritics 0 categories 'L* N* Co M*'");
CREATE TABLE full_text_doc(doc {int} PRIMARY KEY AUTOINCREMENT, rid {int} NOT NULL UNIQUE);
CREATE TABLE full_text_due(rid {int} PRIMARY KEY);
)sql";
}

std::string_view full_text_version_schema() {
  return R"sql(
INSERT INTO full_text(full_text) VALUES('delete-all');
DELETE FROM setting WHERE name = 'full_text';
DELETE FROM full_text_due;
DROP TABLE full_text_doc;
CREATE TABLE full_text_doc(doc {int} PRIMARY KEY AUTOINCREMENT, rid {int} NOT NULL UNIQUE,
  version_id {int} NOT NULL);
)sql";
}

std::string_view body_dictionary_schema() {
  return R"sql(
CREATE TABLE body_dictionary(dictionary {int} PRIMARY KEY, content {blob} NOT NULL);
)sql";
}

std::string_view initial_schema() {
  return R"sql(
CREATE TABLE resource_type(type {int} PRIMARY KEY, name {text} NOT NULL UNIQUE,
  live {int} NOT NULL, versions {int} NOT NULL);
CREATE TABLE search_parameter(param {int} PRIMARY KEY, type {int} NOT NULL, url {text} NOT NULL,
  UNIQUE(type, url));
CREATE TABLE system(system {int} PRIMARY KEY, uri {text} NOT NULL UNIQUE);
INSERT INTO system VALUES(0, '');

CREATE TABLE resource(rid {int} PRIMARY KEY, type {int} NOT NULL, id {text} NOT NULL,
  version_id {int} NOT NULL, last_updated {int} NOT NULL, method {int} NOT NULL,
  deleted {int} NOT NULL, body {blob});
CREATE UNIQUE INDEX resource_identity ON resource(type, id);
CREATE INDEX resource_live ON resource(type) WHERE deleted = 0;
CREATE INDEX resource_time ON resource(type, last_updated) WHERE version_id > 0;

CREATE TABLE history(seq {int} PRIMARY KEY, rid {int} NOT NULL, version_id {int} NOT NULL,
  type {int} NOT NULL, last_updated {int} NOT NULL, method {int} NOT NULL,
  deleted {int} NOT NULL, body {blob});
CREATE UNIQUE INDEX history_version ON history(rid, version_id);
CREATE INDEX history_time ON history(type, last_updated);

CREATE TABLE token_index(param {int}, code {text}, rid {int}, system {int},
  PRIMARY KEY(param, code, rid, system)) {clustered};
CREATE INDEX token_of ON token_index(rid, param);
CREATE TABLE string_index(param {int}, folded {text}, rid {int}, exact {text},
  PRIMARY KEY(param, folded, rid, exact)) {clustered};
CREATE INDEX string_of ON string_index(rid, param);
CREATE TABLE date_index(param {int}, low {int}, high {int}, rid {int},
  PRIMARY KEY(param, low, high, rid)) {clustered};
CREATE INDEX date_of ON date_index(rid, param);
CREATE INDEX date_long ON date_index(param, high) WHERE high - low > 2678400000;
CREATE TABLE number_index(param {int}, low {real}, high {real}, rid {int},
  PRIMARY KEY(param, low, high, rid)) {clustered};
CREATE INDEX number_of ON number_index(rid, param);
CREATE INDEX number_wide ON number_index(param, high) WHERE low < high;
CREATE TABLE quantity_index(param {int}, low {real}, high {real}, rid {int}, code {text},
  system {int}, PRIMARY KEY(param, low, high, rid, code, system)) {clustered};
CREATE INDEX quantity_of ON quantity_index(rid, param);
CREATE INDEX quantity_wide ON quantity_index(param, high) WHERE low < high;
CREATE TABLE reference_index(param {int}, target {int}, rid {int},
  PRIMARY KEY(param, target, rid)) {clustered};
CREATE INDEX reference_of ON reference_index(rid, param);
CREATE TABLE uri_index(param {int}, value {text}, rid {int},
  PRIMARY KEY(param, value, rid)) {clustered};
CREATE INDEX uri_of ON uri_index(rid, param);
CREATE TABLE composite_index(param {int}, text1 {text}, rid {int},
  system1 {int}, low1 {real}, high1 {real},
  text2 {text}, system2 {int}, low2 {real}, high2 {real},
  text3 {text}, system3 {int}, low3 {real}, high3 {real},
  PRIMARY KEY(param, text1, rid, system1, low1, high1, text2, system2, low2, high2,
              text3, system3, low3, high3)) {clustered};
CREATE INDEX composite_of ON composite_index(rid, param);

CREATE TABLE setting(name {text} PRIMARY KEY, value {text} NOT NULL) {clustered};
)sql";
}

}  // namespace server::storage::sql
