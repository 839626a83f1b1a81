// https://hl7.org/fhir/R4/operationoutcome-definitions.html#OperationOutcome.issue.expression
#include "fhir/validation/path.h"

#include <algorithm>

#include "fhir/validation/primitives.h"

namespace fhir::validation {
namespace {

/// The comment must not end early, hence only well-formed names and ids are printed.
bool is_printable(std::string_view text) {
  return text.size() <= 128 && std::all_of(text.begin(), text.end(), [](char c) {
           return is_id(std::string_view{&c, 1});
         });
}

void append_comment(const json::Value& resource, std::string& out) {
  const std::string_view type = resource.string_at("resourceType");
  if (type.empty() || !is_printable(type)) return;
  const std::string_view id = resource.string_at("id");
  out.append("/*").append(type).append("/");
  out.append(id.empty() || !is_printable(id) ? std::string_view{"null"} : id).append("*/");
}

void append(const Path& path, std::string& out) {
  if (path.parent != nullptr) {
    append(*path.parent, out);
    out += '.';
  }
  out.append(path.name);
  if (path.index >= 0) out.append("[").append(std::to_string(path.index)).append("]");
  if (!path.chosen_type.empty()) out.append(".ofType(").append(path.chosen_type).append(")");
  if (path.resource != nullptr) append_comment(*path.resource, out);
}

}  // namespace

std::string to_string(const Path& path) {
  std::string out;
  append(path, out);
  return out;
}

}  // namespace fhir::validation
