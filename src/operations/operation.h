// What every FHIR operation is to the server: a row in a table, and a function from Parameters to a
// resource. Knows nothing of HTTP. https://hl7.org/fhir/R4/operations.html
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "fhir/base/issue.h"
#include "fhir/base/result.h"
#include "fhir/definitions/definition_store.h"
#include "fhir/formats/json_document.h"

namespace terminology {
class Terminology;
}
namespace fhir::validation {
class Validator;
}

namespace server::storage {
class Store;
}

namespace server::operations {

/// The immutable snapshot a request works with, and the store. Pointers outlive the request.
struct Services {
  std::shared_ptr<const fhir::DefinitionStore> definitions;
  std::shared_ptr<const terminology::Terminology> terminology;
  std::shared_ptr<const fhir::validation::Validator> validator;
  storage::Store* store = nullptr;
  std::size_t expansion_codes_max = 100'000;   // of one answer to $expand
  std::size_t streamed_codes_max = 1'000'000;  // of one that is made in pieces
};

enum class Notation : std::uint8_t { json, xml };

struct Invocation {
  std::string_view resource_type;  // empty at system level
  std::string_view id;             // empty unless at instance level
  /// A Parameters resource; for a GET made from the query, for a POST whose body is another
  /// resource one with that resource as the parameter `resource`.
  const fhir::json::Document* parameters = nullptr;
  /// The body as it was sent, whose lines and columns are the client's; null without one.
  const fhir::json::Document* body = nullptr;
  /// What is wrong with the body and the reading went on after; for an operation that asks for it.
  std::span<const fhir::Issue> body_faults;
  const Services* services = nullptr;
  std::string_view accept_language;  // the header's value
  /// Keeps alive what the pointers here lead to, but for `services`; null: they end with the call.
  std::shared_ptr<const void> owner;
  Notation notation = Notation::json;  // of what is made in pieces
};

/// A resource as text that is made piece by piece.
class ResourceSource {
 public:
  virtual ~ResourceSource() = default;
  /// Appends the next piece, of about `bytes`; false: it was the last.
  virtual bool next(std::string& out, std::size_t bytes) = 0;
};

/// What an operation answers with: the whole resource as JSON, or its pieces in the notation that
/// was asked for.
struct Reply {
  std::string whole;
  std::shared_ptr<ResourceSource> pieces;  // null: it is whole
};

enum Level : std::uint8_t { level_system = 1, level_type = 2, level_instance = 4 };

struct Operation {
  std::string_view name;           // without `$`
  std::string_view definition;     // canonical of the OperationDefinition
  std::string_view resource_type;  // empty: any type, and the system
  std::uint8_t levels;
  bool affects_state;  // then only POST
  bool judges_body;    // a body that FHIR does not allow is read as far as it goes
  /// returns   the resource to answer with, as JSON
  fhir::Result<std::string> (*run)(const Invocation& invocation);
  /// Whether this very question is answered from memory, without reading anything, in a few
  /// microseconds and never more than a millisecond: handing it to another thread would cost more.
  /// Null: no question is.
  bool (*is_quick)(const Invocation& invocation) = nullptr;
  /// The same as run, for who takes a large answer in pieces; null: no answer is that large. The
  /// invocation has an owner.
  fhir::Result<Reply> (*run_in_pieces)(const Invocation& invocation) = nullptr;
};

/// Every operation this program answers; the routes and the CapabilityStatement come from it.
std::span<const Operation> all_operations();

}  // namespace server::operations
