// The formats of FHIR and the names they go by. https://hl7.org/fhir/R4/http.html#mime-type
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace server::rest {

enum class Format : std::uint8_t { json, xml };

/// Of a Content-Type, of a media range, or of what _format says: `xml`, `text/xml`,
/// `application/fhir+xml`. Lower case, without parameters. Nothing for any other.
std::optional<Format> format_of(std::string_view name);

/// Whether it names RDF, which FHIR knows and this server does not write.
bool is_rdf(std::string_view name);

/// `application/fhir+xml; charset=utf-8`
std::string_view content_type_of(Format format);

/// One entry of an Accept header, or a Content-Type.
struct MediaType {
  std::string name;          // lower case, without parameters
  int quality = 1000;        // q in thousandths
  std::string charset;       // lower case; empty when not given
  std::string fhir_version;  // empty when not given

  /// Whether fhirVersion is absent or that of R4
  /// (https://hl7.org/fhir/R4/http.html#version-parameter).
  bool is_r4() const;
};

MediaType parse_media_type(std::string_view text);

/// The entries of an Accept header in its order (RFC 9110 section 12.5.1).
std::vector<MediaType> parse_accept(std::string_view header);

}  // namespace server::rest
