// Where a page of a connection begins, as a text: the search with its parameters and the pages
// before it, since "the client cannot change the parameters for the search".
// https://hl7.org/fhir/R4/graphql.html#searching
#pragma once

#include "src/graphql/source.h"

namespace server::graphql {

struct PageStart {
  std::string type;
  std::vector<std::pair<std::string, std::string>> parameters;
  std::string fhirpath;  // the filter over the page; empty: none
  std::uint32_t pagesize = 0;
  std::uint64_t offset = 0;
  std::string cursor;                 // of the source; empty: the first page
  std::vector<std::string> previous;  // cursors of the pages before, the last ones
};

std::string write_page_start(const PageStart& start);

/// errors   invalid: write_page_start() did not make it, or for another type
fhir::Result<PageStart, Issues> read_page_start(std::string text, std::string_view type);

/// The start of the page behind `start`, of the page before it, and of the first one.
PageStart next_page(const PageStart& start, std::string cursor, std::size_t matches);
std::optional<PageStart> previous_page(const PageStart& start);
PageStart first_page(const PageStart& start);

}  // namespace server::graphql
