#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "fhir/validation/primitives.h"
#include "support.h"

using fhir::Primitive;
using fhir::validation::fault_of;

namespace {

struct Format {
  Primitive primitive;
  const char* name;
  std::vector<std::string> good;
  std::vector<std::string> bad;
};

const std::vector<Format>& formats() {
  static const std::vector<Format> k_formats = {
      {Primitive::integer,
       "integer",
       {"0", "1", "-1", "2147483647", "-2147483648"},
       {"2147483648", "-2147483649", "1.0", "1e3", "-0", "99999999999999999999"}},
      {Primitive::unsigned_int,
       "unsignedInt",
       {"0", "12", "2147483647"},
       {"-1", "2147483648", "0.5"}},
      {Primitive::positive_int, "positiveInt", {"1", "2147483647"}, {"0", "-1", "1.0"}},
      {Primitive::decimal, "decimal", {"0", "1.00", "-3.2e-10", "1E5"}, {std::string(1001, '1')}},
      {Primitive::string,
       "string",
       {"a", " a ", "line\nline", "tab\t", "\xc3\xa9"},
       {"", " ", "\n\t", std::string("a\0b", 3), "a\x01", std::string((1u << 20) + 1, 'a')}},
      {Primitive::markdown, "markdown", {"# Title\n\ntext"}, {"", "\x02"}},
      {Primitive::code, "code", {"a", "a b", "<=", "%"}, {"", " a", "a ", "a  b", "a\n\nb"}},
      {Primitive::id,
       "id",
       {"a", "A-1.b", std::string(64, 'x')},
       {"", "a b", "a_b", "a/b", "\xc3\xa9", std::string(65, 'x')}},
      {Primitive::uri,
       "uri",
       {"http://a.b/c?d#e", "urn:oid:1.2.3", "urn:uuid:c757873d-ec9a-4326-a141-556f43239520",
        "a/b"},
       {"", "a b", " http://a", "http://a\n", "oid:1.2", "uuid:1", "urn:oid:3.4", "urn:oid:1.02"}},
      {Primitive::url, "url", {"http://a.b", "mailto:a@b.c"}, {"", "a b"}},
      {Primitive::canonical, "canonical", {"http://a.b/c|1.0", "#a", "urn:oid:1.2"}, {"", "a b"}},
      {Primitive::oid,
       "oid",
       {"urn:oid:1.2.840.113619", "urn:oid:2.0"},
       {"1.2.3", "urn:oid:", "urn:oid:1", "urn:oid:3.1", "urn:oid:1..2", "urn:oid:1.2.",
        "urn:oid:1.01"}},
      {Primitive::uuid,
       "uuid",
       {"urn:uuid:c757873d-ec9a-4326-a141-556f43239520"},
       {"c757873d-ec9a-4326-a141-556f43239520", "urn:uuid:C757873D-ec9a-4326-a141-556f43239520",
        "urn:uuid:c757873dec9a4326a141556f43239520",
        "urn:uuid:c757873d-ec9a-4326-a141-556f4323952"}},
      {Primitive::base64_binary,
       "base64Binary",
       {"TWFu", "TWE=", "TQ==", "TWFu\nTWFu", "TWFu TQ=="},
       {"", "TWF", "TW=u", "T===", "TWFu!", "====", "TWFuT"}},
      {Primitive::instant,
       "instant",
       {"2015-02-07T13:28:17Z", "2015-02-07T13:28:17.239+02:00", "2016-12-31T23:59:60Z"},
       {"2015-02-07", "2015-02-07T13:28Z", "2015-02-07T13:28:17", "2015-02-07T24:00:00Z",
        "2015-02-07T13:28:61Z", "2015-02-07T13:28:17.Z", "2015-02-07T13:28:17+15:00"}},
      {Primitive::date,
       "date",
       {"2018", "1973-06", "1905-08-23", "2000-02-29", "0001", "9999-12-31"},
       {"", "0000", "18", "2018-1", "2018-13", "2018-00", "2018-02-30", "1900-02-29", "2018-06-00",
        "2018-06-31", "2018-06-01T00:00:00Z", "20180601", "2018-06-1", "2018-", "2018-06-01 "}},
      {Primitive::date_time,
       "dateTime",
       {"2018", "1973-06", "1905-08-23", "2015-02-07T13:28:17-05:00", "2017-01-01T00:00:00.000Z",
        "2017-01-01T00:00:00+14:00"},
       {"", "2015-02-07T13:28:17", "2015-02-07T13:28-05:00", "2015-02T13:28:17Z", "2015-02-07T",
        "2015-02-07T13:28:17-14:30", "2015-02-07T13:60:17Z", "2015-02-07T13:28:17z",
        "2015-02-07 13:28:17Z", "2015-02-07T13:28:17Zx"}},
      {Primitive::time,
       "time",
       {"00:00:00", "23:59:59.999", "12:00:60"},
       {"", "24:00:00", "12:00", "12:00:00Z", "1:00:00", "12:00:00.", "12:60:00"}},
  };
  return k_formats;
}

}  // namespace

