// Bundles in answer to searches and histories, written around stored bodies without reading them.
// https://hl7.org/fhir/R4/bundle.html
#pragma once

#include <string>
#include <string_view>

#include "src/rest/context.h"
#include "src/storage/store.h"

namespace server::rest {

/// self_path   of this server, from the base: `Patient?name=x`
std::string searchset(const Call& call, std::string_view type, const search::Query& query,
                      const storage::Page& page);

/// path   of this server, from the base: `Patient/1/_history`
std::string history_bundle(const Call& call, std::string_view path,
                           const storage::HistoryPage& page);

}  // namespace server::rest
