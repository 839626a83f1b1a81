#include "src/policy/role_file.h"

#include <algorithm>
#include <array>
#include <utility>

#include "fhir/formats/json_document.h"
#include "src/policy/comments.h"
#include "src/security/json_fields.h"
#include "src/security/roles.h"

namespace server::policy {
namespace {

using fhir::json::Document;
using fhir::json::Member;
using fhir::json::Value;

/// What a scope allows, by the names of interactions.
constexpr std::array<std::pair<std::string_view, security::Right>, 5> k_rights = {{
    {"read", security::right_read},
    {"search", security::right_search},
    {"create", security::right_create},
    {"update", security::right_update},
    {"delete", security::right_delete},
}};

class Reader {
 public:
  Reader(RoleFile& file, const Document& document) : file_(file), document_(document) {}

  fhir::Result<void> role() {
    const Value& root = document_.root();
    if (!root.is_object()) return wrong(root, "a role file is a JSON object");
    bool has_description = false;
    const Value* rules = nullptr;
    const Value* emergency = nullptr;
    for (const Member& member : root.members()) {
      const std::string_view name = member.name();
      if (name == "role") {
        file_.role = member.value.string();
        if (!security::is_role(file_.role))
          return wrong(member.value, "`role` is one of " + std::string(security::k_roles_text));
      } else if (name == "description") {
        has_description = !member.value.string().empty();
      } else if (name == "rules" && member.value.is_array()) {
        rules = &member.value;
      } else if (name == "emergency") {
        emergency = &member.value;
      } else {
        return wrong(member.value,
                     "a role has `role`, `description`, a list `rules` and perhaps `emergency`; "
                     "not `" +
                         std::string(name) + "`");
      }
    }
    if (file_.role.empty()) return wrong(root, "`role` is missing");
    if (!has_description) return wrong(root, "`description` is missing: say what the role is for");
    if (rules == nullptr) return wrong(root, "`rules` is missing");
    FHIR_CHECK(this->rules(file_.rules, *rules));
    return emergency == nullptr ? fhir::Result<void>() : this->emergency(*emergency);
  }

 private:
  fhir::Unexpected<fhir::Issue> wrong(const Value& value, std::string what) const {
    return wrong_in(file_, document_.position(value.offset()).line, std::move(what));
  }

  /// A text, or a list of them.
  fhir::Result<std::vector<Placed>> texts(const Value& value, std::string_view name) const {
    std::vector<Placed> out;
    const auto add = [&](const Value& one) -> fhir::Result<void> {
      if (one.string().empty())
        return wrong(one, "`" + std::string(name) + "` is a text or a list of texts");
      out.push_back({std::string(one.string()), document_.position(one.offset()).line});
      return {};
    };
    if (!value.is_array()) {
      FHIR_CHECK(add(value));
    } else if (value.items().empty()) {
      return wrong(value, "`" + std::string(name) + "` is empty: leave it out");
    }
    for (const Value& one : value.items()) FHIR_CHECK(add(one));
    return out;
  }

  fhir::Result<void> allow(RuleText& rule, const Value& value) const {
    FHIR_TRY(names, texts(value, "allow"));
    for (Placed& name : names) {
      if (name.text.starts_with("$") && name.text.size() > 1) {
        rule.operations.push_back({name.text.substr(1), name.line});
        continue;
      }
      const auto known =
          std::find_if(k_interactions.begin(), k_interactions.end(),
                       [&](const auto& interaction) { return interaction.first == name.text; });
      if (known == k_interactions.end())
        return wrong_in(file_, name.line,
                        "`allow` names interactions (read, vread, search, history, create, "
                        "update, patch, delete) and operations ($everything, $* for all); not `" +
                            name.text + "`");
      rule.interactions |= known->second;
    }
    return {};
  }

  fhir::Result<void> rules(std::vector<RuleText>& into, const Value& list) const {
    if (list.items().size() > k_rules_max)
      return wrong(list, "there are more than " + std::to_string(k_rules_max) + " rules");
    for (const Value& one : list.items()) {
      FHIR_TRY(read, rule(one));
      into.push_back(std::move(read));
    }
    return {};
  }

  fhir::Result<void> emergency(const Value& value) {
    if (!value.is_object()) return wrong(value, "`emergency` is a JSON object");
    if (file_.role == "patient")
      return wrong(value, "a patient has no `emergency`: nothing of the own record is withheld");
    Emergency emergency;
    emergency.line = document_.position(value.offset()).line;
    for (const Member& member : value.members())
      FHIR_CHECK(of_emergency(emergency, member.name(), value, member.value));
    if (emergency.rights == 0)
      return wrong(value, "`allow` is missing: what a token of an emergency may do");
    if (emergency.purposes.empty())
      emergency.purposes.emplace_back(k_emergency_purposes.front().first);
    file_.emergency = std::move(emergency);
    return {};
  }

