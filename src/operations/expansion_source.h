// A large expansion as text, made while it is sent: what it holds is a few bytes for each code.
// https://hl7.org/fhir/R4/valueset-operation-expand.html
#pragma once

#include <memory>

#include "src/operations/expansion_writer.h"
#include "src/operations/operation.h"
#include "src/operations/tx_request.h"

namespace server::operations {

/// A question to $expand that has been understood; parts of it lead to others, so it stays where it
/// is made.
struct ExpandRequest {
  explicit ExpandRequest(const Invocation& asked)
      : invocation(asked), parameters(invocation.parameters) {}
  ExpandRequest(const ExpandRequest&) = delete;
  ExpandRequest& operator=(const ExpandRequest&) = delete;

  const Invocation invocation;
  const Parameters parameters;
  bool include_definition = false;
  std::unique_ptr<terminology::Scope> scope;
  SetSubject subject;
  terminology::ExpandOptions options;
  ExpansionView view;
};

/// Writes the ValueSet up to its expansion, whose object follows; the resource stays open.
void write_head(const ExpandRequest& request, fhir::json::Builder& out);

/// expansion   not nested deeper than a resource can be read
/// errors      transient: as many codes are on their way to clients as this server holds at once
fhir::Result<std::shared_ptr<ResourceSource>> expansion_source(
    std::unique_ptr<const ExpandRequest> request, terminology::ConceptExpansion expansion);

}  // namespace server::operations
