// https://hl7.org/fhir/R4/http.html#general https://hl7.org/fhir/R4/datatypes.html#id
#include "src/rest/path.h"

#include <algorithm>

#include "fhir/definitions/schema.h"
#include "src/search/percent.h"

namespace server::rest {

fhir::Result<std::string_view> path_below(std::string_view base, std::string_view path,
                                          std::string& storage) {
  if (!path.starts_with(base) || (path.size() > base.size() && path[base.size()] != '/'))
    return fhir::unexpected(
        fhir::make_issue(fhir::IssueType::not_found, "The FHIR endpoint is " + std::string(base)));
  path.remove_prefix(std::min(path.size(), base.size() + 1));
  if (path.find('%') == std::string_view::npos) return path;
  std::string escaped;
  for (char c : path) {  // a plus is itself in a path
    if (c == '+')
      escaped += "%2B";
    else
      escaped += c;
  }
  FHIR_TRY(decoded, search::split_query("p=" + escaped));
  if (decoded.size() != 1)
    return fhir::unexpected(
        fhir::make_issue(fhir::IssueType::not_found, "Nothing is served under this URL"));
  storage = std::move(decoded.front().second);
  return std::string_view(storage);
}

bool is_id(std::string_view text) {
  if (text.empty() || text.size() > 64) return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.';
  });
}

fhir::Result<void, Failure> check_names(const Call& call) {
  // R4 gives $convert the URL [base]/Resource/$convert.
  const bool is_for_any_type = call.type == "Resource" && call.operation == "convert";
  if (!call.type.empty() && !is_for_any_type) {
    const fhir::TypeSchema* type = call.snapshot->definitions().type(call.type);
    if (type == nullptr || type->kind != fhir::TypeKind::resource || type->is_abstract)
      return fhir::unexpected(
          failure(fhir::make_issue(fhir::Situation::not_found, fhir::IssueType::not_supported,
                                   "R4 has no resource type of the name in the URL")));
  }
  if (!call.member.empty() && call.member != "*") {
    const fhir::TypeSchema* type = call.snapshot->definitions().type(call.member);
    if (type == nullptr || type->kind != fhir::TypeKind::resource || type->is_abstract)
      return fhir::unexpected(
          failure(fhir::make_issue(fhir::Situation::not_found, fhir::IssueType::not_supported,
                                   "R4 has no resource type of the name in the URL")));
  }
  if (!call.id.empty() && !is_id(call.id)) {
    return fhir::unexpected(failure(
        call.is_get ? fhir::make_issue(fhir::IssueType::not_found,
                                       "There is no resource of this type and id")
                    : fhir::make_issue(fhir::IssueType::value,
                                       "An id has 1 to 64 characters of A-Z, a-z, 0-9, - and .")));
  }
  return {};
}

}  // namespace server::rest
