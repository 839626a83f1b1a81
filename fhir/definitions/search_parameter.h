// SearchParameters, compartments and operations as the definitions give them.
// https://hl7.org/fhir/R4/searchparameter.html
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace fhir {

enum class SearchParameterType : std::uint8_t {
  number,
  date,
  string,
  token,
  reference,
  composite,
  quantity,
  uri,
  special
};

struct SearchParameter {
  struct Component {
    std::string_view definition;  // canonical
    std::string_view expression;  // relative to the composite's own
  };
  std::uint32_t index = 0;  // dense over the store
  std::string_view url;
  std::string_view code;  // as in a URL: `birthdate`
  std::string_view description;
  SearchParameterType type = SearchParameterType::token;
  std::string_view expression;                // FHIRPath; empty for _text, _content, _query
  std::span<const std::string_view> bases;    // type names, perhaps Resource or DomainResource
  std::span<const std::string_view> targets;  // of a reference
  std::span<const Component> components;      // of a composite
};

struct Compartment {
  struct Entry {
    std::string_view resource_type;
    std::span<const std::string_view> parameters;  // codes; `{def}`: the compartment's own resource
  };
  std::string_view code;  // Patient
  std::string_view url;
  std::span<const Entry> entries;
};

}  // namespace fhir
