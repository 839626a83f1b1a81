#include "src/bulk/import_state.h"

#include <cstdlib>

#include "fhir/formats/json_document.h"
#include "fhir/formats/json_items.h"
#include "fhir/formats/json_writer.h"

namespace server::bulk {
namespace {

using fhir::json::Value;

std::uint64_t number_at(const Value& object, std::string_view name) {
  return std::strtoull(std::string(object.string_at(name)).c_str(), nullptr, 10);
}

}  // namespace

std::string to_json(const ImportState& state) {
  std::string text;
  fhir::json::Builder out(text);
  out.begin_object().string("seed", state.seed).key("inputs").begin_array();
  for (const InputState& one : state.inputs) {
    out.begin_object().string("type", one.input.type).string("url", one.input.url);
    out.string("etag", one.input.etag).string("lines", std::to_string(one.lines));
    out.string("imported", std::to_string(one.imported));
    out.string("refused", std::to_string(one.refused));
    out.string("errorBytes", std::to_string(one.error_bytes));
    out.key("types").begin_array();
    for (const auto& [type, count] : one.types)
      out.begin_object().string("type", type).string("count", std::to_string(count)).end_object();
    out.end_array();
    out.string("isDone", one.is_done ? "true" : "false").end_object();
  }
  const LackingState& lacking = state.lacking;
  out.end_array().key("lacking").begin_object();
  out.string("round", std::to_string(lacking.round));
  out.string("stage", std::to_string(static_cast<int>(lacking.stage)));
  out.string("lines", std::to_string(lacking.lines));
  out.string("imported", std::to_string(lacking.imported));
  out.string("left", std::to_string(lacking.left));
  out.string("bytes", std::to_string(lacking.bytes)).end_object().end_object();
  return text;
}

std::optional<ImportState> read_import_state(std::string_view text) {
  const auto document = fhir::json::Document::read(std::string(text));
  if (!document) return std::nullopt;
  ImportState state;
  state.seed = document->root().string_at("seed");
  if (state.seed.empty()) return std::nullopt;
  for (const Value& one : fhir::json::items_at(document->root(), "inputs")) {
    InputState input;
    input.input = {std::string(one.string_at("type")), std::string(one.string_at("url")),
                   std::string(one.string_at("etag"))};
    input.lines = static_cast<std::uint32_t>(number_at(one, "lines"));
    input.imported = number_at(one, "imported");
    input.refused = number_at(one, "refused");
    input.error_bytes = number_at(one, "errorBytes");
    input.is_done = one.string_at("isDone") == "true";
    for (const Value& type : fhir::json::items_at(one, "types"))
      input.types[std::string(type.string_at("type"))] = number_at(type, "count");
    state.inputs.push_back(std::move(input));
  }
  if (const Value* lacking = document->root().find("lacking"); lacking && lacking->is_object()) {
    state.lacking.round = static_cast<std::uint32_t>(number_at(*lacking, "round"));
    state.lacking.stage = static_cast<LackingState::Stage>(number_at(*lacking, "stage"));
    state.lacking.lines = static_cast<std::uint32_t>(number_at(*lacking, "lines"));
    state.lacking.imported = number_at(*lacking, "imported");
    state.lacking.left = number_at(*lacking, "left");
    state.lacking.bytes = number_at(*lacking, "bytes");
  }
  return state;
}

}  // namespace server::bulk
