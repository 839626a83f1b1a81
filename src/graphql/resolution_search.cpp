// Lists, connections and their members. https://hl7.org/fhir/R4/graphql.html#searching
#include <array>
#include <charconv>

#include "src/graphql/limits.h"
#include "src/graphql/resolution.h"

namespace server::graphql {
namespace {

/// As a bundle's entry has it.
std::string number_text(double number) {
  std::array<char, 32> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number,
                                 std::chars_format::fixed, 6);
  return {digits.data(), end.ptr};
}

}  // namespace

fhir::Result<bool, Issues> Resolution::fits(std::string_view condition, const Resource& resource) {
  auto kept = expressions_.where(condition, std::span(&resource.root, 1), resource.root);
  if (!kept) return fhir::unexpected(Issues{std::move(kept).error()});
  return !kept->empty();
}

fhir::Result<Values, Issues> Resolution::list(const FieldSpec& spec, const Selection& field,
                                              std::string_view focus) {
  Search search;
  search.type = spec.type->name;
  search.parameters = search_parameters(schema_, spec, field, variables_, focus);
  const bool is_counted = argument_text(field, "_count", variables_).has_value();
  if (is_counted) search.count = argument_number(field, "_count", variables_, 0);
  Values out;
  out.repeats = out.is_search = true;
  out.type = spec.type->name;
  if (search.count == 0U) return out;
  FHIR_TRY(found, pool_.search(search));
  // "the server returns everything, or an error"
  if (!found.next.empty() && (!is_counted || found.matches.size() < *search.count))
    return fhir::unexpected(Issues{fhir::make_issue(fhir::IssueType::too_costly,
                                                    "There are too many matches for " + field.name +
                                                        ": give _count, or ask for a connection")});
  const auto condition = argument_text(field, "fhirpath", variables_);
  for (Match& match : found.matches) {
    FHIR_TRY(resource, pool_.add(std::move(match.body)));
    if (condition) {
      FHIR_TRY(is_wanted, fits(*condition, *resource));
      if (!is_wanted) continue;
    }
    out.items.push_back(item_of(*resource));
  }
  return out;
}

fhir::Result<PageStart, Issues> Resolution::start_of(const FieldSpec& spec, const Selection& field,
                                                     std::string_view focus) {
  auto cursor = argument_text(field, "cursor", variables_);
  if (!cursor) cursor = argument_text(field, "_cursor", variables_);
  if (cursor) {
    FHIR_TRY(text, services_.source->open(*cursor));
    return read_page_start(std::move(text), spec.type->name);
  }
  PageStart start;
  start.type = spec.type->name;
  start.parameters = search_parameters(schema_, spec, field, variables_, focus);
  start.fhirpath = argument_text(field, "fhirpath", variables_).value_or("");
  start.pagesize = argument_number(field, "_count", variables_, k_page_default);
  return start;
}

fhir::Result<Values, Issues> Resolution::connection(const FieldSpec& spec, const Selection& field,
                                                    std::string_view focus, bool wants_total) {
  FHIR_TRY(start, start_of(spec, field, focus));
  Search search;
  search.type = spec.type->name;
  search.parameters = start.parameters;
  search.count = start.pagesize;
  search.cursor = start.cursor;
  search.wants_total = wants_total;
  FHIR_TRY(found, pool_.search(search));
  auto made = std::make_shared<Connection>();
  made->start = std::move(start);
  made->start.pagesize = found.count;
  made->total = found.total;
  made->next = std::move(found.next);
  for (Match& match : found.matches) {
    FHIR_TRY(resource, pool_.add(std::move(match.body)));
    made->matches.push_back({resource, match.score});
  }
  Values out;
  out.type = "Connection";
  Item& item = out.items.emplace_back();
  item.object.shape = *spec.shape;
  item.object.connection = std::move(made);
  return out;
}

fhir::Result<Values, Issues> Resolution::connection_member(std::string_view name,
                                                           const Object& parent) {
  if (parent.shape.kind == ShapeKind::edge) {
    if (name == "mode") return leaf("\"match\"", "code");
    if (name == "score")
      return leaf(parent.score ? number_text(*parent.score) : std::string(), "decimal");
    Values out;
    out.type = parent.shape.type->name;
    out.items.push_back(item_of(*parent.resource));
    return out;
  }
  const Connection& page = *parent.connection;
  const auto cursor = [&](const PageStart& start) {
    return leaf(quoted(services_.source->seal(write_page_start(start))), "string");
  };
  if (name == "count")
    return leaf(page.total ? std::to_string(*page.total) : std::string(), "integer");
  if (name == "offset") return leaf(std::to_string(page.start.offset), "integer");
  if (name == "pagesize") return leaf(std::to_string(page.start.pagesize), "integer");
  if (name == "first") return cursor(first_page(page.start));
  if (name == "previous") {
    const auto before = previous_page(page.start);
    return before ? cursor(*before) : leaf("", "string");
  }
  if (name == "next")
    return page.next.empty() ? leaf("", "string")
                             : cursor(next_page(page.start, page.next, page.matches.size()));
  if (name == "last")  // known only where it is this one: the store's pages lead forward
    return page.next.empty() ? cursor(page.start) : leaf("", "string");
  Values out;  // edges
  out.repeats = out.is_search = true;
  out.type = "Edge";
  for (const Edge& match : page.matches) {
    // "the server may choose to apply the fhirpath filter after the search paging is performed"
    if (!page.start.fhirpath.empty()) {
      FHIR_TRY(is_wanted, fits(page.start.fhirpath, *match.resource));
      if (!is_wanted) continue;
    }
    Item& item = out.items.emplace_back();
    item.object.shape = Shape{ShapeKind::edge, parent.shape.type};
    item.object.resource = match.resource;
    item.object.score = match.score;
  }
  return out;
}

}  // namespace server::graphql
