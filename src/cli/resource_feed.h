// The resources that a command is given, one after another: files, lines of .ndjson files, and what
// comes by standard input. Holds one at a time, so that memory stays flat over any number.
#pragma once

#include <cstdint>
#include <fstream>
#include <istream>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "fhir/base/result.h"

namespace server::cli {

/// One resource to come. A file is read by whoever works on it, a line comes with its text.
struct FedResource {
  std::uint64_t sequence = 0;  // from 0, without a gap
  std::string file;            // as named; `-` for standard input
  std::uint32_t line = 0;      // of an .ndjson file, from 1; 0: the file as a whole
  std::optional<std::string> text;
  std::optional<fhir::Issue> problem;  // it cannot be read
};

class ResourceFeed {
 public:
  /// files   as expand_paths() gives them; `-` is standard input: one resource, or one on each line
  /// input   standard input
  ResourceFeed(std::vector<std::string> files, std::istream& input);

  /// The next one, to one caller; nothing after the last. Threads: any.
  std::optional<FedResource> next();

 private:
  std::optional<FedResource> next_line();
  std::optional<FedResource> begin_input(FedResource fed);
  bool read_line(std::string& line);

  std::mutex mutex_;
  std::vector<std::string> files_;
  std::istream& input_;
  std::size_t at_ = 0;
  std::uint64_t sequence_ = 0;
  std::ifstream file_;
  std::istream* lines_ = nullptr;         // what lines are read from just now
  std::string name_;                      // of it
  std::uint32_t line_ = 0;                // the last one read from it
  std::optional<std::string> held_back_;  // a line read ahead
};

}  // namespace server::cli
