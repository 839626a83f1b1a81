// https://hl7.org/fhir/R4/http.html#transaction-response
#include "src/rest/bundle/transaction_response.h"

#include <string>
#include <utility>

#include "src/rest/answer.h"
#include "src/rest/bundle/entry.h"
#include "src/rest/stored_body.h"

namespace server::rest::bundle_entries {
namespace {

http::Response existing(const Call& call, const Plan& plan) {
  auto reader = call.reader();
  if (reader) {
    if (auto version = (*reader)->read(plan.type, plan.id)) {
      storage::Written as_is;
      as_is.version_id = version->version_id;
      as_is.last_updated = version->last_updated;
      as_is.body = std::move(version->body);
      Call shape = call;
      shape.prefer_return = ReturnPreference::representation;
      return written_response(shape, plan.type, plan.id, std::move(as_is));
    }
  }
  http::Response response;
  response.headers.add("Location", call.options->base_url + "/" + plan.type + "/" + plan.id);
  return response;
}

void append_entry(const Call& call, const Plan& plan, std::vector<storage::Written>& written,
                  std::string& text) {
  const bool with_resource = call.prefer_return == ReturnPreference::representation;
  switch (plan.kind) {
    case Plan::Kind::write: {
      if (plan.method == storage::WriteMethod::delete_) {
        http::Response deleted;
        deleted.status = 204;
        append_response_entry(text, deleted, false);
        return;
      }
      Call shape = call;
      shape.prefer_return =
          with_resource ? ReturnPreference::representation : ReturnPreference::minimal;
      const http::Response response =
          written_response(shape, plan.type, plan.id, std::move(written[plan.write]));
      append_response_entry(text, response, with_resource);
      return;
    }
    case Plan::Kind::nothing: {
      http::Response nothing;
      nothing.status = 204;
      append_response_entry(text, nothing, false);
      return;
    }
    case Plan::Kind::existing:
      append_response_entry(text, existing(call, plan), with_resource);
      return;
    case Plan::Kind::read: {
      // deviation: a read that fails only now, since another client was quicker, is an entry with
      // its outcome; the writes stand.
      const std::string body = body_of(*plan.entry);
      auto inner = call_for(call, *plan.entry, body);
      Answer read =
          inner ? plan.entry->match.route->handle(*inner) : Answer(fhir::unexpected(inner.error()));
      append_response_entry(text, read ? *std::move(read) : failure_response(read.error()),
                            plan.entry->method != http::Method::head);
      return;
    }
  }
}

}  // namespace

Answer transaction_response(const Call& call, const std::vector<Plan>& plans,
                            std::vector<storage::Written> written) {
  std::string text = R"({"resourceType":"Bundle","type":"transaction-response")";
  if (!plans.empty()) text += R"(,"entry":[)";
  for (const Plan& plan : plans) {
    if (plan.entry->index != 0) text += ',';
    append_entry(call, plan, written, text);
  }
  text += plans.empty() ? "}" : "]}";
  return fhir_response(200, std::move(text));
}

}  // namespace server::rest::bundle_entries
