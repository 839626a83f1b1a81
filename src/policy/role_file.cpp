#include "src/policy/role_file.h"

#include <algorithm>
#include <utility>

#include "fhir/formats/json_document.h"
#include "src/policy/comments.h"
#include "src/security/roles.h"

namespace server::policy {
namespace {

using fhir::json::Document;
using fhir::json::Member;
using fhir::json::Value;

class Reader {
 public:
  Reader(RoleFile& file, const Document& document) : file_(file), document_(document) {}

  fhir::Result<void> role() {
    const Value& root = document_.root();
    if (!root.is_object()) return wrong(root, "a role file is a JSON object");
    bool has_description = false;
    const Value* rules = nullptr;
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
      } else {
        return wrong(member.value, "a role has `role`, `description` and a list `rules`; not `" +
                                       std::string(name) + "`");
      }
    }
    if (file_.role.empty()) return wrong(root, "`role` is missing");
    if (!has_description) return wrong(root, "`description` is missing: say what the role is for");
    if (rules == nullptr) return wrong(root, "`rules` is missing");
    if (rules->items().size() > k_rules_max)
      return wrong(*rules, "there are more than " + std::to_string(k_rules_max) + " rules");
    for (const Value& rule : rules->items()) FHIR_CHECK(this->rule(rule));
    return {};
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

  fhir::Result<void> rule(const Value& value) {
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
    file_.rules.push_back(std::move(rule));
    return {};
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
