// What is told of one interaction. Kept apart from requests, which are gone when it is written
// down.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace server::audit {

/// For whom a token speaks; all empty without an authorization server.
struct Speaker {
  std::string client;     // id
  std::string user;       // name
  std::string fhir_user;  // `Practitioner/1`
  std::string patient;    // id of whom the launch was about
  std::string purpose;    // of use, a code of v3-PurposeOfUse; empty: not said
  std::string reason;     // of an emergency, in the user's words
};

struct Occurrence {
  std::int64_t recorded = 0;     // UTC milliseconds
  std::string_view interaction;  // of the vocabulary restful-interaction; static storage
  bool is_login = false;         // then there is no interaction,
  bool is_emergency = false;     // nor when somebody broke the glass
  unsigned status = 0;           // HTTP
  Speaker speaker;
  std::string address;     // of the network, of who asked
  std::string request_id;  // X-Request-Id
  std::string query;       // `GET /fhir/Patient?name=x`; empty unless data was looked for
  std::vector<std::string> resources;  // `Patient/1` or `Patient/1/_history/2`
  std::vector<std::string> patients;   // ids of whom it is about, as far as that shows
};

}  // namespace server::audit
