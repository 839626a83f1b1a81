// https://hl7.org/fhir/R4/http.html#integrity: servers may or may not check references; this one
// does what its settings say.
#include "src/rest/referential.h"

#include <set>

#include "fhir/formats/json_document.h"
#include "fhir/model/element.h"
#include "src/rest/local_reference.h"
#include "src/rest/stored_body.h"

namespace server::rest {
namespace {

using Target = std::pair<std::string, std::string>;

bool is_missing(const Call& call, const Target& target) {
  const auto found = call.snapshot->store().read(target.first, target.second, call.deadline);
  return !found && (found.error().type == fhir::IssueType::not_found ||
                    found.error().type == fhir::IssueType::deleted);
}

/// A resource with an id and nothing else, tagged so that it can be told from a real one.
std::optional<storage::Write> placeholder(const Call& call, const Target& target) {
  const auto document = fhir::json::Document::read(
      R"({"resourceType":")" + target.first + R"(","id":")" + target.second +
      R"(","meta":{"tag":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationValue",)" +
      R"("code":"SUBSETTED"}]}})");
  if (!document) return std::nullopt;
  storage::Write write;
  write.method = storage::WriteMethod::create;
  write.type = target.first;
  write.id = target.second;
  write.body = pending_body(document->root(), target.second);
  auto rows = call.snapshot->extractor->extract(
      fhir::root_element(document->root(), call.snapshot->definitions()));
  if (!rows) return std::nullopt;
  write.index = *std::move(rows);
  write.precondition.must_not_exist = true;
  return write;
}

void add_placeholders(const Call& call, std::vector<storage::Write>& writes) {
  std::set<Target> written;
  for (const storage::Write& write : writes) written.emplace(write.type, write.id);
  const std::size_t given = writes.size();
  for (std::size_t i = 0; i < given; ++i) {
    const std::vector<Target> targets = writes[i].must_exist;
    for (const Target& target : targets) {
      if (written.count(target) != 0 || !is_missing(call, target)) continue;
      auto made = placeholder(call, target);
      if (!made) continue;
      written.insert(target);
      writes.push_back(*std::move(made));
    }
  }
}

}  // namespace

std::vector<Target> local_references(const Call& call, const fhir::json::Value& resource) {
  std::set<Target> found;
  for_each_local_reference(
      call, resource, [&](const LocalReference& target) { found.emplace(target.type, target.id); });
  return {found.begin(), found.end()};
}

fhir::Result<storage::Store::Outcome, storage::Store::Failure> write_all(
    const Call& call, std::vector<storage::Write> writes) {
  if (call.options->create_placeholders) add_placeholders(call, writes);
  for (storage::Write& write : writes) {
    write.skip_unchanged = !call.options->store_unchanged && !write.must_make_version &&
                           (write.method == storage::WriteMethod::update ||
                            write.method == storage::WriteMethod::patch);
    write.must_not_be_referenced =
        call.options->check_references_on_delete && write.method == storage::WriteMethod::delete_;
  }
  return call.snapshot->store().write(std::move(writes));
}

}  // namespace server::rest
