// Where an execution gets resources from. The one way to data: whoever implements it decides what
// the caller may see, as for every read and search.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fhir/base/issue.h"
#include "fhir/base/result.h"

namespace server::graphql {

/// A literal reference to a resource that the source has.
struct Address {
  std::string type;
  std::string id;
  std::string version;  // empty: the current one
};

struct Search {
  std::string_view type;
  std::vector<std::pair<std::string, std::string>> parameters;  // as in a URL
  std::optional<std::uint32_t> count;  // nothing: as many as a page may have
  std::string cursor;                  // of Found::next; empty: the first page
  bool wants_total = false;
};

struct Match {
  std::string body;             // FHIR JSON
  std::optional<double> score;  // where the search ranks
};

struct Found {
  std::vector<Match> matches;
  std::optional<std::uint64_t> total;  // where it was wanted
  std::string next;                    // empty: this is the last page
  std::uint32_t count = 0;             // how many a page has, after the limits of the source
};

/// What a mutation asks for.
struct Change {
  enum class Kind : std::uint8_t { create, update, remove };
  Kind kind = Kind::create;
  std::string_view type;
  std::string id;        // of update and remove
  std::string resource;  // FHIR JSON, of create and update
};

struct Written {
  std::string location;     // of the version that was made; empty when none was
  std::string body;         // FHIR JSON; empty after remove
  std::string information;  // an OperationOutcome
};

using Issues = std::vector<fhir::Issue>;  // not empty

class Source {
 public:
  virtual ~Source() = default;
  /// What a reference leads to here; nothing when that is no resource of the source.
  virtual std::optional<Address> address_of(std::string_view reference) const = 0;
  /// FHIR JSON. errors   not-found, deleted, as of a read
  virtual fhir::Result<std::string, Issues> read(const Address& address) = 0;
  /// errors   those of a search by REST
  virtual fhir::Result<Found, Issues> search(const Search& search) = 0;
  /// errors   those of the interaction of REST. Reads and searches see the change.
  virtual fhir::Result<Written, Issues> write(const Change& change) = 0;
  /// A text made opaque for clients, and back. errors   invalid: seal() did not make it
  virtual std::string seal(std::string_view text) const = 0;
  virtual fhir::Result<std::string, Issues> open(std::string_view sealed) const = 0;
};

}  // namespace server::graphql
