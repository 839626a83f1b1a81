// https://hl7.org/fhir/R4/http.html#trules
#include "src/rest/bundle/plan.h"

#include <utility>

#include "src/rest/answer.h"
#include "src/rest/conditional.h"
#include "src/rest/patch_body.h"
#include "src/rest/resource_input.h"
#include "src/rest/rest_operations.h"
#include "src/rest/stored_body.h"

namespace server::rest::bundle_entries {
namespace {

fhir::Result<void, Failure> check_type(const Plan& plan) {
  if (plan.entry->resource->string_at("resourceType") == plan.type) return {};
  return fhir::unexpected(failure(fhir::make_issue(
      fhir::IssueType::invalid,
      "The resource is not a " + plan.type + ", which is the type in request.url")));
}

fhir::Result<void, Failure> take_if_match(Plan& plan, const Call& inner) {
  FHIR_TRY(if_match, if_match_of(inner, plan.id));
  plan.precondition.if_match = if_match;
  return {};
}

fhir::Result<void, Failure> plan_create(Plan& plan, const Call& inner) {
  FHIR_CHECK(check_type(plan));
  plan.kind = Plan::Kind::write;
  plan.id = new_id();
  plan.precondition.must_not_exist = true;
  const std::string_view condition = plan.entry->headers.get("If-None-Exist");
  if (condition.empty()) return {};
  FHIR_TRY(found, find_one(inner, plan.type, condition));
  if (found.id) {
    plan.kind = Plan::Kind::existing;
    plan.id = *found.id;
  } else {
    plan.precondition.must_match_none = std::move(found.query);
  }
  return {};
}

fhir::Result<void, Failure> plan_update(Plan& plan, const Call& inner) {
  FHIR_CHECK(check_type(plan));
  if (plan.entry->resource->string_at("id") != plan.id)
    return fhir::unexpected(failure(fhir::make_issue(
        fhir::IssueType::invalid, "The resource's id is not the id in request.url")));
  plan.kind = Plan::Kind::write;
  plan.method = storage::WriteMethod::update;
  plan.precondition.must_not_exist = plan.entry->headers.get("If-None-Match") == "*";
  return take_if_match(plan, inner);
}

/// The patch works on the version that stands now; the write holds only while it does.
fhir::Result<void, Failure> plan_patch(Plan& plan, const Call& inner) {
  plan.kind = Plan::Kind::write;
  plan.method = storage::WriteMethod::patch;
  FHIR_TRY(body, PatchBody::read_entry(inner, plan.entry->resource));
  REST_TRY(current, inner.snapshot->store().read(plan.type, plan.id, inner.deadline));
  FHIR_CHECK(take_if_match(plan, inner));
  if (!plan.precondition.if_match) plan.precondition.if_match = current.version_id;
  FHIR_TRY(document, body.apply(inner, current));
  FHIR_CHECK(validate_patched(inner, document));
  plan.patched = std::move(document);
  return {};
}

fhir::Result<void, Failure> plan_conditional(Plan& plan, const Call& inner) {
  FHIR_TRY(found, find_one(inner, plan.type, inner.parameters));
  if (plan.entry->method == http::Method::delete_) {
    plan.kind = found.id ? Plan::Kind::write : Plan::Kind::nothing;
    plan.method = storage::WriteMethod::delete_;
    plan.id = found.id.value_or("");
    return take_if_match(plan, inner);
  }
  FHIR_CHECK(check_type(plan));
  const std::string_view sent_id = plan.entry->resource->string_at("id");
  plan.kind = Plan::Kind::write;
  plan.method = storage::WriteMethod::update;
  if (found.id) {
    if (!sent_id.empty() && sent_id != *found.id)
      return fhir::unexpected(failure(
          fhir::make_issue(fhir::IssueType::invalid,
                           "The resource's id is not that of the resource the criteria match")));
    plan.id = *found.id;
  } else {
    plan.has_new_id = sent_id.empty();
    plan.id = plan.has_new_id ? new_id() : std::string(sent_id);
    plan.precondition.must_match_none = std::move(found.query);
  }
  return take_if_match(plan, inner);
}

fhir::Result<void, Failure> make_plan(const Call& call, Plan& plan) {
  const Entry& entry = *plan.entry;
  const std::string_view interaction = entry.match.route->interaction;
  plan.type = entry.match.type;
  plan.id = entry.match.id;
  FHIR_TRY(inner, call_for(call, entry, {}));
  if (interaction == "create") return plan_create(plan, inner);
  if (interaction == "update") return plan_update(plan, inner);
  if (interaction == "delete") {
    plan.kind = Plan::Kind::write;
    plan.method = storage::WriteMethod::delete_;
    return take_if_match(plan, inner);
  }
  if (interaction == "patch") return plan_patch(plan, inner);
  if (interaction == "conditional-patch") {
    FHIR_TRY(found, find_one(inner, plan.type, inner.parameters));
    if (!found.id)
      return fhir::unexpected(
          failure(fhir::make_issue(fhir::Situation::not_found, fhir::IssueType::not_found,
                                   "The criteria match no " + plan.type)));
    plan.id = *found.id;
    return plan_patch(plan, inner);
  }
  if (interaction == "conditional-update" || interaction == "conditional-delete")
    return plan_conditional(plan, inner);
  if (interaction == "operation" && affects_state(inner))
    return fhir::unexpected(failure(fhir::make_issue(
        fhir::Situation::malformed, fhir::IssueType::not_supported,
        "An operation that changes things cannot be undone with the rest of a transaction: send it "
        "alone or in a batch")));
  return {};
}

}  // namespace

fhir::Result<Plan, Failure> plan_of(const Call& call, const Entry& entry) {
  Plan plan;
  plan.entry = &entry;
  FHIR_CHECK(make_plan(call, plan));
  return plan;
}

}  // namespace server::rest::bundle_entries
