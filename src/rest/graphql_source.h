// What a GraphQL query sees of the store: the reads and searches of REST, in one snapshot.
#pragma once

#include "src/graphql/source.h"
#include "src/rest/context.h"

namespace server::rest {

class GraphqlSource final : public graphql::Source {
 public:
  /// call   outlives the source
  explicit GraphqlSource(const Call& call) : call_(call) {}

  std::optional<graphql::Address> address_of(std::string_view reference) const override;
  fhir::Result<std::string, graphql::Issues> read(const graphql::Address& address) override;
  fhir::Result<graphql::Found, graphql::Issues> search(const graphql::Search& search) override;
  fhir::Result<graphql::Written, graphql::Issues> write(const graphql::Change& change) override;
  std::string seal(std::string_view text) const override;
  fhir::Result<std::string, graphql::Issues> open(std::string_view sealed) const override;

 private:
  fhir::Result<storage::Reader*> reader();

  const Call& call_;
  std::unique_ptr<storage::Reader> reader_;  // made when it is first needed
};

}  // namespace server::rest
