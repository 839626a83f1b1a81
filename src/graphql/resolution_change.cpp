// What the fields of a mutation do. https://hl7.org/fhir/R4/graphql.html#mutations
#include "src/graphql/resolution.h"
#include "src/graphql/resource_input.h"

namespace server::graphql {

/// "fields of a mutation … are executed serially": each is an interaction of REST of its own.
fhir::Result<Values, Issues> Resolution::change(const FieldSpec& spec, const Selection& field) {
  if (std::chrono::steady_clock::now() > services_.deadline)
    return fhir::unexpected(Issues{fhir::make_issue(
        fhir::Situation::timed_out, fhir::IssueType::timeout,
        "The mutation took too long: this field and those behind it have not been done")});
  Change change;
  change.kind = spec.kind == FieldKind::create   ? Change::Kind::create
                : spec.kind == FieldKind::update ? Change::Kind::update
                                                 : Change::Kind::remove;
  change.type = spec.type->name;
  change.id = argument_text(field, "id", variables_).value_or("");
  const Argument* argument = field.argument("res");
  const Value* resource = argument != nullptr ? resolved(argument->value, variables_) : nullptr;
  if (resource != nullptr) change.resource = resource_json(*resource, *spec.type, variables_);
  FHIR_TRY(written, services_.source->write(change));
  pool_.forget();  // what was read before may be another version now
  Values out;
  out.type = spec.type->name;
  Item& item = out.items.emplace_back();
  item.object.shape = *spec.shape;
  item.object.written = std::make_shared<const Written>(std::move(written));
  return out;
}

fhir::Result<Values, Issues> Resolution::written_member(std::string_view name,
                                                        const Object& parent) {
  const Written& written = *parent.written;
  if (name == "location")
    return leaf(written.location.empty() ? std::string() : quoted(written.location), "string");
  const std::string& body = name == "resource" ? written.body : written.information;
  Values out;
  out.type = name == "resource" ? parent.shape.type->name : "OperationOutcome";
  if (body.empty()) return out;
  FHIR_TRY(resource, pool_.add(body));
  out.items.push_back(item_of(*resource));
  return out;
}

}  // namespace server::graphql
