// https://www.iana.org/assignments/iana-ipv4-special-registry
// https://www.iana.org/assignments/iana-ipv6-special-registry
#include "src/cli/outbound/address_range.h"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>

#include <cstring>
#include <string>

namespace {

bool is_public(const std::string& text) {
  sockaddr_storage storage{};
  if (text.find(':') == std::string::npos) {
    auto& v4 = reinterpret_cast<sockaddr_in&>(storage);
    v4.sin_family = AF_INET;
    REQUIRE(::inet_pton(AF_INET, text.c_str(), &v4.sin_addr) == 1);
  } else {
    auto& v6 = reinterpret_cast<sockaddr_in6&>(storage);
    v6.sin6_family = AF_INET6;
    REQUIRE(::inet_pton(AF_INET6, text.c_str(), &v6.sin6_addr) == 1);
  }
  return server::cli::outbound::is_public_address(reinterpret_cast<const sockaddr&>(storage));
}

}  // namespace

TEST_CASE(
    "addresses of this machine and its network are no public ones, however they are written") {
  for (const char* text :
       {"0.0.0.0",         "10.1.2.3",        "100.64.0.1",      "127.0.0.1",    "127.255.255.254",
        "169.254.169.254", "172.16.0.1",      "172.31.255.255",  "192.168.0.1",  "192.0.0.1",
        "198.18.0.1",      "224.0.0.1",       "255.255.255.255", "::",           "::1",
        "fe80::1",         "fc00::1",         "fd12::1",         "ff02::1",      "::ffff:127.0.0.1",
        "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::",   "2002:a00:1::", "2001:db8::1",
        "2001::1",         "::127.0.0.1"}) {
    CAPTURE(text);
    CHECK_FALSE(is_public(text));
  }
}

TEST_CASE("addresses of the internet are public") {
  for (const char* text :
       {"1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.1", "100.63.255.255", "100.128.0.1",
        "172.15.255.255", "172.32.0.1", "192.167.1.1", "223.255.255.255", "2606:4700::1111",
        "2a00:1450::1", "::ffff:8.8.8.8", "64:ff9b::808:808", "2001:4860:4860::8888"}) {
    CAPTURE(text);
    CHECK(is_public(text));
  }
}
