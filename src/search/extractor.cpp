// One pass over a type's plan; what a value becomes is in the file of the parameter's type.
#include "src/search/extractor.h"

#include <algorithm>
#include <mutex>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "src/search/code_systems.h"
#include "src/search/computed_element.h"
#include "src/search/index_value.h"
#include "src/search/plan.h"
#include "src/search/reference_text.h"
#include "src/search/resolver.h"

namespace server::search {
namespace {

struct LazyPlan {
  const fhir::TypeSchema* type = nullptr;
  std::once_flag once;
  TypePlan plan;
};

// One extraction: of a resource that stands by itself, or of one that `container` contains.
class Run {
 public:
  Run(const fhir::Element& resource, const fhir::Element& container, const IndexContext& context)
      : resource_(resource), context_(context), resolver_(container, context.definitions) {
    context_.resolver = &resolver_;
    environment_.definitions = &context.definitions;
    environment_.resource = resource;
    environment_.root_resource = container;
    environment_.resolver = &resolver_;
    environment_.units = context.units;
  }

  fhir::Result<void> add(const ParameterPlan& plan) {
    if (!plan.components.empty()) return add_composite(plan);
    return evaluate(plan.operands, resource_, [&](const fhir::Element& value) {
      index_value(value, plan.parameter, context_, rows_);
      return fhir::Result<void>();
    });
  }

  IndexRows take() && { return std::move(rows_); }

 private:
  fhir::Result<void> add_composite(const ParameterPlan& plan) {
    return evaluate(plan.operands, resource_, [&](const fhir::Element& at) -> fhir::Result<void> {
      std::vector<IndexRows> components(plan.components.size());
      for (std::size_t i = 0; i < components.size(); ++i) {
        const ComponentPlan& component = plan.components[i];
        FHIR_CHECK(evaluate(component.operands, at, [&](const fhir::Element& value) {
          index_value(value, component.parameter, context_, components[i]);
          return fhir::Result<void>();
        }));
        if (is_empty(components[i])) return {};
      }
      index_composite(plan.parameter, components, rows_);
      return {};
    });
  }

  template <class Visit>
  fhir::Result<void> evaluate(const std::vector<CompiledOperand>& operands,
                              const fhir::Element& context, Visit&& visit) {
    for (const CompiledOperand& operand : operands) {
      fhir::Result<void> result;
      if (const Path* path = std::get_if<Path>(&operand)) {
        path->for_each(context, resource_, resolver_, [&](const fhir::Element& value) {
          if (result) result = visit(value);
        });
      } else {
        result = evaluate_program(std::get<fhir::fhirpath::Expression>(operand), context, visit);
      }
      FHIR_CHECK(std::move(result));
    }
    return {};
  }

  template <class Visit>
  fhir::Result<void> evaluate_program(const fhir::fhirpath::Expression& program,
                                      const fhir::Element& context, Visit&& visit) {
    FHIR_TRY(items, program.evaluate(context, environment_));
    for (const fhir::fhirpath::Item& item : items) {
      const ComputedElement value(item, context_.definitions);
      FHIR_CHECK(visit(value.element()));
    }
    return {};
  }

  const fhir::Element& resource_;
  IndexContext context_;
  ReferenceResolver resolver_;
  fhir::fhirpath::Environment environment_;
  IndexRows rows_;
};

}  // namespace

struct Extractor::State {
  std::shared_ptr<const fhir::DefinitionStore> definitions;
  std::string base_url;
  std::shared_ptr<const fhir::UnitSystem> units;
  CodeSystems code_systems;
  std::unordered_map<std::string_view, LazyPlan> plans;  // all keys from the start

  State(std::shared_ptr<const fhir::DefinitionStore> store, std::string url,
        std::shared_ptr<const fhir::UnitSystem> unit_system)
      : definitions(std::move(store)),
        base_url(std::move(url)),
        units(std::move(unit_system)),
        code_systems(*definitions) {
    for (const std::string_view name : definitions->resource_types()) {
      plans[name].type = definitions->type(name);
    }
  }

