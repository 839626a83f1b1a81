// Judges a body by a limit without reading it whole: most resources name their patient early.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "fhir/definitions/definition_store.h"
#include "src/search/query.h"
#include "src/storage/store.h"

namespace server::access {

/// What to look for in the bodies of one type by a limit, made once for many.
class Glance {
 public:
  /// A glance that finds nothing sure.
  Glance() = default;

  /// limit         copied from what is needed of it
  /// definitions   looked at in this call alone
  Glance(const search::Criterion& limit, std::string_view type,
         const fhir::DefinitionStore& definitions);

  /// Whether it is certain that a resource matches: it has the id, or holds a plain reference,
  /// `"reference":"Patient/1"`, right where the expression of the limit's parameter looks. False
  /// says nothing: that takes another look.
  ///
  /// version   of the type, a current one, with its body: compact JSON
  bool surely_matches(const storage::Version& version) const;

 private:
  /// A patient, and the places where the limit's parameters look for one.
  struct Reference {
    std::string text;                // `"reference":"Patient/1"`
    std::vector<std::string> names;  // of elements of the root that no other part can have
    std::vector<std::string> paths;  // all: `subject`, `participant.actor`
  };

  void take(const search::Criterion& limit, std::string_view type,
            const fhir::DefinitionStore& definitions);
  void take_reference(const fhir::SearchParameter& parameter, const search::Operand& target,
                      std::string_view type, const fhir::DefinitionStore& definitions);
  static bool is_in(const Reference& reference, std::string_view body);

  // One of these suffices:
  std::vector<std::string> ids_;
  std::vector<Reference> references_;
  std::vector<std::vector<Glance>> all_of_;
};

}  // namespace server::access
