// http://ndjson.org: a JSON text on each line.
#include "src/cli/resource_feed.h"

#include <array>
#include <filesystem>
#include <iterator>
#include <utility>

#include "fhir/formats/json_document.h"

namespace server::cli {
namespace {

constexpr std::size_t k_line_bytes_max = 512u << 20;
constexpr std::string_view k_standard_input = "-";

bool is_blank(const std::string& line) {
  return line.find_first_not_of(" \t\r") == std::string::npos;
}

bool is_whole_object(const std::string& line) {
  const auto document = fhir::json::Document::read(line);
  return document && document->root().is_object();
}

}  // namespace

ResourceFeed::ResourceFeed(std::vector<std::string> files, std::istream& input)
    : files_(std::move(files)), input_(input) {}

std::optional<FedResource> ResourceFeed::next() {
  const std::lock_guard lock(mutex_);
  for (;;) {
    if (lines_ != nullptr) {
      if (auto fed = next_line()) return fed;
      lines_ = nullptr;
      file_.close();
    }
    if (at_ == files_.size()) return std::nullopt;
    FedResource fed;
    fed.file = files_[at_++];
    if (fed.file == k_standard_input) {
      if (auto first = begin_input(std::move(fed))) return first;
      continue;
    }
    if (fed.file.ends_with(".ndjson")) {
      file_ = std::ifstream(fed.file, std::ios::binary);
      std::error_code ignored;
      if (file_ && !std::filesystem::is_directory(fed.file, ignored)) {
        lines_ = &file_;
        name_ = fed.file;
        line_ = 0;
        continue;
      }
    }
    fed.sequence = sequence_++;
    return fed;
  }
}

/// Standard input is lines when its first line is a whole resource and another follows.
std::optional<FedResource> ResourceFeed::begin_input(FedResource fed) {
  lines_ = &input_;
  name_ = fed.file;
  line_ = 0;
  std::string first;
  std::string second;
  while (read_line(first) && is_blank(first)) {
  }
  if (is_whole_object(first)) {
    const std::uint32_t first_line = line_;
    while (read_line(second) && is_blank(second)) {
    }
    if (!is_blank(second)) {
      held_back_ = std::move(second);
      fed.line = first_line;
    }
    fed.text = std::move(first);
  } else {
    first += '\n';
    first.append(std::istreambuf_iterator<char>(input_), {});
    lines_ = nullptr;
    fed.text = std::move(first);
  }
  if (fed.text->starts_with("\xef\xbb\xbf")) fed.text->erase(0, 3);
  fed.sequence = sequence_++;
  return fed;
}

std::optional<FedResource> ResourceFeed::next_line() {
  std::string line;
  if (held_back_) {
    line = *std::exchange(held_back_, std::nullopt);
  } else {
    while (read_line(line) && is_blank(line)) {
    }
  }
  if (is_blank(line)) return std::nullopt;
  FedResource fed;
  fed.file = name_;
  fed.line = line_;
  fed.sequence = sequence_++;
  if (line.size() > k_line_bytes_max) {
    fed.problem = fhir::make_issue(fhir::IssueType::too_long, "The line is too long");
    lines_ = nullptr;
  }
  fed.text = std::move(line);
  return fed;
}

/// False at the end; a line past the limit is cut off behind it.
bool ResourceFeed::read_line(std::string& line) {
  line.clear();
  std::array<char, 16 * 1024> piece;
  bool is_begun = false;
  for (;;) {
    // A piece at a time: the library looks for the end faster than one character after the other.
    lines_->getline(piece.data(), piece.size());
    const auto count = static_cast<std::size_t>(lines_->gcount());
    if (lines_->bad() || (lines_->eof() && count == 0 && !is_begun)) return false;
    const bool is_end = lines_->good();
    line.append(piece.data(), is_end ? count - 1 : count);  // the line end counts
    if (is_end || lines_->eof() || line.size() > k_line_bytes_max) break;
    is_begun = true;
    lines_->clear();  // the piece is full
  }
  ++line_;
  return true;
}

}  // namespace server::cli
