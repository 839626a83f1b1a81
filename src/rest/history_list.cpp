#include "src/rest/history_list.h"

#include <algorithm>
#include <string>

#include "fhir/formats/json_document.h"
#include "src/rest/local_reference.h"
#include "src/rest/operation_search.h"
#include "src/rest/path.h"
#include "src/rest/search_request.h"
#include "src/rest/version_number.h"
#include "src/search/special.h"

namespace server::rest {
namespace {

constexpr std::size_t k_items_max = 10'000;
constexpr std::size_t k_lists_max = 1000;

fhir::Result<Parameters, Failure> criteria_of(std::string_view list) {
  Parameters criteria;
  if (is_id(list)) {
    criteria.emplace_back("_id", list);
    return criteria;
  }
  const std::string_view code = search::current_list_code(list);
  if (code.empty())
    return fhir::unexpected(failure(
        fhir::make_issue(fhir::Situation::malformed, fhir::IssueType::value,
                         "The value of _list is the id of a List, or names one that is current")));
  criteria.emplace_back("status", "current");
  criteria.emplace_back("code", std::string(search::k_list_codes).append("|").append(code));
  return criteria;
}

/// False: there are too many.
bool add_items(const Call& call, const std::string& body, std::vector<storage::HistoryItem>& out) {
  const auto document = fhir::json::Document::read(body);
  const fhir::json::Value* entries = document ? document->root().find("entry") : nullptr;
  if (entries == nullptr) return true;
  for (const fhir::json::Value& entry : entries->items()) {
    const fhir::json::Value* item = entry.find("item");
    if (item == nullptr) continue;
    const auto target = local_reference(call, item->string_at("reference"));
    if (!target) continue;
    storage::HistoryItem one{std::string(target->type), std::string(target->id), std::nullopt};
    if (!target->version.empty()) {
      const auto version = version_number(target->version);
      if (!version) continue;
      one.version = *version;
    }
    out.push_back(std::move(one));
    if (out.size() > k_items_max) return false;
  }
  return true;
}

}  // namespace

fhir::Result<std::vector<storage::HistoryItem>, Failure> items_of_lists(const Call& call,
                                                                        std::string_view value) {
  std::vector<storage::HistoryItem> items;
  REST_TRY(reader, call.reader());
  bool is_whole = true;
  for (;;) {
    const std::string_view list = value.substr(0, value.find(','));
    FHIR_TRY(criteria, criteria_of(list));
    FHIR_TRY(query, parse_search(call, "List", criteria, search::Handling::strict));
    FHIR_CHECK(for_each_match(*reader, query, k_lists_max, [&](storage::Version& version) {
      is_whole = is_whole && add_items(call, version.body, items);
      return is_whole;
    }));
    if (list.size() == value.size()) break;
    value.remove_prefix(list.size() + 1);
  }
  if (is_whole) return items;
  return fhir::unexpected(failure(fhir::make_issue(
      fhir::IssueType::too_costly,
      "The lists hold more than " + std::to_string(k_items_max) + " items in all")));
}

}  // namespace server::rest
