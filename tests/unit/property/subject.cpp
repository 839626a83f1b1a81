#include "tests/unit/property/subject.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "src/search/compartment.h"
#include "src/search/concepts.h"
#include "src/search/query_parser.h"
#include "tests/unit/property/terminology.h"
#include "tests/unit/property/universe.h"

namespace property_test {
namespace {

constexpr std::int64_t k_start = 1'592'222'400'000;  // 2020-06-15T12:00Z: among the dates
constexpr std::int64_t k_between_writes = 700;

const server::search::Extractor& extractor() {
  static const auto made = [] {
    const std::shared_ptr<const fhir::UnitSystem> shared(shared_definitions(), &units());
    auto result = server::search::Extractor::make(shared_definitions(), k_base_url, shared);
    if (!result) FAIL(result.error().diagnostics);
    return *std::move(result);
  }();
  return *made;
}

/// The invented terminology as the server asks it.
class InventedConcepts final : public server::search::Concepts {
 public:
  using Codes = fhir::Result<std::vector<server::search::ConceptCode>>;

  Codes members(std::string_view reference, const fhir::SearchParameter&) const override {
    std::vector<server::search::ConceptCode> codes;
    for (const ValueSet& set : value_sets()) {
      if (set.url != reference) continue;
      for (const Token& one : set.members) codes.push_back({one.system, one.code});
      return codes;
    }
    return fhir::unexpected(fhir::make_issue(fhir::IssueType::not_found, "no such value set"));
  }
  Codes at_or_below(std::string_view system, std::string_view code,
                    const fhir::SearchParameter&) const override {
    return codes_where(system, code, [&](const std::string& other) {
      return is_at_or_below(other, std::string(code));
    });
  }
  Codes at_or_above(std::string_view system, std::string_view code,
                    const fhir::SearchParameter&) const override {
    return codes_where(system, code, [&](const std::string& other) {
      return is_at_or_below(std::string(code), other);
    });
  }

 private:
  template <class Test>
  static Codes codes_where(std::string_view system, std::string_view code, Test&& test) {
    if (!is_held(std::string(system)))
      return fhir::unexpected(fhir::make_issue(fhir::IssueType::not_found, "no such code system"));
    std::vector<server::search::ConceptCode> codes = {{std::string(system), std::string(code)}};
    for (const char* other : {"a", "A", "b", "8480-6", "x|y", "c,d", "a b"}) {
      if (code != other && test(other)) codes.push_back({std::string(system), other});
    }
    return codes;
  }
};

/// The members of a tree behind each other, each after a comma.
std::string rest_of(const Tree& tree, std::initializer_list<std::string_view> without) {
  std::string json;
  for (const auto& [name, value] : tree.members) {
    if (std::find(without.begin(), without.end(), name) == without.end())
      json += ",\"" + name + "\":" + value.json();
  }
  return json;
}

/// The resource as it is stored, but for what only the write knows.
server::storage::PendingBody body_of(const Tree& tree, const Resource& resource) {
  Tree meta;
  for (const auto& [name, value] : tree.members) {
    if (name == "meta") meta = value;
  }
  auto body = storage_test::body_of(resource.type, resource.id);
  body.tail = "\"" + rest_of(meta, {}) + "}" + rest_of(tree, {"resourceType", "id", "meta"}) + "}";
  return body;
}

}  // namespace

Subject::Subject() : now_(std::make_shared<std::atomic<std::int64_t>>(k_start)) {
  auto options = storage_test::options_for(folder_);
  options.now_ms = [now = now_] { return now->load(); };
  options.readers = 1;
  store_ = storage_test::open_store(options);
}

std::int64_t Subject::put(const Tree& tree) {
  *now_ += k_between_writes;
  const Resource resource(tree, 0);
  auto rows = extractor().extract(resource.root);
  if (!rows) FAIL(rows.error().diagnostics << ": " << tree.json());
  auto write = storage_test::put(resource.type, resource.id, *std::move(rows));
  write.body = body_of(tree, resource);
  auto written = storage_test::write_one(*store_, std::move(write));
  if (!written) FAIL(written.error().issue.diagnostics);
  return written->written[0].last_updated;
}

void Subject::remove(const std::string& type, const std::string& id) {
  *now_ += k_between_writes;
  const auto written = storage_test::write_one(*store_, storage_test::remove(type, id));
  if (!written) FAIL(written.error().issue.diagnostics);
}

Answer Subject::ask(const Search& search, std::uint32_t page) {
  Answer answer;
  server::search::ParseOptions options;
  options.base_url = k_base_url;
  options.units = &units();
  options.allow_chains = true;
  static const InventedConcepts concepts;
  options.concepts = &concepts;
  auto query =
      server::search::parse_query(search.type, search.parameters(), definitions(), options);
  if (!query) {
    answer.failure = query.error().front().diagnostics;
    answer.is_too_costly = query.error().front().type == fhir::IssueType::too_costly;
    return answer;
  }
  if (search.compartment) {
    auto within = server::search::compartment_criterion(
        search.compartment->code, search.compartment->id, search.type, definitions());
    if (!within) {
      answer.failure = within.error().diagnostics;
      return answer;
    }
    query->criteria.push_back(*std::move(within));
  }
  query->count = page;
  query->total = server::search::Total::accurate;
  auto reader = storage_test::reader_of(*store_);
  const auto failed = [&](const fhir::Issue& issue) {
    answer.failure = issue.diagnostics + issue.log_detail;
    return answer;
  };
  const auto count = reader->count(*query);
  if (!count) return failed(count.error());
  answer.count = *count;
  do {
    const auto found = reader->search(*query);
    if (!found) return failed(found.error());
    if (query->cursor.empty()) answer.total = found->total.value_or(0);
    Answer::Page& one = answer.pages.emplace_back();
    for (const auto& entry : found->entries) {
      if (entry.is_match) {
        one.matches.push_back(entry.version.id);
      } else {
        one.included.push_back(entry.version.type + "/" + entry.version.id);
      }
    }
    query->cursor = found->next_cursor;
  } while (!query->cursor.empty());
  return answer;
}

}  // namespace property_test
