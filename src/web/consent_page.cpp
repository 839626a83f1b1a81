// https://hl7.org/fhir/smart-app-launch/scopes-and-launch-context.html
#include "src/web/consent_page.h"

#include <array>
#include <utility>

#include "src/security/scope.h"
#include "src/web/html.h"

namespace server::web {
namespace {

using security::Scope;
using security::ScopeContext;

struct Category {
  std::string_view type, label, code;  // code: `system|code`
};

/// By which a type may be granted in part: the categories of US Core.
constexpr std::array<Category, 13> k_categories = {{
    {"Condition", "Diagnoses of encounters",
     "http://terminology.hl7.org/CodeSystem/condition-category|encounter-diagnosis"},
    {"Condition", "Problem list",
     "http://terminology.hl7.org/CodeSystem/condition-category|problem-list-item"},
    {"Condition", "Health concerns",
     "http://hl7.org/fhir/us/core/CodeSystem/condition-category|health-concern"},
    {"Observation", "Laboratory",
     "http://terminology.hl7.org/CodeSystem/observation-category|laboratory"},
    {"Observation", "Vital signs",
     "http://terminology.hl7.org/CodeSystem/observation-category|vital-signs"},
    {"Observation", "Social history",
     "http://terminology.hl7.org/CodeSystem/observation-category|social-history"},
    {"Observation", "Surveys", "http://terminology.hl7.org/CodeSystem/observation-category|survey"},
    {"Observation", "Imaging",
     "http://terminology.hl7.org/CodeSystem/observation-category|imaging"},
    {"Observation", "Clinical tests",
     "http://hl7.org/fhir/us/core/CodeSystem/us-core-observation-category|clinical-test"},
    {"Observation", "Social determinants of health",
     "http://hl7.org/fhir/us/core/CodeSystem/us-core-category|sdoh"},
    {"DocumentReference", "Clinical notes",
     "http://hl7.org/fhir/us/core/CodeSystem/us-core-documentreference-category|clinical-note"},
    {"ServiceRequest", "Social determinants of health",
     "http://hl7.org/fhir/us/core/CodeSystem/us-core-category|sdoh"},
    {"ServiceRequest", "Laboratory procedures", "http://snomed.info/sct|108252007"},
}};

std::string verbs_of(security::Rights rights) {
  std::string text;
  const auto add = [&](std::string_view verb) {
    if (!text.empty()) text += ", ";
    text += verb;
  };
  if ((rights & (security::right_read | security::right_search)) != 0) add("read");
  if ((rights & security::right_create) != 0) add("add");
  if ((rights & security::right_update) != 0) add("change");
  if ((rights & security::right_delete) != 0) add("delete");
  return text;
}

std::string label_of(const Scope& scope) {
  std::string text = scope.type == "*" ? std::string("All kinds of records") : scope.type;
  if (scope.is_granular()) text.append(", only ").append(scope.query);
  return text + " – " + verbs_of(scope.rights);
}

std::string box(std::string_view id, std::string_view scope, std::string_view label,
                bool is_checked) {
  std::string out = "<div class=\"choice\"><input type=\"checkbox\" name=\"scope\" id=\"";
  out.append(id).append("\" value=\"").append(escaped(scope)).append("\"");
  out.append(is_checked ? " checked> " : "> ").append("<label for=\"").append(id).append("\">");
  return out.append(escaped(label)).append("</label></div>\n");
}

std::string categories_of(const Scope& scope, const std::string& id) {
  std::string boxes;
  int index = 0;
  for (const Category& category : k_categories) {
    if (category.type != scope.type || scope.is_granular()) continue;
    const Scope part = security::narrowed(scope, scope.type, scope.rights,
                                          "category=" + std::string(category.code));
    if (!part.is_of_resources()) continue;
    boxes += box(id + "-" + std::to_string(++index), part.text, category.label, false);
  }
  if (boxes.empty()) return {};
  return "<fieldset><legend>Or, with the box above unchecked, only</legend>\n" + boxes +
         "</fieldset>\n";
}

std::string boxes_of(const std::vector<Scope>& scopes, ScopeContext context,
                     std::string_view legend, int& index) {
  std::string boxes;
  for (const Scope& scope : scopes) {
    if (scope.context != context) continue;
    const std::string id = "s" + std::to_string(++index);
    boxes += box(id, scope.text, label_of(scope), true);
    boxes += categories_of(scope, id);
  }
  if (boxes.empty()) return {};
  return "<fieldset><legend>" + std::string(legend) + "</legend>\n" + boxes + "</fieldset>\n";
}

std::string plain_boxes(const std::vector<Scope>& scopes, int& index) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 5> k_labels = {{
      {"openid", "That it is you who logged in"},
      {"fhirUser", "Your own record as a user"},
      {"profile", "Your own record as a user"},
      {"online_access", "Access as long as you stay logged in"},
      {"offline_access", "Access for six months, also when you are not using the app"},
  }};
  std::string boxes;
  for (const auto& [scope, label] : k_labels) {
    if (security::contains(scopes, scope))
      boxes += box("s" + std::to_string(++index), scope, label, true);
  }
  if (boxes.empty()) return {};
  return "<fieldset><legend>About you</legend>\n" + boxes + "</fieldset>\n";
}

}  // namespace

std::string consent_form(const security::Transaction& transaction, const security::Session& session,
                         std::string_view user, security::Rights most) {
  const auto scopes = security::offered_of(transaction, most);
  std::string out = "<p><strong>" + escaped(transaction.client_name) +
                    "</strong> asks for access. You are logged in as <strong>" + escaped(user) +
                    "</strong>. Uncheck what you do not want to give.</p>\n";
  if (transaction.is_self_registered)
    out +=
        "<p class=\"error\">This app registered itself: nobody here has looked who runs it. You "
        "will be sent to <strong>" +
        escaped(policy_source(transaction.redirect_uri)) + "</strong>.</p>\n";
  out += "<form method=\"post\" action=\"consent\">\n";
  out += hidden("tx", transaction.handle) + hidden("csrf", session.csrf);
  int index = 0;
  const std::string patient_legend =
      "Records of patient " +
      escaped(transaction.patient.empty() ? "in context" : transaction.patient);
  out += boxes_of(scopes, ScopeContext::patient, patient_legend, index);
  out += boxes_of(scopes, ScopeContext::user, "Records that you may see", index);
  out += plain_boxes(scopes, index);
  out += "<p>" + button("Allow", "name=\"decision\" value=\"allow\"") +
         button("Deny", "name=\"decision\" value=\"deny\" class=\"no\"") + "</p>\n</form>\n";
  return out;
}

}  // namespace server::web
