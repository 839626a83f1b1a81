// What the published StructureDefinitions say, read from their JSON without the definition store:
// mutants are made by these facts, so that a rule the store loses is still asked for.
// https://hl7.org/fhir/R4/structuredefinition.html
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace mutants {

constexpr std::uint32_t k_many = 0xffffffff;

struct TypeUse {
  std::string code;
  std::vector<std::string> targets;  // names of the types that a reference may point to
};

struct ElementFacts {
  std::string path;  // as in the snapshot, `Patient.deceased[x]`
  std::string name;  // `deceased` of it
  std::uint32_t min = 0;
  std::uint32_t max = 1;
  bool is_array = false;
  bool is_choice = false;
  std::vector<TypeUse> types;
  std::string required_set;  // the value set of a required binding
  std::string same_as;       // the path whose children it has too
  std::vector<const ElementFacts*> children;
};

enum class Kind { primitive, complex, resource };

struct TypeFacts {
  std::string name;
  Kind kind = Kind::complex;
  bool is_abstract = false;
  const ElementFacts* root = nullptr;
  std::map<std::string, ElementFacts, std::less<>> elements;  // by path
  std::vector<std::string> invariants;  // keys of its constraints of severity error
};

/// A member of an object, as the definition names it.
struct Use {
  const ElementFacts* element = nullptr;
  const TypeUse* type = nullptr;
};

class Facts {
 public:
  explicit Facts(std::filesystem::path package) : package_(std::move(package)) {}

  /// Null when the package has no such type.
  const TypeFacts* type(std::string_view name);
  /// All resource types that are not abstract, sorted.
  std::vector<std::string> resource_types();
  /// All types that the package defines.
  std::vector<std::string> types();

  /// A code of a value set, where the package lists one; empty otherwise.
  std::string first_code(const std::string& value_set);

  /// The children of an element: its own, or of where it points to.
  const std::vector<const ElementFacts*>& children(const TypeFacts& type,
                                                   const ElementFacts& element) const;
  /// `valueQuantity` among the children; nothing when the definition has no such member.
  static Use member(const std::vector<const ElementFacts*>& children, std::string_view name);

 private:
  std::filesystem::path package_;
  std::map<std::string, std::unique_ptr<TypeFacts>, std::less<>> types_;
  std::map<std::string, std::string> codes_;  // by value set
};

/// `valueString` of `value` and `string`.
std::string choice_name(std::string_view name, std::string_view type);

std::string file_text(const std::filesystem::path& path);

}  // namespace mutants