  fhir::Result<void> of_emergency(Emergency& emergency, std::string_view name, const Value& owner,
                                  const Value& value) const {
    if (name == "description") return {};
    if (name == "allow") return emergency_rights(emergency, value);
    if (name == "seconds") {
      const auto seconds = security::integer_at(owner, name);
      if (!seconds || *seconds < 1 || *seconds > k_emergency_seconds_max)
        return wrong(value, "`seconds` is a whole number from 1 to " +
                                std::to_string(k_emergency_seconds_max));
      emergency.seconds = *seconds;
      return {};
    }
    if (name == "rules" && value.is_array() && !value.items().empty())
      return rules(emergency.rules, value);
    if (name == "purposes" || name == "reasons") {
      FHIR_TRY(found, texts(value, name));
      return name == "purposes" ? purposes(emergency, found) : reasons(emergency, found);
    }
    return wrong(value,
                 "an emergency has `allow`, `seconds`, `purposes`, `reasons`, `description` and "
                 "perhaps a list `rules`; not `" +
                     std::string(name) + "`");
  }

  fhir::Result<void> emergency_rights(Emergency& emergency, const Value& value) const {
    FHIR_TRY(names, texts(value, "allow"));
    for (const Placed& name : names) {
      const auto known = std::find_if(k_rights.begin(), k_rights.end(),
                                      [&](const auto& right) { return right.first == name.text; });
      if (known == k_rights.end())
        return wrong_in(file_, name.line,
                        "`allow` of an emergency names what scopes do (read, search, create, "
                        "update, delete); not `" +
                            name.text + "`");
      emergency.rights |= known->second;
    }
    return {};
  }

  fhir::Result<void> purposes(Emergency& emergency, const std::vector<Placed>& found) const {
    for (const Placed& one : found) {
      const bool is_known =
          std::any_of(k_emergency_purposes.begin(), k_emergency_purposes.end(),
                      [&](const auto& purpose) { return purpose.first == one.text; });
      if (!is_known || is_among(emergency.purposes, one.text))
        return wrong_in(
            file_, one.line,
            "`purposes` are of BTG, ETREAT, ERTREAT, each once; not `" + one.text + "`");
      emergency.purposes.push_back(one.text);
    }
    return {};
  }

  fhir::Result<void> reasons(Emergency& emergency, const std::vector<Placed>& found) const {
    for (const Placed& one : found) {
      if (one.text.size() > k_emergency_reason_bytes_max / 4 ||
          emergency.reasons.size() == k_emergency_reasons_max ||
          is_among(emergency.reasons, one.text))
        return wrong_in(file_, one.line,
                        "`reasons` are " + std::to_string(k_emergency_reasons_max) +
                            " texts at most, each once and of " +
                            std::to_string(k_emergency_reason_bytes_max / 4) + " bytes at most");
      emergency.reasons.push_back(one.text);
    }
    return {};
  }

  static bool is_among(const std::vector<std::string>& texts, const std::string& text) {
    return std::find(texts.begin(), texts.end(), text) != texts.end();
  }

  fhir::Result<RuleText> rule(const Value& value) const {
    if (!value.is_object()) return wrong(value, "a rule is a JSON object");
    RuleText rule;
    rule.line = document_.position(value.offset()).line;
    for (const Member& member : value.members()) {
      const std::string_view name = member.name();
      std::vector<Placed>* list = name == "types"    ? &rule.types
                                  : name == "except" ? &rule.except
                                  : name == "filter" ? &rule.filters
                                  : name == "hidden" ? &rule.hidden
                                  : name == "masked" ? &rule.masked
                                                     : nullptr;
      if (list != nullptr) {
        FHIR_TRY(found, texts(member.value, name));
        *list = std::move(found);
      } else if (name == "allow") {
        FHIR_CHECK(allow(rule, member.value));
      } else if (name == "compartment") {
        rule.compartment = {std::string(member.value.string()),
                            document_.position(member.value.offset()).line};
        if (rule.compartment.text != "patient" && rule.compartment.text != "practitioner")
          return wrong(member.value, "`compartment` is patient or practitioner: the user's own");
      } else if (name != "description") {
        return wrong(member.value,
                     "a rule has `allow`, `types`, `except`, `filter`, `compartment`, `hidden`, "
                     "`masked` and `description`; not `" +
                         std::string(name) + "`");
      }
    }
    if (rule.interactions == 0 && rule.operations.empty())
      return wrong(value, "`allow` is missing: what the rule allows");
    if (rule.types.empty()) return wrong(value, "`types` is missing: of which types, or *");
    return rule;
  }

  RoleFile& file_;
  const Document& document_;
};

}  // namespace

fhir::Unexpected<fhir::Issue> wrong_in(const RoleFile& file, std::uint32_t line, std::string what) {
  return fhir::unexpected(fhir::make_issue(fhir::IssueType::structure,
                                           file.name + ":" + std::to_string(line) + ": " + what));
}

fhir::Result<RoleFile> read_role_file(std::string name, std::string text) {
  RoleFile file;
  file.name = std::move(name);
  if (text.size() > k_role_bytes_max) return wrong_in(file, 1, "the file is too long");
  auto document = Document::read(without_comments(std::move(text)));
  if (!document)
    return wrong_in(file, document.error().line, std::move(document.error().diagnostics));
  FHIR_CHECK(Reader(file, *document).role());
  return file;
}

}  // namespace server::policy
