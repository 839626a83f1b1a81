// https://hl7.org/fhir/R4/search.html#modifiers
#include "src/search/criterion.h"

#include <string>

#include "src/search/chain.h"
#include "src/search/concept_expansion.h"
#include "src/search/escape.h"
#include "src/search/failure.h"
#include "src/search/hierarchy.h"
#include "src/search/modifier.h"
#include "src/search/reference_text.h"
#include "src/search/special.h"

namespace server::search {
namespace {

using fhir::Issue;
using fhir::IssueType;

class Parser {
 public:
  Parser(std::string_view value, const CriterionOptions& options)
      : value_(value), options_(options), definitions_(options.operands.definitions) {}

  fhir::Result<Criterion> parse(std::string_view type, std::string_view name, std::size_t depth) {
    FHIR_CHECK(check_depth(depth));
    const auto rest_of = [&](std::string_view rest) {
      return [this, rest, depth](std::string_view other) { return parse(other, rest, depth + 1); };
    };
    if (name.substr(0, 5) == "_has:") {
      FHIR_TRY(has, split_has(name));
      return reverse_chain(has.source, has.code, options_, rest_of(has.rest));
    }
    const std::size_t dot = name.find('.');
    if (dot == std::string_view::npos) return parse_plain(type, split_link(name));
    return chain(type, split_link(name.substr(0, dot)), options_, rest_of(name.substr(dot + 1)));
  }

 private:
  fhir::Result<Criterion> parse_plain(std::string_view type, const Link& link) {
    const bool ends_with_colon = link.modifier.empty() && link.modifier.data() != nullptr;
    if (ends_with_colon) {
      return failure(IssueType::invalid, "no modifier stands behind the colon");
    }
    if (is_special_name(link.code)) {
      if (!link.modifier.empty()) return does_not_apply(link.modifier);
      return parse_special(type, link.code, value_, options_);
    }
    Criterion criterion;
    criterion.parameter = definitions_.search_parameter(type, link.code);
    if (criterion.parameter == nullptr) return unknown_parameter(type, link.code);
    FHIR_CHECK(read_modifier(link.modifier, criterion));
    if (criterion.parameter->expression.empty()) return unknown_parameter(type, link.code);
    if (!is_escaped_well(value_)) {
      return bad_value("one whose backslashes stand before `,`, `|`, `$` or another backslash");
    }
    if (const auto* version = business_version(type, criterion)) {
      return parse_versioned(type, criterion, *version);
    }
    FHIR_CHECK(read_alternatives(criterion));
    FHIR_CHECK(find_hierarchy(type, criterion, definitions_));
    FHIR_CHECK(expand_concepts(criterion, options_.operands.concepts));
    return criterion;
  }

  /// "servers … SHOULD support automatically detecting a |[version] portion as part of the search
  /// parameter, and interpreting that portion as a search on the version": that parameter, when the
  /// criterion is about the url of a resource that has one.
  const fhir::SearchParameter* business_version(std::string_view type, const Criterion& criterion) {
    const bool is_url = criterion.parameter->type == fhir::SearchParameterType::uri &&
                        criterion.parameter->code == "url" &&
                        criterion.modifier == Modifier::none &&
                        find_unescaped(value_, '|') != std::string_view::npos;
    const auto* version = is_url ? definitions_.search_parameter(type, "version") : nullptr;
    return version != nullptr && version->type == fhir::SearchParameterType::token ? version
                                                                                   : nullptr;
  }

  fhir::Result<Criterion> parse_versioned(std::string_view type, const Criterion& url,
                                          const fhir::SearchParameter& version) {
    Criterion any;
    any.combination = Combination::any;
    for (const std::string_view text : split_escaped(value_, ',')) {
      const std::size_t bar = find_unescaped(text, '|');
      FHIR_TRY(canonical,
               Parser(text.substr(0, bar), options_).parse(type, url.parameter->code, 0));
      if (bar == std::string_view::npos) {
        any.parts.push_back(std::move(canonical));
        continue;
      }
      FHIR_TRY(number, Parser(text.substr(bar + 1), options_).parse(type, version.code, 0));
      Criterion& both = any.parts.emplace_back();
      both.combination = Combination::all;
      both.parts.push_back(std::move(canonical));
      both.parts.push_back(std::move(number));
    }
    if (any.parts.size() > options_.alternatives_max) return too_many_values();
    if (any.parts.size() == 1) return std::move(any.parts.front());
    return any;
  }

  fhir::Unexpected<Issue> too_many_values() {
    return fhir::unexpected(fhir::make_issue(fhir::Situation::too_large, IssueType::too_costly,
                                             "a parameter takes at most " +
                                                 std::to_string(options_.alternatives_max) +
                                                 " values between commas"));
  }

  fhir::Unexpected<Issue> does_not_apply(std::string_view name) {
    return failure(IssueType::invalid,
                   "the modifier " + quoted(name) + " does not apply to this type of parameter");
  }

  fhir::Result<void> read_modifier(std::string_view name, Criterion& criterion) {
    if (name.empty()) return {};
    if (is_resource_type(name, definitions_)) {
      criterion.modifier = Modifier::type;
      criterion.target_type = name;
    } else {
      const auto known = modifier_of(name);
      if (!known) return failure(IssueType::invalid, quoted(name) + " is no search modifier");
      criterion.modifier = *known;
    }
    if (!applies_to(criterion.modifier, criterion.parameter->type)) return does_not_apply(name);
    return check_target(*criterion.parameter, criterion.target_type);
  }

  /// `_profile=StructureDefinition/lipid`: "the second reference is relative and refers a local
  /// profile on the same server".
  void add_local_profile(Criterion& criterion) {
    const std::string& text = criterion.alternatives.back().text;
    if (criterion.parameter->code != "_profile" || !text.starts_with("StructureDefinition/"))
      return;
    Operand absolute;
    absolute.text = std::string(options_.operands.base_url) + "/" + text;
    criterion.alternatives.push_back(std::move(absolute));
  }

  fhir::Result<void> read_alternatives(Criterion& criterion) {
    const auto texts = split_escaped(value_, ',');
    if (texts.size() > options_.alternatives_max) return too_many_values();
    OperandContext context = options_.operands;
    context.target_type = criterion.target_type;
    for (const std::string_view text : texts) {
      FHIR_TRY(operand, parse_operand(*criterion.parameter, criterion.modifier, text, context));
      criterion.alternatives.push_back(std::move(operand));
      add_local_profile(criterion);
    }
    return {};
  }

  std::string_view value_;
  const CriterionOptions& options_;
  const fhir::DefinitionStore& definitions_;
};

}  // namespace

fhir::Result<Criterion> parse_criterion(std::string_view resource_type, std::string_view name,
                                        std::string_view value, const CriterionOptions& options) {
  return Parser(value, options).parse(resource_type, name, 0);
}

}  // namespace server::search
