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

/// The criteria of a condition, without what only shapes an answer.
///
/// errors      as a search, also for one without a value, which a search ignores · required (412):
///             there is none · transient: the index of one is being built · not-supported: about
///             contained resources
fhir::Result<search::Query, Failure> parse_condition(const Call& call, std::string_view type,
                                                     const Parameters& criteria);

/// condition   the query part of a search URL on `type`, still encoded
/// errors      as a search · multiple-matches (412): "the client's criteria were not selective
/// enough"
fhir::Result<ConditionalMatch, Failure> find_one(const Call& call, std::string_view type,
                                                 std::string_view condition);

/// The same for criteria that are decoded already.
fhir::Result<ConditionalMatch, Failure> find_one(const Call& call, std::string_view type,
                                                 const Parameters& criteria);

}  // namespace server::rest
