#include "src/graphql/paging.h"

#include <charconv>

#include "fhir/formats/json_document.h"
#include "fhir/formats/json_writer.h"
#include "src/graphql/limits.h"

namespace server::graphql {
namespace {

template <class Number>
bool read_number(const fhir::json::Value& object, std::string_view name, Number& out) {
  const fhir::json::Value* value = object.find(name);
  if (value == nullptr || !value->is_number()) return false;
  const std::string_view text = value->text();
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc{} && end == text.data() + text.size();
}

}  // namespace

std::string write_page_start(const PageStart& start) {
  std::string text;
  fhir::json::Builder out(text);
  out.begin_object().string("t", start.type).key("q").begin_array();
  for (const auto& [name, value] : start.parameters) out.string(name).string(value);
  out.end_array().string("f", start.fhirpath).number("n", start.pagesize);
  out.number("o", static_cast<long long>(start.offset)).string("c", start.cursor);
  out.key("p").begin_array();
  for (const std::string& cursor : start.previous) out.string(cursor);
  out.end_array().end_object();
  return text;
}

fhir::Result<PageStart, Issues> read_page_start(std::string text, std::string_view type) {
  const auto refuse = [] {
    return fhir::unexpected(
        Issues{fhir::make_issue(fhir::Situation::malformed, fhir::IssueType::invalid,
                                "The cursor is none that this server gave for this field")});
  };
  const auto document = fhir::json::Document::read(std::move(text));
  if (!document) return refuse();
  const fhir::json::Value& root = document->root();
  PageStart out;
  out.type = root.string_at("t");
  out.fhirpath = root.string_at("f");
  out.cursor = root.string_at("c");
  const fhir::json::Value* parameters = root.find("q");
  const fhir::json::Value* previous = root.find("p");
  if (out.type != type || !read_number(root, "n", out.pagesize) ||
      !read_number(root, "o", out.offset) || parameters == nullptr || previous == nullptr ||
      parameters->items().size() % 2 != 0 || previous->items().size() > k_pages_remembered_max)
    return refuse();
  for (std::size_t i = 0; i < parameters->items().size(); i += 2)
    out.parameters.emplace_back(parameters->items()[i].string(),
                                parameters->items()[i + 1].string());
  for (const fhir::json::Value& cursor : previous->items())
    out.previous.emplace_back(cursor.string());
  return out;
}

PageStart next_page(const PageStart& start, std::string cursor, std::size_t matches) {
  PageStart out = start;
  out.previous.push_back(std::move(out.cursor));
  if (out.previous.size() > k_pages_remembered_max) out.previous.erase(out.previous.begin());
  out.cursor = std::move(cursor);
  out.offset += matches;
  return out;
}

std::optional<PageStart> previous_page(const PageStart& start) {
  if (start.previous.empty()) return std::nullopt;
  PageStart out = start;
  out.cursor = std::move(out.previous.back());
  out.previous.pop_back();
  out.offset -= std::min<std::uint64_t>(out.offset, out.pagesize);
  return out;
}

PageStart first_page(const PageStart& start) {
  PageStart out = start;
  out.cursor.clear();
  out.previous.clear();
  out.offset = 0;
  return out;
}

}  // namespace server::graphql
