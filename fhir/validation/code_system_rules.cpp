// What a CodeSystem says of itself: its content and count, its properties and their values.
// https://hl7.org/fhir/R4/codesystem.html
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "fhir/validation/questionnaire_value.h"
#include "fhir/validation/rule_context.h"

namespace fhir::validation {
namespace {

constexpr std::string_view k_property_base = "http://hl7.org/fhir/concept-properties#";

/// https://hl7.org/fhir/R4/codesystem-concept-properties.html and those added since.
struct KnownProperty {
  std::string_view code;
  std::string_view type;
};
constexpr KnownProperty k_known_properties[] = {{"inactive", "boolean"},
                                                {"deprecated", "dateTime"},
                                                {"notSelectable", "boolean"},
                                                {"parent", "code"},
                                                {"child", "code"},
                                                {"status", "code"},
                                                {"effectiveDate", "dateTime"},
                                                {"deprecationDate", "dateTime"},
                                                {"retirementDate", "dateTime"},
                                                {"partOf", "code"},
                                                {"synonym", "code"},
                                                {"comment", "string"},
                                                {"itemWeight", "decimal"}};

const KnownProperty* known_by_uri(std::string_view uri) {
  if (!uri.starts_with(k_property_base)) return nullptr;
  for (const KnownProperty& known : k_known_properties) {
    if (known.code == uri.substr(k_property_base.size())) return &known;
  }
  return nullptr;
}

class CodeSystemCheck {
 public:
  explicit CodeSystemCheck(const RuleContext& context) : context_(context) {}

  void run() {
    check_properties();
    collect_codes(context_.resource);
    check_concepts(context_.resource, context_.path);
    check_content();
  }

 private:
  void check_properties() {
    std::unordered_set<std::string_view> uris;
    const auto properties = items_of(context_.resource, "property");
    for (std::size_t i = 0; i < properties.size(); ++i) {
      const json::Value& property = properties[i];
      const Path path = item_path(context_.path, "property", i);
      const auto refuse = [&](std::string_view text) {
        context_.error(IssueType::business_rule, path, property, text);
      };
      const std::string_view code = property.string_at("code");
      const std::string_view type = property.string_at("type");
      const std::string_view uri = property.string_at("uri");
      if (!code.empty() && !types_.emplace(code, type).second)
        refuse("Another property has this code");
      if (uri.empty()) continue;
      if (!uris.insert(uri).second) refuse("Another property has this URI");
      const KnownProperty* known = known_by_uri(uri);
      if (known == nullptr) continue;
      if (code != known->code && !is_official_code(code)) continue;
      if (code != known->code)
        refuse("The code is the one of another official property than the URI means");
      if (!type.empty() && type != known->type)
        refuse(std::string("The URI means a property of the type ").append(known->type));
    }
  }

  static bool is_official_code(std::string_view code) {
    for (const KnownProperty& known : k_known_properties) {
      if (known.code == code) return true;
    }
    return false;
  }

  void collect_codes(const json::Value& holder) {
    for (const json::Value& concept_ : items_of(holder, "concept")) {
      codes_.insert(concept_.string_at("code"));
      ++concepts_;
      collect_codes(concept_);
    }
  }

  void check_concepts(const json::Value& holder, const Path& path) {
    const auto concepts = items_of(holder, "concept");
    for (std::size_t i = 0; i < concepts.size(); ++i) {
      const Path place = item_path(path, "concept", i);
      const auto properties = items_of(concepts[i], "property");
      for (std::size_t j = 0; j < properties.size(); ++j)
        check_value(properties[j], item_path(place, "property", j));
      check_concepts(concepts[i], place);
    }
  }

  void check_value(const json::Value& property, const Path& path) {
    const std::string_view code = property.string_at("code");
    const ChosenValue value = chosen_value(property, "value");
    const auto declared = types_.find(code);
    if (value.value == nullptr || declared == types_.end() || declared->second.empty()) return;
    if (type_code(value.type) != declared->second) {
      context_.error(
          IssueType::business_rule, path, property,
          std::string("The property is declared to be of the type ").append(declared->second));
      return;
    }
    const bool is_whole = context_.resource.string_at("content") == "complete";
    const bool is_hierarchy = code == "parent" || code == "child" || code == "partOf";
    if (is_whole && is_hierarchy && declared->second == "code" &&
        !codes_.contains(value.value->string()))
      context_.error(IssueType::business_rule, path, property,
                     "The property names a code that the code system does not have");
  }

  void check_content() {
    const json::Value& system = context_.resource;
    const std::string_view content = system.string_at("content");
    if (content == "not-present" && concepts_ != 0)
      context_.error(IssueType::invalid, item_path(context_.path, "concept", 0),
                     items_of(system, "concept")[0],
                     "The code system says that its content is not present, and has concepts");
    const json::Value* count = system.find("count");
    if (count == nullptr || !count->is_number() || content != "complete") return;
    if (count->text() != std::to_string(concepts_))
      context_.error(IssueType::invalid, Path{&context_.path, "count", -1}, *count,
                     "The count is not the number of concepts, " + std::to_string(concepts_));
  }

  const RuleContext& context_;
  std::unordered_map<std::string_view, std::string_view> types_;  // of declared properties
  std::unordered_set<std::string_view> codes_;
  std::size_t concepts_ = 0;
};

}  // namespace

void check_code_system(const RuleContext& context) { CodeSystemCheck(context).run(); }

}  // namespace fhir::validation
