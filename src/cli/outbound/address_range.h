// Which addresses are of this machine or its own network, and not the internet's.
#pragma once

#include <sys/socket.h>

namespace server::cli::outbound {

/// Whether an address is one that anybody on the internet has: IPv4 and IPv6, IPv4 within IPv6 too.
/// https://www.iana.org/assignments/iana-ipv4-special-registry
bool is_public_address(const sockaddr& address);

}  // namespace server::cli::outbound
