#include "src/rest/held/held_store.h"

#include "src/rest/held/held_reader.h"

namespace server::rest {

fhir::Result<std::unique_ptr<storage::Reader>> HeldStore::reader(
    std::chrono::steady_clock::time_point deadline) {
  FHIR_TRY(reader, store_.reader(deadline));
  return std::unique_ptr<storage::Reader>(std::make_unique<HeldReader>(std::move(reader), held_));
}

fhir::Result<storage::Version> HeldStore::read(std::string_view type, std::string_view id,
                                               std::chrono::steady_clock::time_point deadline) {
  return or_held(store_.read(type, id, deadline), *held_, type, id);
}

bool HeldStore::is_stored(const storage::Write& write) {
  const auto soon = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  return store_.read(write.type, write.id, soon).has_value();
}

fhir::Result<storage::Store::Outcome, storage::Store::Failure> HeldStore::write(
    std::vector<storage::Write> writes) {
  for (std::size_t i = 0; i < writes.size(); ++i) {
    if (!held_->find(writes[i].type, writes[i].id) || is_stored(writes[i])) continue;
    return fhir::unexpected(Failure{
        i, fhir::make_issue(
               fhir::Situation::method_not_allowed, fhir::IssueType::not_supported,
               "This " + writes[i].type + " comes from a loaded release and cannot be changed")});
  }
  return store_.write(std::move(writes));
}

}  // namespace server::rest
