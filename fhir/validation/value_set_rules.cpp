// The filters of a ValueSet against the code systems that they filter, where those are known.
// https://hl7.org/fhir/R4/valueset.html#filter
#include <algorithm>
#include <cstdint>
#include <string>

#include "fhir/base/date_time.h"
#include "fhir/base/decimal.h"
#include "fhir/validation/known_resource.h"
#include "fhir/validation/rule_context.h"

namespace fhir::validation {
namespace {

constexpr std::string_view k_snomed = "http://snomed.info/sct";

/// The check digit of an SCTID, by Verhoeff: products and powers in the dihedral group of order 10.
bool has_check_digit(std::string_view digits) {
  constexpr std::uint8_t k_permuted[] = {1, 5, 7, 6, 2, 8, 3, 0, 9, 4};
  const auto multiply = [](unsigned a, unsigned b) {
    if (a < 5) return b < 5 ? (a + b) % 5 : 5 + (a + b) % 5;
    return b < 5 ? 5 + (a - 5 + 5 - b) % 5 : (a - b + 5) % 5;
  };
  unsigned check = 0;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    auto digit = static_cast<std::uint8_t>(digits[digits.size() - 1 - i] - '0');
    for (std::size_t times = i % 8; times > 0; --times) digit = k_permuted[digit];
    check = multiply(check, digit);
  }
  return check == 0;
}

/// https://confluence.ihtsdotools.org/display/DOCRELFMT/6+SCTID: 6 to 18 digits; the two before the
/// last say what it identifies: 00 and 10 are concepts.
bool is_concept_id(std::string_view text) {
  const bool is_number =
      std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!is_number || text.size() < 6 || text.size() > 18 || text[0] == '0') return false;
  const std::string_view partition = text.substr(text.size() - 3, 2);
  return (partition == "00" || partition == "10") && has_check_digit(text);
}

/// The type of a property that the code system declares, or that FHIR gives to all of them.
std::string_view type_of_property(const json::Value* system, std::string_view code) {
  if (system != nullptr) {
    for (const json::Value& property : items_of(*system, "property")) {
      if (property.string_at("code") == code) return property.string_at("type");
    }
  }
  if (code == "notSelectable" || code == "inactive") return "boolean";
  return code == "concept" ? "code" : std::string_view{};
}

bool is_whole_number(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

class FilterCheck {
 public:
  FilterCheck(const RuleContext& context, std::string_view system, const json::Value* definition)
      : context_(context), system_(system), definition_(definition) {}

  void run(const json::Value& filter, const Path& path) {
    const std::string_view op = filter.string_at("op");
    const std::string_view value = filter.string_at("value");
    if (value.empty() || op == "regex" || op == "exists") return;
    if (system_ == k_snomed) check_snomed(filter, op, path);
    const std::string_view type = type_of_property(definition_, filter.string_at("property"));
    if (op == "in" || op == "not-in") {
      for (std::size_t begin = 0; begin <= value.size();) {
        const std::size_t end = std::min(value.find(',', begin), value.size());
        check_value(type, value.substr(begin, end - begin), filter, path);
        begin = end + 1;
      }
      return;
    }
    check_value(type, value, filter, path);
  }

 private:
  /// "Any SNOMED CT relationships" are properties, each by the id of its type.
  /// https://hl7.org/fhir/R4/snomedct.html#properties
  void check_snomed(const json::Value& filter, std::string_view op, const Path& path) {
    if (is_concept_id(filter.string_at("property")) && op != "=" && op != "in")
      context_.error(IssueType::invalid, path, filter,
                     "A relationship of SNOMED CT is filtered by = or in");
  }

  void check_value(std::string_view type, std::string_view value, const json::Value& filter,
                   const Path& path) {
    const auto refuse = [&](std::string_view text) {
      context_.error(IssueType::invalid, path, filter, text);
    };
    if (type == "boolean" && value != "true" && value != "false")
      return refuse("A filter by this property has the value true or false");
    if (type == "integer" && !is_whole_number(value))
      return refuse("A filter by this property has a whole number as its value");
    if (type == "decimal" && !Decimal::parse(value))
      return refuse("A filter by this property has a number as its value");
    if (type == "dateTime" && !DateTime::parse(value))
      return refuse("A filter by this property has a date as its value");
    if (type == "code" && !is_code(system_, value))
      return refuse("A filter by this property has a code of the code system as its value");
    if (type != "Coding") return;
    const std::size_t hash = value.find('#');
    if (hash == std::string_view::npos)
      return refuse("A filter by this property has a value of the form system#code");
    const std::string_view system = value.substr(0, std::min(hash, value.find('|')));
    if (!is_code(system, value.substr(hash + 1)))
      refuse("The value of the filter is no code of the code system that it names");
  }

  bool is_code(std::string_view system, std::string_view code) const {
    if (system == k_snomed && !is_concept_id(code)) return false;
    return context_.terminology == nullptr ||
           context_.terminology->in_code_system(system, code) != Membership::no;
  }

  const RuleContext& context_;
  const std::string_view system_;
  const json::Value* definition_;
};

void check_expressions(const RuleContext& context, const json::Value& filter, const Path& path) {
  const json::Value* sibling = filter.find("_value");
  if (sibling == nullptr) return;
  const auto extensions = items_of(*sibling, "extension");
  for (std::size_t i = 0; i < extensions.size(); ++i) {
    const json::Value* expression = extensions[i].find("valueExpression");
    if (expression == nullptr || expression->string_at("language") == "text/fhirpath") continue;
    const Path extension = item_path(path, "extension", i);
    context.error(IssueType::invalid, Path{&extension, "value", -1, "Expression"}, *expression,
                  "An expression of a value set is FHIRPath: text/fhirpath");
  }
}

void check_includes(const RuleContext& context, const json::Value& compose, const Path& path,
                    std::string_view name) {
  const auto includes = items_of(compose, name);
  for (std::size_t i = 0; i < includes.size(); ++i) {
    const auto filters = items_of(includes[i], "filter");
    if (filters.empty()) continue;
    const std::string_view url = includes[i].string_at("system");
    const KnownResource system(context, "CodeSystem", url);
    const Path include = item_path(path, name, i);
    for (std::size_t j = 0; j < filters.size(); ++j) {
      const Path filter = item_path(include, "filter", j);
      FilterCheck(context, url, system.value()).run(filters[j], filter);
      check_expressions(context, filters[j], filter);
    }
  }
}

}  // namespace

void check_value_set(const RuleContext& context) {
  const json::Value* compose = context.resource.find("compose");
  if (compose == nullptr) return;
  const Path path{&context.path, "compose", -1};
  check_includes(context, *compose, path, "include");
  check_includes(context, *compose, path, "exclude");
}

}  // namespace fhir::validation
