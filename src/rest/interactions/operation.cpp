// https://hl7.org/fhir/R4/operations.html#executing
#include "src/http/body_source.h"
#include "src/rest/answer.h"
#include "src/rest/graphql_run.h"
#include "src/rest/interactions/interactions.h"
#include "src/rest/operation_input.h"
#include "src/rest/resource_input.h"
#include "src/rest/rest_operations.h"

namespace server::rest {
namespace {

constexpr std::string_view k_graphql = "_graphql";

std::uint8_t level_of(const Call& call) {
  if (call.type.empty()) return operations::level_system;
  return call.id.empty() ? operations::level_type : operations::level_instance;
}

fhir::Issue not_here(const Call& call) {
  return fhir::make_issue(fhir::Situation::not_found, fhir::IssueType::not_supported,
                          "There is no operation $" + std::string(call.operation) + " here");
}

fhir::Issue needs_post() {
  return fhir::make_issue(fhir::Situation::method_not_allowed, fhir::IssueType::not_supported,
                          "This operation changes things: it is invoked by POST");
}

/// "It's also possible to apply graphql to the results of other operations. This is done by adding
/// the parameter "_graphql"". https://hl7.org/fhir/R4/graphql.html#operations
Answer query_result(Call call) {
  call.takes_pieces = false;
  GraphqlRequest request;
  std::erase_if(call.parameters, [&](auto& pair) {
    if (pair.first != k_graphql) return false;
    request.query = std::move(pair.second);
    return true;
  });
  FHIR_TRY(result, operation(call));
  if (result.status != 200) return std::move(result);
  return run_graphql_over(call, request, std::move(result.body));
}

/// What a large answer refers to while it is sent.
struct Kept {
  fhir::json::Document parameters;
  std::string accept_language;
};

class PiecesOfResource final : public http::BodySource {
 public:
  explicit PiecesOfResource(std::shared_ptr<operations::ResourceSource> resource)
      : resource_(std::move(resource)) {}
  std::optional<std::uint64_t> size() const override { return std::nullopt; }
  bool next(std::string& piece) override {
    if (goes_on_) goes_on_ = resource_->next(piece, k_piece_bytes);
    return true;
  }

 private:
  static constexpr std::size_t k_piece_bytes = 64 * 1024;
  std::shared_ptr<operations::ResourceSource> resource_;
  bool goes_on_ = true;
};

Answer answer_in_pieces(const Call& call, const operations::Operation& operation,
                        operations::Invocation invocation, fhir::json::Document parameters) {
  const auto kept = std::make_shared<const Kept>(
      Kept{std::move(parameters), std::string(invocation.accept_language)});
  invocation.parameters = &kept->parameters;
  invocation.accept_language = kept->accept_language;
  invocation.owner = kept;
  invocation.notation = call.notation;
  REST_TRY(reply, operation.run_in_pieces(invocation));
  if (reply.pieces == nullptr) return fhir_response(200, std::move(reply.whole));
  http::Response response = fhir_response(200, {});
  if (call.notation == operations::Notation::xml)
    response.headers.set("Content-Type", std::string(content_type_of(Format::xml)));
  response.source = std::make_shared<PiecesOfResource>(std::move(reply.pieces));
  return response;
}

}  // namespace

Answer operation(const Call& call) {
  for (const auto& parameter : call.parameters) {
    if (parameter.first == k_graphql)
      return call.is_trial ? Answer(left_to_worker()) : query_result(call);
  }
  if (const RestOperation* own = find_rest_operation(call)) {
    if (call.is_trial) return left_to_worker();
    if (call.is_get && own->affects_state) return fhir::unexpected(failure(needs_post()));
    return own->run(call);
  }
  if (!call.version.empty()) return fhir::unexpected(failure(not_here(call)));
  const operations::Operation* found = nullptr;
  for (const operations::Operation& candidate : operations::all_operations()) {
    if (candidate.name != call.operation || (candidate.levels & level_of(call)) == 0) continue;
    if (candidate.resource_type.empty() || candidate.resource_type == call.type ||
        call.type.empty())
      found = &candidate;
  }
  if (found == nullptr) return fhir::unexpected(failure(not_here(call)));
  if (call.is_get && found->affects_state) return fhir::unexpected(failure(needs_post()));
  fhir::IssueList faults;
  std::optional<fhir::json::Document> body;
  if (!call.is_get && !call.body.empty()) {
    FHIR_TRY(document, found->judges_body ? read_faulty_body(call, faults) : read_body(call));
    body = std::move(document);
  }
  FHIR_TRY(parameters, operation_parameters(call, body ? &*body : nullptr));
  operations::Invocation invocation;
  invocation.body = body ? &*body : nullptr;
  invocation.body_faults = faults.issues();
  invocation.resource_type = call.type;
  invocation.id = call.id;
  invocation.parameters = &parameters;
  invocation.services = &call.snapshot->services;
  if (call.headers != nullptr) invocation.accept_language = call.headers->get("Accept-Language");
  if (call.is_trial && (found->is_quick == nullptr || !found->is_quick(invocation)))
    return left_to_worker();
  if (call.takes_pieces && !call.is_entry && found->run_in_pieces != nullptr)
    return answer_in_pieces(call, *found, invocation, std::move(parameters));
  REST_TRY(resource, found->run(invocation));
  return fhir_response(200, std::move(resource));
}

}  // namespace server::rest
