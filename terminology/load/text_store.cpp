#include "terminology/load/text_store.h"

#include <xxhash.h>

#include "terminology/release/text_blob.h"

namespace terminology::load {
namespace {

std::uint32_t hash_of(std::string_view text) {
  return static_cast<std::uint32_t>(XXH3_64bits(text.data(), text.size()));
}

}  // namespace

void put_number(std::vector<std::uint8_t>& out, std::uint32_t value) {
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<std::uint8_t>(value | 0x80));
  out.push_back(static_cast<std::uint8_t>(value));
}

TextStore::TextStore() : slots_(1 << 12) { bytes_.push_back(0); }

std::string_view TextStore::at(release::TextRef ref) const {
  return release::TextBlob(bytes_).at(ref);
}

/// The slot of the text, or the free one where it belongs.
std::size_t TextStore::place(std::string_view text, std::uint32_t hash) const {
  std::size_t at = hash & (slots_.size() - 1);
  while (slots_[at].ref != 0 && (slots_[at].hash != hash || this->at(slots_[at].ref) != text))
    at = (at + 1) & (slots_.size() - 1);
  return at;
}

std::optional<release::TextRef> TextStore::find(std::string_view text) const {
  if (text.empty()) return 0;
  const release::TextRef ref = slots_[place(text, hash_of(text))].ref;
  return ref != 0 ? std::optional(ref) : std::nullopt;
}

release::TextRef TextStore::add(std::string_view text) {
  if (text.empty()) return 0;
  const std::uint32_t hash = hash_of(text);
  const std::size_t at = place(text, hash);
  if (slots_[at].ref != 0) return slots_[at].ref;
  if (bytes_.size() + text.size() + 5 > k_bytes_max) {
    is_full_ = true;
    return 0;
  }
  const auto ref = static_cast<release::TextRef>(bytes_.size());
  put_number(bytes_, static_cast<std::uint32_t>(text.size()));
  bytes_.insert(bytes_.end(), text.begin(), text.end());
  slots_[at] = {hash, ref};
  if (++count_ * 2 > slots_.size()) grow();
  return ref;
}

void TextStore::grow() {
  std::vector<Slot> wider(slots_.size() * 2);
  for (const Slot& slot : slots_) {
    if (slot.ref == 0) continue;
    std::size_t at = slot.hash & (wider.size() - 1);
    while (wider[at].ref != 0) at = (at + 1) & (wider.size() - 1);
    wider[at] = slot;
  }
  slots_ = std::move(wider);
}

}  // namespace terminology::load
