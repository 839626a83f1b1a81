#include "src/rest/bulk/moment.h"

#include <algorithm>
#include <utility>

#include "src/rest/search_request.h"

namespace server::rest {
namespace {

constexpr std::string_view k_barrier = "bulk-export";
constexpr std::chrono::milliseconds k_held_for{500};  // a snapshot

}  // namespace

fhir::Result<std::unique_ptr<Moment>> Moment::now(storage::Store& store, storage::Store& shown) {
  std::unique_ptr<Moment> moment(new Moment(shown));
  // Writes are done one after the other: once this one is done, so are all that were given a time
  // before now, and the reader sees them. "SHALL include any matching resources modified up to and
  // including this instant".
  moment->time_ms_ = now_utc_ms();
  FHIR_CHECK(store.put_note(k_barrier, std::to_string(moment->time_ms_)));
  FHIR_TRY(reader, moment->present());
  FHIR_TRY(then, reader->moment());
  moment->time_ms_ = std::max(moment->time_ms_, then.newest_ms);
  moment->text_ = std::move(then.text);
  return moment;
}

fhir::Result<storage::Page> Moment::search(search::Query& query) {
  query.moment = text_;
  FHIR_TRY(reader, present());
  return reader->search(query);
}

fhir::Result<storage::Reader*> Moment::present() {
  const auto now = std::chrono::steady_clock::now();
  if (reader_ == nullptr || now - read_from_ > k_held_for) {
    reader_.reset();
    FHIR_TRY(reader, store_.reader(std::chrono::steady_clock::time_point::max()));
    reader_ = std::move(reader);
    read_from_ = now;
  }
  return reader_.get();
}

}  // namespace server::rest
