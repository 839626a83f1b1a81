// gzip and deflate of bodies, and the header fields that negotiate them.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "src/http/body_source.h"

namespace server::http {

enum class Coding { identity, gzip, deflate };

/// The coding a Content-Encoding field names; nothing for one we do not know or for a list of two.
/// source    https://www.rfc-editor.org/rfc/rfc9110#name-content-encoding
std::optional<Coding> content_coding(std::string_view field);

/// True when an Accept-Encoding field wants gzip at least as much as no coding at all.
/// source    https://www.rfc-editor.org/rfc/rfc9110#name-accept-encoding
bool accepts_gzip(std::string_view field);

/// True for the media types that shrink: text, JSON, XML and their relatives.
bool is_compressible(std::string_view content_type);

enum class DecodeOutcome { ok, bad_data, too_large };

/// Unpacks a whole body into `out`, which is replaced.
///
/// bytes_max   more output than that is too_large; memory never exceeds twice of it
/// errors      bad_data: not in that coding, cut off, or followed by something else
DecodeOutcome decode(Coding coding, std::string_view packed, std::size_t bytes_max,
                     std::string& out);

/// Packs as gzip at the fastest level; empty when zlib has no memory.
std::string gzip(std::string_view plain);

/// Packs a source as gzip while it is sent; null when zlib has no memory.
std::shared_ptr<BodySource> gzip(std::shared_ptr<BodySource> plain);

}  // namespace server::http
