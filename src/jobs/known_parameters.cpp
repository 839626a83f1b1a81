#include "src/jobs/known_parameters.h"

#include <set>

#include "fhir/base/name_hash.h"
#include "fhir/definitions/definition_store.h"
#include "fhir/formats/json_document.h"
#include "fhir/formats/json_writer.h"

namespace server::jobs {
namespace {

/// Which form the texts in the rows of a type have: another one means that they are to be made
/// anew. 1: as fold_string() has them, with parts of family names.
std::string_view text_form_of(fhir::SearchParameterType type) {
  using fhir::SearchParameterType;
  const bool has_texts = type == SearchParameterType::string ||
                         type == SearchParameterType::token ||
                         type == SearchParameterType::composite;
  return has_texts ? "\ntexts 1" : "";
}

/// What the index rows of a parameter depend on.
std::string fingerprint(const fhir::SearchParameter& parameter) {
  std::string text(parameter.expression);
  text += '\n' + std::to_string(static_cast<int>(parameter.type));
  text += text_form_of(parameter.type);
  for (std::string_view base : parameter.bases) text.append(" ").append(base);
  for (const auto& component : parameter.components)
    text.append("\n").append(component.definition).append(" ").append(component.expression);
  return std::to_string(fhir::name_hash(text));
}

}  // namespace

fhir::Result<KnownParameters> KnownParameters::of_text(std::string_view text) {
  FHIR_TRY(document, fhir::json::Document::read(std::string(text)));
  KnownParameters known;
  for (const fhir::json::Member& member : document.root().members())
    known.prints_.emplace(member.name(), member.value.string());
  known.has_told_ = true;
  return known;
}

KnownParameters KnownParameters::of(const fhir::DefinitionStore& definitions) {
  KnownParameters known;
  known.prints_.emplace(k_contained_parameter, "1");
  for (const fhir::SearchParameter& parameter : definitions.search_parameters())
    known.prints_.emplace(parameter.url, fingerprint(parameter));
  known.has_told_ = true;
  return known;
}

std::string KnownParameters::to_text() const {
  std::string text;
  fhir::json::Builder out(text);
  out.begin_object();
  for (const auto& [url, print] : prints_) out.string(url, print);
  out.end_object();
  return text;
}

KnownParameters::Change KnownParameters::change_to(
    const KnownParameters& present, const fhir::DefinitionStore& definitions,
    const std::vector<std::pair<std::string, std::uint64_t>>& counts) const {
  std::set<std::string> types;
  Change change;
  for (const fhir::SearchParameter& parameter : definitions.search_parameters()) {
    const std::string url(parameter.url);
    const auto known = prints_.find(url), now = present.prints_.find(url);
    const bool is_indexed =
        !has_told_ ||  // as it was written
        (known != prints_.end() && now != present.prints_.end() && known->second == now->second);
    if (is_indexed || parameter.expression.empty()) continue;
    bool concerns_any = false;
    for (const auto& [type, count] : counts) {
      if (count == 0 || definitions.search_parameter(type, parameter.code) != &parameter) continue;
      types.insert(type);
      concerns_any = true;
    }
    if (concerns_any) change.parameters.push_back(url);
  }
  if (!counts.empty() && !prints_.contains(std::string(k_contained_parameter))) {
    for (const auto& [type, count] : counts) types.insert(type);
    change.parameters.emplace_back(k_contained_parameter);
  }
  change.types.assign(types.begin(), types.end());
  return change;
}

}  // namespace server::jobs