  const TypePlan* plan_of(std::string_view resource_type) {
    const auto found = plans.find(resource_type);
    if (found == plans.end() || found->second.type == nullptr) return nullptr;
    LazyPlan& lazy = found->second;
    std::call_once(lazy.once, [&] { lazy.plan = make_plan(*lazy.type, *definitions); });
    return &lazy.plan;
  }
};

Extractor::Extractor(std::unique_ptr<State> state) : state_(std::move(state)) {}
Extractor::~Extractor() = default;

fhir::Result<std::unique_ptr<Extractor>> Extractor::make(
    std::shared_ptr<const fhir::DefinitionStore> definitions, std::string base_url,
    std::shared_ptr<const fhir::UnitSystem> units) {
  if (definitions == nullptr || definitions->resource_types().empty()) {
    return fhir::unexpected(
        fhir::make_issue(fhir::IssueType::not_found, "there are no definitions to index by"));
  }
  return std::unique_ptr<Extractor>(new Extractor(
      std::make_unique<State>(std::move(definitions), std::move(base_url), std::move(units))));
}

fhir::Result<IndexRows> Extractor::extract(const fhir::Element& resource) const {
  FHIR_TRY(rows, extract_within(resource, resource));
  FHIR_CHECK(add_contained(resource, rows));
  return std::move(rows);
}

fhir::Result<IndexRows> Extractor::extract_within(const fhir::Element& resource,
                                                  const fhir::Element& container) const {
  const TypePlan* plan = resource.type != nullptr ? state_->plan_of(resource.type->name) : nullptr;
  if (plan == nullptr || resource.value == nullptr) {
    return fhir::unexpected(fhir::make_issue(fhir::IssueType::structure,
                                             "a resource of unknown type cannot be indexed"));
  }
  const IndexContext context{*state_->definitions, state_->code_systems, state_->base_url,
                             state_->units.get()};
  Run run(resource, container, context);
  for (const ParameterPlan& parameter : plan->parameters) {
    auto added = run.add(parameter);
    // Anybody who may store a SearchParameter could otherwise stop the writes of a type.
    if (!added && added.error().type == fhir::IssueType::processing) continue;
    if (!added) {
      fhir::Issue issue = std::move(added).error();
      issue.diagnostics = "The search parameter " + std::string(parameter.parameter->url) +
                          " cannot be evaluated: " + issue.diagnostics;
      return fhir::unexpected(std::move(issue));
    }
  }
  IndexRows rows = std::move(run).take();
  remove_duplicates(rows);
  return rows;
}

/// One without an id, or with that of another, cannot be told from it and is found by nothing.
fhir::Result<void> Extractor::add_contained(const fhir::Element& container, IndexRows& rows) const {
  const fhir::json::Value* contained = container.value->find("contained");
  if (contained == nullptr) return {};
  std::unordered_set<std::string_view> seen;
  for (const fhir::json::Value& value : contained->items()) {
    const fhir::Element resource = fhir::root_element(value, *state_->definitions);
    const std::string_view id = value.string_at("id");
    if (resource.type == nullptr || !is_id(id) || !seen.insert(id).second) continue;
    FHIR_TRY(inner, extract_within(resource, container));
    rows.contained.push_back({std::string(resource.type->name), std::string(id), std::move(inner)});
  }
  return {};
}

fhir::Result<bool> Extractor::refers(const fhir::Element& resource,
                                     const fhir::SearchParameter& parameter, std::string_view type,
                                     std::string_view id) const {
  const TypePlan* plan = resource.type != nullptr ? state_->plan_of(resource.type->name) : nullptr;
  const ParameterPlan* found = nullptr;
  for (const ParameterPlan& one :
       plan != nullptr ? std::span(plan->parameters) : std::span<const ParameterPlan>()) {
    if (one.parameter == &parameter) found = &one;
  }
  if (found == nullptr || resource.value == nullptr)
    return fhir::unexpected(fhir::make_issue(fhir::IssueType::not_supported,
                                             "the resource is not indexed by that parameter"));
  const IndexContext context{*state_->definitions, state_->code_systems, state_->base_url,
                             state_->units.get()};
  Run run(resource, resource, context);
  auto added = run.add(*found);
  if (!added && added.error().type != fhir::IssueType::processing)
    return fhir::unexpected(std::move(added).error());
  const IndexRows rows = std::move(run).take();
  return std::any_of(rows.references.begin(), rows.references.end(), [&](const ReferenceRow& row) {
    return row.parameter == &parameter && row.type == type && row.id == id;
  });
}

std::span<const fhir::Issue> Extractor::problems(std::string_view resource_type) const {
  const TypePlan* plan = state_->plan_of(resource_type);
  return plan != nullptr ? std::span<const fhir::Issue>(plan->problems)
                         : std::span<const fhir::Issue>();
}

}  // namespace server::search
