// Judges one resource by a limit without a search.
#pragma once

#include <optional>

#include "fhir/base/result.h"
#include "fhir/model/element.h"
#include "src/access/access.h"
#include "src/storage/store.h"

namespace server::access {

/// Whether a resource matches a limit that asks for ids and for references to resources of this
/// server, as its index rows would tell; nothing for any other limit: that takes a search.
///
/// resource    a root element
/// extractor   of the definitions that the limit is of
std::optional<bool> matches(const search::Criterion& limit, const fhir::Element& resource,
                            const search::Extractor& extractor);

/// What a read gives of what was found, when that can be told by the resource itself: what does not
/// match, and what is deleted, is as if it was not there. Nothing when it takes a search.
std::optional<fhir::Result<storage::Version>> judged(fhir::Result<storage::Version> found,
                                                     const search::Criterion& limit,
                                                     const Access& access);

/// The same by what the scopes allow and by what holds the token back beyond them.
///
/// readable   not Extent::none
std::optional<fhir::Result<storage::Version>> judged_alone(fhir::Result<storage::Version> found,
                                                           const Readable& readable,
                                                           const Access& access);

/// Whether it is told at a glance that a current version may be seen. False says nothing.
///
/// readable   of its type, not Extent::none
/// at         when it was asked for
bool surely_seen(const storage::Version& version, const Readable& readable, const JudgedAt& at,
                 const Access& access);

/// Whether a version, current or old, matches a limit by what stands in it. What takes other
/// resources to tell does not; nor does a deletion.
bool matches_itself(const storage::Version& version, const search::Criterion& limit,
                    const Access& access);

/// The failure of what is not there, or not for this token.
fhir::Unexpected<fhir::Issue> not_found();

}  // namespace server::access
