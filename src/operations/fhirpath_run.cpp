#include "src/operations/fhirpath_run.h"

#include <functional>

namespace server::operations {
namespace {

using fhir::Element;
using fhir::Issue;
using fhir::Result;
using fhir::fhirpath::Collection;
using fhir::fhirpath::Environment;
using fhir::fhirpath::Expression;
using fhir::fhirpath::Item;

constexpr std::size_t k_compiled_max = 1000;
/// For one answer to somebody who waits: about a second.
constexpr std::size_t k_steps_max = 20'000'000;

Issue at_stage(Issue issue, std::string_view stage) {
  issue.rule = stage;
  return issue;
}

class TraceKeeper final : public fhir::fhirpath::Tracer {
 public:
  explicit TraceKeeper(std::vector<FhirpathTrace>& traces) : traces_(traces) {}
  void trace(std::string_view name, const Collection& items) override {
    if (count_ + items.size() > k_items_max) return;
    count_ += items.size() + 1;
    traces_.push_back({std::string(name), items});
  }

 private:
  static constexpr std::size_t k_items_max = 100'000;
  std::vector<FhirpathTrace>& traces_;
  std::size_t count_ = 0;
};

/// References to the entries of a Bundle, by fullUrl or by type and id.
class BundleResolver final : public fhir::fhirpath::Resolver {
 public:
  explicit BundleResolver(const Element& resource, const fhir::DefinitionStore& definitions)
      : resource_(resource), definitions_(definitions) {}

  std::optional<Element> resolve(std::string_view reference) override {
    const fhir::json::Value* entries =
        resource_.value != nullptr ? resource_.value->find("entry") : nullptr;
    if (entries != nullptr) {
      for (const fhir::json::Value& entry : entries->items()) {
        const fhir::json::Value* target = entry.find("resource");
        if (target != nullptr && is_meant(entry, *target, reference))
          return root_element(*target, definitions_);
      }
    }
    return typed_only(reference);
  }

 private:
  static bool is_meant(const fhir::json::Value& entry, const fhir::json::Value& target,
                       std::string_view reference) {
    if (entry.string_at("fullUrl") == reference) return true;
    const std::string_view type = target.string_at("resourceType");
    const std::string_view id = target.string_at("id");
    return !type.empty() && !id.empty() && reference.size() == type.size() + id.size() + 1 &&
           reference.starts_with(type) && reference[type.size()] == '/' && reference.ends_with(id);
  }

  /// What cannot be fetched is still known by its type: `resolve() is Patient`.
  std::optional<Element> typed_only(std::string_view reference) const {
    std::vector<std::string_view> parts;
    while (parts.size() < 64) {
      const std::size_t end = reference.find('/');
      parts.push_back(reference.substr(0, end));
      if (end == std::string_view::npos) break;
      reference.remove_prefix(end + 1);
    }
    if (parts.size() >= 4 && parts[parts.size() - 2] == "_history") parts.resize(parts.size() - 2);
    if (parts.size() < 2) return std::nullopt;
    const fhir::TypeSchema* type = definitions_.type(parts[parts.size() - 2]);
    if (type == nullptr || type->kind != fhir::TypeKind::resource) return std::nullopt;
    return Element{nullptr, nullptr, nullptr, type};
  }

  const Element& resource_;
  const fhir::DefinitionStore& definitions_;
};

}  // namespace

Collection items_of(const fhir::json::Value& value, const fhir::DefinitionStore& definitions) {
  Collection items;
  if (value.is_null()) return items;
  if (!value.is_array()) return Collection(Item(root_element(value, definitions)));
  for (const fhir::json::Value& item : value.items()) {
    if (!item.is_null() && !item.is_array()) items.push(Item(root_element(item, definitions)));
  }
  return items;
}

Result<std::shared_ptr<const Expression>> FhirpathRunner::compiled(std::string_view source) {
  if (const auto at = compiled_.find(source); at != compiled_.end()) return at->second;
  auto expression = Expression::compile(source, definitions_);
  if (!expression) return fhir::unexpected(at_stage(std::move(expression.error()), "syntax"));
  if (compiled_.size() >= k_compiled_max) compiled_.clear();
  auto kept = std::make_shared<const Expression>(*std::move(expression));
  compiled_.emplace(std::string(source), kept);
  return kept;
}

/// The items that the expression is evaluated for; all are elements or values of the resource.
Result<Collection> FhirpathRunner::contexts(const FhirpathInput& input,
                                            const Environment& environment) {
  if (input.context.empty()) return Collection(Item(input.resource));
  FHIR_TRY(context, compiled(input.context));
  auto items = context->evaluate(input.resource, environment);
  if (!items) return fhir::unexpected(at_stage(std::move(items.error()), "execution"));
  return *std::move(items);
}

Result<std::vector<FhirpathOutput>> FhirpathRunner::run(const FhirpathInput& input) {
  FHIR_TRY(expression, compiled(input.expression));
  BundleResolver resolver(input.resource, definitions_);
  Environment environment;
  environment.definitions = &definitions_;
  environment.resource = input.resource;
  environment.root_resource = input.resource;
  environment.resolver = &resolver;
  environment.terminology = terminology_;
  if (terminology_ != nullptr) environment.units = terminology_->units();
  std::optional<ValidatorJudge> judge;
  if (input.document != nullptr) judge.emplace(*input.document, definitions_, validator_);
  environment.profiles = judge ? &*judge : nullptr;
  environment.element_definitions = &element_definitions_;
  environment.variables = input.variables;
  environment.now_utc_ms = input.now_utc_ms;
  environment.offset_minutes = input.offset_minutes;
  environment.steps_max = k_steps_max;
  FHIR_TRY(items, contexts(input, environment));

  std::vector<FhirpathOutput> outputs;
  fhir::fhirpath::ElementPaths paths(input.resource);
  const fhir::TypeSchema* analysed = nullptr;
  bool is_analysed = false;
  for (const Item& item : items) {
    const Element* element = item.element();
    if (element == nullptr)
      return fhir::unexpected(
          at_stage(fhir::make_issue(fhir::IssueType::value,
                                    "The context must yield elements of the resource"),
                   "execution"));
    if (input.is_checked && (!is_analysed || analysed != element->type)) {
      is_analysed = true;
      analysed = element->type;
      const auto analysis = analyze(*expression, definitions_,
                                    {.context = element->type,
                                     .resource = input.resource.type,
                                     .variables = input.variables});
      if (const Issue* mistake = analysis.first_error())
        return fhir::unexpected(at_stage(*mistake, "semantic"));
    }
    FhirpathOutput& output = outputs.emplace_back();
    if (!input.context.empty()) output.context_path = paths.find(*element);
    TraceKeeper keeper(output.traces);
    environment.tracer = &keeper;
    auto result = expression->evaluate(*element, environment);
    if (!result) return fhir::unexpected(at_stage(std::move(result.error()), "execution"));
    output.items = *std::move(result);
  }
  return outputs;
}

}  // namespace server::operations
