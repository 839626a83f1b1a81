#include "src/graphql/list_expressions.h"

#include "src/graphql/limits.h"

namespace server::graphql {
namespace {

using fhir::fhirpath::Collection;
using fhir::fhirpath::Expression;

constexpr std::size_t k_steps_max = 1'000'000;

}  // namespace

fhir::Result<Collection> ListExpressions::run(std::string_view written, std::string source,
                                              std::span<const fhir::Element> items,
                                              const fhir::Element& resource) {
  if (std::chrono::steady_clock::now() > services_.deadline)
    return fhir::unexpected(fhir::make_issue(fhir::Situation::timed_out, fhir::IssueType::timeout,
                                             "The query took too long"));
  auto found = compiled_.find(source);
  if (found == compiled_.end()) {
    if (compiled_.size() >= k_expressions_max)
      return fhir::unexpected(fhir::make_issue(fhir::IssueType::too_costly,
                                               "The query has too many FHIRPath expressions"));
    // By itself first: parentheses of ours complete nothing, and places are those of the client.
    FHIR_CHECK(Expression::compile(std::string(written), services_.schema->definitions()));
    FHIR_TRY(made, Expression::compile(source, services_.schema->definitions()));
    found = compiled_.emplace(std::move(source), std::move(made)).first;
  }
  fhir::fhirpath::Variable list;
  list.name = "items";
  for (const fhir::Element& item : items) list.items.push(fhir::fhirpath::Item(item));
  fhir::fhirpath::Environment environment;
  environment.definitions = &services_.schema->definitions();
  environment.resource = resource;
  environment.root_resource = resource;
  environment.terminology = services_.terminology;
  environment.units = services_.units;
  environment.variables = {&list, 1};
  environment.now_utc_ms = services_.now_utc_ms;
  environment.steps_max = k_steps_max;
  return found->second.evaluate(resource, environment);
}

fhir::Result<std::vector<std::size_t>> ListExpressions::where(std::string_view condition,
                                                              std::span<const fhir::Element> items,
                                                              const fhir::Element& resource) {
  // A line of its own: a comment at the end of the condition ends there.
  FHIR_TRY(kept,
           run(condition, "%items.where((" + std::string(condition) + "\n))", items, resource));
  std::vector<std::size_t> out;
  std::size_t at = 0;
  for (const fhir::fhirpath::Item& item : kept) {
    const fhir::Element* element = item.element();
    if (element == nullptr) continue;
    while (at < items.size() &&
           (items[at].value != element->value || items[at].sibling != element->sibling))
      ++at;
    if (at < items.size()) out.push_back(at++);
  }
  return out;
}

fhir::Result<std::vector<std::string>> ListExpressions::select(std::string_view expression,
                                                               std::span<const fhir::Element> items,
                                                               const fhir::Element& resource) {
  const std::string inner = "(" + std::string(expression) + "\n)";
  FHIR_TRY(names,
           run(expression,
               "%items.select(iif(" + inner + ".exists(), " + inner + ".first().toString(), ''))",
               items, resource));
  if (names.size() != items.size())
    return fhir::unexpected(
        fhir::make_issue(fhir::Situation::unprocessable, fhir::IssueType::processing,
                         "The expression of @slice gives no string for an item of the list"));
  std::vector<std::string> out;
  for (const fhir::fhirpath::Item& name : names) out.push_back(name.text());
  return out;
}

}  // namespace server::graphql
