// Which code system, value set or concept map a terminology operation is asked about: the instance
// in the URL, a resource sent along, or a canonical.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "fhir/base/result.h"
#include "src/operations/operation.h"
#include "src/operations/parameters.h"
#include "terminology/code_system.h"
#include "terminology/concept_map.h"
#include "terminology/terminology.h"

namespace server::operations {

/// `item` is alive as long as this and the snapshot are.
template <class T>
struct Subject {
  const T* item = nullptr;
  std::unique_ptr<const T> owned;  // when the resource was sent along
  const T* operator->() const { return item; }
  const T& operator*() const { return *item; }
};

/// By id in the URL, `codeSystem`, or `url` with `version`; else by `system`, a url from a coding,
/// whose version is `coding_version` where the parameters give none.
///
/// errors   required: none of them · not-found: no such code system · not-supported: it is known,
///          but its concepts are not held
fhir::Result<Subject<terminology::CodeSystem>> code_system_of(const Invocation& invocation,
                                                              const Parameters& parameters,
                                                              std::string_view system,
                                                              std::string_view coding_version = {});

/// errors   as code_system_of
fhir::Result<const terminology::CodeSystem*> code_system_by_url(const Services& services,
                                                                std::string_view url,
                                                                std::string_view version);

struct Canonical {
  std::string_view url, version;
};

/// What a conformance resource, or one that a release stands for, is called beside its logical id.
///
/// errors   not-found
fhir::Result<Canonical> canonical_by_id(const Services& services, std::string_view type,
                                        std::string_view id);

std::string canonical_of(std::string_view url, std::string_view version);

}  // namespace server::operations
