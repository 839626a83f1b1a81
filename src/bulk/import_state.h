// How far an import has come, kept beside its files so that a restart goes on from there.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "src/bulk/import_request.h"

namespace server::bulk {

struct InputState {
  ImportInput input;
  std::uint32_t lines = 0;     // that are done, up to this one
  std::uint64_t imported = 0;  // lines that became a version, or were one already
  std::uint64_t refused = 0;
  std::uint64_t error_bytes = 0;  // of the file that tells what was refused
  bool is_done = false;
};

struct ImportState {
  std::string seed;  // of the ids of what has none: the same in each run
  std::vector<InputState> inputs;
};

std::string to_json(const ImportState& state);
/// Nothing when it is no such text.
std::optional<ImportState> read_import_state(std::string_view text);

}  // namespace server::bulk
