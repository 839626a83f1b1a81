// A profile's published snapshot as a tree of its elements, read without the profile compiler.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "facts.h"
#include "fhir/definitions/definition_store.h"
#include "fhir/formats/json_document.h"

namespace mutants {

struct ProfileElement {
  const fhir::json::Value* json = nullptr;  // ElementDefinition
  std::string id;
  std::string name;   // `value` of `value[x]`
  std::string slice;  // its name, for a slice
  bool is_choice = false;
  bool is_array = false;  // in the base
  std::uint32_t min = 0;
  std::uint32_t max = 1;
  std::vector<std::unique_ptr<ProfileElement>> children;
  std::vector<std::unique_ptr<ProfileElement>> slices;

  const ProfileElement* child(std::string_view name) const;
  /// fixed[x] or pattern[x]; null when it has neither.
  const fhir::json::Value* wanted() const;
};

struct ProfileFacts {
  std::string type;
  fhir::json::Document document;
  std::unique_ptr<ProfileElement> root;
};

class ProfileLibrary {
 public:
  explicit ProfileLibrary(const fhir::DefinitionStore& definitions) : definitions_(definitions) {}

  /// Null for what is no known profile on another definition.
  const ProfileFacts* profile(std::string_view url);

 private:
  const fhir::DefinitionStore& definitions_;
  std::map<std::string, std::unique_ptr<ProfileFacts>, std::less<>> profiles_;
};

/// Whether the item lies in the slice; nothing when the discriminators are of a kind that is not
/// told here.
std::optional<bool> is_in_slice(const ProfileElement& list, const ProfileElement& slice,
                                const fhir::json::Value& item);

/// The first steps of the paths that tell the slices of a list apart.
std::vector<std::string> discriminator_names(const ProfileElement& list);

}  // namespace mutants