TEST_CASE("values within the format and range of their type are accepted") {
  for (const Format& format : formats()) {
    for (const std::string& text : format.good) {
      CAPTURE(format.name);
      CAPTURE(text);
      CHECK(fault_of(format.primitive, text) == "");
    }
  }
}

TEST_CASE("values outside the format or range of their type are refused") {
  for (const Format& format : formats()) {
    for (const std::string& text : format.bad) {
      CAPTURE(format.name);
      CAPTURE(text.substr(0, 80));
      CHECK(fault_of(format.primitive, text) != "");
    }
  }
}

TEST_CASE("every cut of a value is judged without reading past its end") {
  for (const Format& format : formats()) {
    for (const std::string& text : format.good) {
      for (std::size_t size = 0; size < std::min<std::size_t>(text.size(), 80); ++size) {
        const std::string cut(text.data(), size);
        fault_of(format.primitive, cut);
      }
    }
  }
}

TEST_CASE("booleans, numbers and strings are written as JSON writes them") {
  using fhir::json::Kind;
  using fhir::validation::is_json_kind_of;
  CHECK(is_json_kind_of(Primitive::boolean, Kind::true_));
  CHECK_FALSE(is_json_kind_of(Primitive::boolean, Kind::string));
  CHECK(is_json_kind_of(Primitive::decimal, Kind::number));
  CHECK(is_json_kind_of(Primitive::positive_int, Kind::number));
  CHECK_FALSE(is_json_kind_of(Primitive::integer, Kind::string));
  CHECK(is_json_kind_of(Primitive::date, Kind::string));
  CHECK_FALSE(is_json_kind_of(Primitive::date, Kind::number));
  CHECK_FALSE(is_json_kind_of(Primitive::string, Kind::null));
}

TEST_CASE("a URI is absolute when a scheme and something after it stand there") {
  using fhir::validation::is_absolute_uri;
  CHECK(is_absolute_uri("http://a"));
  CHECK(is_absolute_uri("urn:oid:1.2"));
  CHECK_FALSE(is_absolute_uri("a/b"));
  CHECK_FALSE(is_absolute_uri("http:"));
  CHECK_FALSE(is_absolute_uri("1a:b"));
  CHECK_FALSE(is_absolute_uri(""));
}

TEST_CASE("what looks like a tag in a string is refused when security is to be checked") {
  const auto with = [](const std::string& name, bool is_checked) {
    fhir::validation::Options options;
    options.security_checks = is_checked;
    return test::validate(R"({"resourceType":"Patient","name":[{"text":")" + name + "\"}]}",
                          options);
  };
  for (const char* name : {"<b>x</b>", "x<script>", "</p>", "<a href='x'>"}) {
    CAPTURE(name);
    CHECK(with(name, true).error().expression == "Patient.name[0].text");
    CHECK(with(name, false).errors() == 0);
  }
  for (const char* name : {"a < b > c", "<", "1 <2", "x<y", "<3>"}) {
    CAPTURE(name);
    CHECK(with(name, true).errors() == 0);
  }
}
