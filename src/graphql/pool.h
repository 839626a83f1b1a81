// The resources that one execution has fetched: each address once, under limits.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <tuple>

#include "fhir/formats/json_document.h"
#include "fhir/model/element.h"
#include "src/graphql/source.h"

namespace server::graphql {

/// A resource in memory; `root` points into the document.
struct Resource {
  explicit Resource(fhir::json::Document read) : document(std::move(read)) {}
  fhir::json::Document document;
  fhir::Element root;
};

using ResourceResult = fhir::Result<const Resource*, Issues>;

class Pool {
 public:
  Pool(Source& source, const fhir::DefinitionStore& definitions)
      : source_(source), definitions_(definitions) {}

  ResourceResult read(const Address& address);
  /// Keeps a body that came otherwise.
  ResourceResult add(std::string body);
  /// What was read is read anew when it is asked for again.
  void forget() { by_address_.clear(); }
  fhir::Result<Found, Issues> search(const Search& search);

 private:
  Source& source_;
  const fhir::DefinitionStore& definitions_;
  std::deque<Resource> resources_;
  std::map<std::tuple<std::string, std::string, std::string>, const Resource*> by_address_;
  std::size_t bytes_ = 0;
  std::size_t searches_ = 0;
};

}  // namespace server::graphql
