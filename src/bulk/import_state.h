// How far an import has come, kept beside its files so that a restart goes on from there.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
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
  std::map<std::string, std::uint64_t, std::less<>> types;  // of what was imported
  std::uint64_t error_bytes = 0;  // of the file that tells what was refused
  bool is_done = false;
};

/// Lines that lack what they refer to are put by and tried again, in rounds, once all inputs are
/// read: each round reads the file of the one before, and writes that of the next.
struct LackingState {
  enum class Stage : std::uint8_t {
    in_part,   // some hundred lines at once
    at_large,  // as many as can be: they may refer to each other
    last       // what lacks something now is refused
  };
  std::uint32_t round = 0;  // 0: the inputs are read
  Stage stage = Stage::in_part;
  std::uint32_t lines = 0;     // of the round that are done, up to this one
  std::uint64_t imported = 0;  // by the round
  std::uint64_t left = 0;      // lines of the next round,
  std::uint64_t bytes = 0;     // and bytes of its file

  friend bool operator==(const LackingState&, const LackingState&) = default;
};

struct ImportState {
  std::string seed;  // of the ids of what has none: the same in each run
  std::vector<InputState> inputs;
  LackingState lacking;
};

std::string to_json(const ImportState& state);
/// Nothing when it is no such text.
std::optional<ImportState> read_import_state(std::string_view text);

}  // namespace server::bulk
