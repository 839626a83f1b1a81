// https://hl7.org/fhir/R4/resource-operation-meta.html
#include "src/storage/sqlite/labels.h"

#include <set>

namespace server::storage::sqlite {
namespace {

constexpr std::string_view k_profile = "http://hl7.org/fhir/SearchParameter/Resource-profile";
constexpr std::string_view k_security = "http://hl7.org/fhir/SearchParameter/Resource-security";
constexpr std::string_view k_tag = "http://hl7.org/fhir/SearchParameter/Resource-tag";

using Pairs = std::set<std::pair<std::string, std::string>>;

fhir::Result<void> add_rows(Connection& connection, std::string_view sql, std::int64_t parameter,
                            Pairs& out) {
  FHIR_TRY(statement, connection.statement(std::string(sql)));
  Run run(*statement);
  run->bind(1, parameter);
  Step step;
  while ((step = run->step()) == Step::row)
    out.emplace(std::string(run->bytes(0)), std::string(run->bytes(1)));
  if (step == Step::failed) return fhir::unexpected(connection.issue(run->code()));
  return {};
}

std::vector<Label> labels_of(const Pairs& pairs) {
  std::vector<Label> out;
  for (const auto& [system, code] : pairs) out.push_back({system, code});
  return out;
}

}  // namespace

fhir::Result<Labels> labels_in_use(Connection& connection, const Dictionary& dictionary,
                                   std::string_view type_name) {
  constexpr std::string_view k_tokens =
      "SELECT DISTINCT s.uri, t.code FROM token_index t JOIN system s ON s.system = t.system "
      "WHERE t.param = ?";
  constexpr std::string_view k_uris = "SELECT DISTINCT value, '' FROM uri_index WHERE param = ?";
  std::vector<std::int64_t> types;
  if (type_name.empty()) {
    types = dictionary.types();
  } else if (const auto type = dictionary.type(type_name)) {
    types.push_back(*type);
  }
  Pairs profiles, security, tags;
  for (const std::int64_t type : types) {
    if (const auto found = dictionary.parameter(type, k_profile))
      FHIR_CHECK(add_rows(connection, k_uris, *found, profiles));
    if (const auto found = dictionary.parameter(type, k_security))
      FHIR_CHECK(add_rows(connection, k_tokens, *found, security));
    if (const auto found = dictionary.parameter(type, k_tag))
      FHIR_CHECK(add_rows(connection, k_tokens, *found, tags));
  }
  Labels out;
  for (const auto& [profile, unused] : profiles) out.profiles.push_back(profile);
  out.security = labels_of(security);
  out.tags = labels_of(tags);
  return out;
}

}  // namespace server::storage::sqlite
