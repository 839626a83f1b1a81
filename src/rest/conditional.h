// Conditions written as searches: If-None-Exist, ifNoneExist, and references like
// `Practitioner?identifier=…`. https://hl7.org/fhir/R4/http.html#ccreate
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "src/rest/context.h"

namespace server::rest {

struct ConditionalMatch {
  std::optional<std::string> id;               // the one match
  std::shared_ptr<const search::Query> query;  // to ask again inside the write
};

/// condition   the query part of a search URL on `type`, still encoded
/// errors      as a search · multiple-matches (412): "the client's criteria were not selective
/// enough"
fhir::Result<ConditionalMatch, Failure> find_one(const Call& call, std::string_view type,
                                                 std::string_view condition);

/// The same for criteria that are decoded already.
fhir::Result<ConditionalMatch, Failure> find_one(const Call& call, std::string_view type,
                                                 const Parameters& criteria);

}  // namespace server::rest
