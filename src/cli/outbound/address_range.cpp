#include "src/cli/outbound/address_range.h"

#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace server::cli::outbound {
namespace {

struct Range {
  std::uint32_t first;
  unsigned bits;
};

constexpr std::uint32_t ip(unsigned a, unsigned b, unsigned c = 0, unsigned d = 0) {
  return a << 24 | b << 16 | c << 8 | d;
}

constexpr std::array<Range, 15> k_special = {{{ip(0, 0), 8},
                                              {ip(10, 0), 8},
                                              {ip(100, 64), 10},
                                              {ip(127, 0), 8},
                                              {ip(169, 254), 16},
                                              {ip(172, 16), 12},
                                              {ip(192, 0, 0), 24},
                                              {ip(192, 0, 2), 24},
                                              {ip(192, 88, 99), 24},
                                              {ip(192, 168), 16},
                                              {ip(198, 18), 15},
                                              {ip(198, 51, 100), 24},
                                              {ip(203, 0, 113), 24},
                                              {ip(224, 0), 4},
                                              {ip(240, 0), 4}}};

bool is_public(std::uint32_t address) {
  return std::none_of(k_special.begin(), k_special.end(), [&](const Range& range) {
    return (address ^ range.first) >> (32 - range.bits) == 0;
  });
}

/// Global unicast is 2000::/3; of that, what holds an IPv4 address is judged by it.
bool is_public(const std::array<std::uint8_t, 16>& a) {
  const auto v4_at = [&](std::size_t at) { return ip(a[at], a[at + 1], a[at + 2], a[at + 3]); };
  const bool is_mapped =
      std::all_of(a.begin(), a.begin() + 10, [](auto byte) { return byte == 0; }) &&
      a[10] == 0xff && a[11] == 0xff;
  if (is_mapped) return is_public(v4_at(12));
  if (a[0] == 0 && a[1] == 0x64 && a[2] == 0xff && a[3] == 0x9b) return is_public(v4_at(12));
  if ((a[0] & 0xe0) != 0x20) return false;
  if (a[0] == 0x20 && a[1] == 0x02) return is_public(v4_at(2));            // 6to4
  if (a[0] == 0x20 && a[1] == 0x01 && a[2] < 0x02) return false;           // Teredo, ORCHID …
  return !(a[0] == 0x20 && a[1] == 0x01 && a[2] == 0x0d && a[3] == 0xb8);  // documentation
}

}  // namespace

bool is_public_address(const sockaddr& address) {
  if (address.sa_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &address, sizeof v4);
    return is_public(ntohl(v4.sin_addr.s_addr));
  }
  if (address.sa_family != AF_INET6) return false;
  sockaddr_in6 v6{};
  std::memcpy(&v6, &address, sizeof v6);
  std::array<std::uint8_t, 16> bytes{};
  std::memcpy(bytes.data(), &v6.sin6_addr, bytes.size());
  return is_public(bytes);
}

}  // namespace server::cli::outbound
