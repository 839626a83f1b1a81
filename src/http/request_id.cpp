#include "src/http/request_id.h"

#include <algorithm>
#include <array>
#include <random>

namespace server::http {
namespace {

constexpr std::string_view k_base_32 = "0123456789abcdefghjkmnpqrstvwxyz";
constexpr std::size_t k_id_size = 12;
constexpr std::size_t k_id_size_max = 64;

bool is_id_character(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
         c == '.' || c == '_' || c == ':';
}

}  // namespace

bool is_request_id(std::string_view text) {
  return !text.empty() && text.size() <= k_id_size_max &&
         std::all_of(text.begin(), text.end(), is_id_character);
}

RequestIds::RequestIds() {
  std::random_device device;
  state_ = (static_cast<std::uint64_t>(device()) << 32) ^ device();
}

void RequestIds::make(std::string& id) {
  // splitmix64: every state gives another number, so no id repeats within 2^60 or so
  state_ += 0x9e3779b97f4a7c15ULL;
  std::uint64_t bits = state_;
  bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9ULL;
  bits = (bits ^ (bits >> 27)) * 0x94d049bb133111ebULL;
  bits ^= bits >> 31;
  std::array<char, k_id_size> text{};
  for (auto& c : text) {
    c = k_base_32[bits & 31];
    bits >>= 5;
  }
  id.assign(text.data(), text.size());
}

}  // namespace server::http
