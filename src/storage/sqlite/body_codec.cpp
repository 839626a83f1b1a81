#include "src/storage/sqlite/body_codec.h"

#include <lz4.h>

#include <cstdint>

#include "src/storage/sqlite/body_dictionary.h"
#include "src/storage/sqlite/connection.h"

namespace server::storage::sqlite {
namespace {

constexpr std::size_t k_head_bytes = 5;
constexpr char k_dictionary_max = 31;
constexpr std::uint32_t k_expansion_max = 255;  // bytes that one byte of a block can stand for
constexpr std::uint32_t k_body_bytes_max = std::uint32_t{1} << 30;  // as SQLite's values

fhir::Issue damaged() {
  fhir::Issue issue = fhir::make_issue(fhir::Situation::internal, fhir::IssueType::exception,
                                       "The database failed");
  issue.log_detail = "a stored body is damaged";
  return issue;
}

}  // namespace

struct BodyCodec::Compressor {
  char dictionary = 0;
  LZ4_stream_t loaded;  // with the dictionary; copied, which is less work than loading it
  LZ4_stream_t working;
};

BodyCodec::BodyCodec() : compressor_(std::make_unique<Compressor>()) {}
BodyCodec::~BodyCodec() = default;

fhir::Result<void> BodyCodec::load(Connection& writer) {
  FHIR_TRY(known, writer.integer("SELECT count(*) FROM body_dictionary"));
  if (known == 0) {
    FHIR_TRY(insert, writer.statement("INSERT INTO body_dictionary VALUES(?, ?)"));
    Run run(*insert);
    run->bind(1, std::int64_t{k_body_dictionary});
    run->bind_blob(2, body_dictionary());
    if (run->step() == Step::failed) return fhir::unexpected(writer.issue(run->code()));
  }
  FHIR_TRY(all, writer.statement("SELECT dictionary, content FROM body_dictionary ORDER BY 1"));
  Run run(*all);
  Step step;
  while ((step = run->step()) == Step::row) {
    const std::int64_t number = run->integer(0);
    if (number < 1 || number > k_dictionary_max) return fhir::unexpected(damaged());
    compressor_->dictionary = static_cast<char>(number);
    dictionaries_[compressor_->dictionary] = run->bytes(1);
  }
  if (step == Step::failed) return fhir::unexpected(writer.issue(run->code()));
  const std::string& newest = dictionaries_[compressor_->dictionary];
  LZ4_initStream(&compressor_->loaded, sizeof compressor_->loaded);
  LZ4_loadDict(&compressor_->loaded, newest.data(), static_cast<int>(newest.size()));
  return {};
}

std::string BodyCodec::compress(std::string_view body) {
  if (body.size() <= k_head_bytes || body.size() > k_body_bytes_max) return std::string(body);
  const auto size = static_cast<std::uint32_t>(body.size());
  std::string stored(body.size(), '\0');  // no longer than the body, or it is no use
  stored[0] = compressor_->dictionary;
  for (int at = 0; at < 4; ++at) stored[1 + at] = static_cast<char>(size >> 8 * at);
  compressor_->working = compressor_->loaded;
  const int written = LZ4_compress_fast_continue(
      &compressor_->working, body.data(), stored.data() + k_head_bytes, static_cast<int>(size),
      static_cast<int>(stored.size() - k_head_bytes), 1);
  if (written <= 0) return std::string(body);
  stored.resize(k_head_bytes + static_cast<std::size_t>(written));
  return stored;
}

fhir::Result<std::string> BodyCodec::expand(std::string_view stored) const {
  if (stored.empty() || stored[0] > k_dictionary_max) return std::string(stored);
  const auto dictionary = dictionaries_.find(stored[0]);
  if (dictionary == dictionaries_.end() || stored.size() <= k_head_bytes)
    return fhir::unexpected(damaged());
  std::uint32_t size = 0;
  for (int at = 0; at < 4; ++at)
    size |= std::uint32_t{static_cast<unsigned char>(stored[1 + at])} << 8 * at;
  const std::string_view block = stored.substr(k_head_bytes);
  // What no such block can hold is not made room for.
  if (size > k_body_bytes_max || size / k_expansion_max > block.size())
    return fhir::unexpected(damaged());
  std::string body(size, '\0');
  const int expanded = LZ4_decompress_safe_usingDict(
      block.data(), body.data(), static_cast<int>(block.size()), static_cast<int>(size),
      dictionary->second.data(), static_cast<int>(dictionary->second.size()));
  if (expanded < 0 || static_cast<std::uint32_t>(expanded) != size)
    return fhir::unexpected(damaged());
  return body;
}

}  // namespace server::storage::sqlite
