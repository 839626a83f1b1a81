#include "src/graphql/directives.h"

#include <algorithm>
#include <array>

namespace server::graphql {
namespace {

using fhir::IssueType;

constexpr auto k_known = std::to_array<KnownDirective>({{"include", "if", false},
                                                        {"skip", "if", false},
                                                        {"flatten", "", true},
                                                        {"first", "", true},
                                                        {"singleton", "", true},
                                                        {"slice", "path", true}});

/// The text shows @slice(fhirpath), the examples @slice(path: …).
bool is_named(const KnownDirective& known, std::string_view argument) {
  return !known.argument.empty() &&
         (argument == known.argument || (known.name == "slice" && argument == "fhirpath"));
}

void check_arguments_of(const Directive& directive, const KnownDirective& known,
                        const Variables& variables, const Report& report) {
  const std::string of = " of @" + directive.name;
  for (const Argument& argument : directive.arguments) {
    if (!is_named(known, argument.name)) {
      report(IssueType::not_supported, "Argument " + argument.name + of + " is not known",
             argument.at);
      continue;
    }
    const Value* value = resolved(argument.value, variables);
    const ValueKind wanted = known.argument == "if" ? ValueKind::boolean : ValueKind::string;
    if (value == nullptr || value->kind != wanted)
      report(IssueType::value,
             "Argument " + argument.name + of +
                 (wanted == ValueKind::boolean ? " takes true or false" : " takes a string"),
             argument.at);
  }
  const std::size_t wanted = known.argument.empty() ? 0 : 1;
  if (directive.arguments.size() < wanted)
    report(IssueType::required,
           "@" + directive.name + " needs the argument " + std::string(known.argument),
           directive.at);
  if (directive.arguments.size() > wanted && wanted == 1)
    report(IssueType::invalid, "@" + directive.name + " takes one argument", directive.at);
}

}  // namespace

std::span<const KnownDirective> known_directives() { return k_known; }

void check_directives(const Selection& selection, const Variables& variables,
                      const Report& report) {
  for (const Directive& directive : selection.directives) {
    const auto known = std::find_if(
        k_known.begin(), k_known.end(),
        [&](const KnownDirective& candidate) { return candidate.name == directive.name; });
    if (known == k_known.end()) {
      report(IssueType::not_supported, "There is no directive @" + directive.name, directive.at);
      continue;
    }
    if (selection.directive(directive.name) != &directive)
      report(IssueType::invalid, "@" + directive.name + " is given more than once", directive.at);
    if (known->is_for_fields && selection.kind != SelectionKind::field)
      report(IssueType::invalid, "@" + directive.name + " applies to fields only", directive.at);
    check_arguments_of(directive, *known, variables, report);
  }
}

bool is_wanted(const Selection& selection, const Variables& variables) {
  const auto says = [&](std::string_view name, std::string_view text) {
    const Directive* directive = selection.directive(name);
    const Argument* argument =
        directive != nullptr ? find_argument(directive->arguments, "if") : nullptr;
    const Value* value = argument != nullptr ? resolved(argument->value, variables) : nullptr;
    return value != nullptr && value->text == text;
  };
  return !says("skip", "true") && !says("include", "false");
}

std::optional<std::string_view> slice_of(const Selection& selection, const Variables& variables) {
  const Directive* directive = selection.directive("slice");
  if (directive == nullptr || directive->arguments.empty()) return std::nullopt;
  const Value* value = resolved(directive->arguments.front().value, variables);
  if (value == nullptr) return std::nullopt;
  return value->text;
}

}  // namespace server::graphql
