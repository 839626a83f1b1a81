// Calls an operation of the table as the REST layer would, over the core definitions.
#pragma once

#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "fhir/formats/json_document.h"
#include "src/operations/operation.h"
#include "unit/terminology/core_definitions.h"

namespace testing {

/// Hands `ask` the operation of that name and what it is invoked with.
///
/// parameters   members of `parameter`, without the brackets
template <class Ask>
auto with_invocation(const server::operations::Services& services, std::string_view type,
                     std::string_view name, const std::string& parameters, std::string_view id,
                     const Ask& ask) {
  const auto document = fhir::json::Document::read(R"({"resourceType":"Parameters","parameter":[)" +
                                                   parameters + "]}");
  REQUIRE(document);
  server::operations::Invocation invocation;
  invocation.resource_type = type;
  invocation.id = id;
  invocation.parameters = &*document;
  invocation.services = &services;
  for (const auto& operation : server::operations::all_operations()) {
    if (operation.resource_type == type && operation.name == name)
      return ask(operation, invocation);
  }
  FAIL("no such operation");
  return ask(server::operations::all_operations().front(), invocation);
}

inline fhir::Result<std::string> invoke(std::string_view type, std::string_view name,
                                        const std::string& parameters, std::string_view id = {}) {
  const server::operations::Services services{
      .definitions = core_definitions(),
      .terminology = {std::shared_ptr<void>(), &core_terminology()},
      .validator = nullptr,
      .store = nullptr};
  return with_invocation(
      services, type, name, parameters, id,
      [](const auto& operation, const auto& invocation) { return operation.run(invocation); });
}

/// The answer; a failure of the test when there is none.
inline std::string answer(std::string_view type, std::string_view name,
                          const std::string& parameters, std::string_view id = {}) {
  auto result = invoke(type, name, parameters, id);
  if (!result) FAIL_CHECK(result.error().diagnostics);
  return result ? *result : std::string();
}

/// The type of the issue, empty when there was an answer.
inline std::string failure(std::string_view type, std::string_view name,
                           const std::string& parameters, std::string_view id = {}) {
  const auto result = invoke(type, name, parameters, id);
  return result ? std::string() : std::string(code_of(result.error().type));
}

inline bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

/// One parameter with a string value, and a comma before it when `more` follows another.
inline std::string text(std::string_view name, std::string_view value) {
  return R"({"name":")" + std::string(name) + R"(","valueString":")" + std::string(value) + R"("})";
}

}  // namespace testing
