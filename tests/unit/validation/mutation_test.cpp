// From a valid resource, one rule is broken at a time, at every place where it can be broken: the
// error stands at that place.
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>

#include "fhir/model/element.h"
#include "fhir/validation/path.h"
#include "support.h"

using fhir::Element;
using fhir::json::Value;

namespace {

enum class Mutation {
  add_unknown_member,  // at each object
  empty_object,        // instead of each complex element
  number_for_text,     // instead of each string
  text_for_literal,    // instead of each number and boolean
  wrap_in_array,       // each element that does not repeat
  take_out_of_array,   // the first item instead of each array
  null_value,          // instead of each element that does not repeat
  drop_required,       // each required element
};

struct Mutant {
  std::string json;
  std::string expression;  // where the error must stand
};

void append_text(std::string_view text, std::string& out) {
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out.append("\\").push_back(c);
    } else if (static_cast<unsigned char>(c) < 0x20) {
      const char digits[] = "0123456789abcdef";
      out.append("\\u00").push_back(digits[c >> 4]);
      out.push_back(digits[c & 15]);
    } else {
      out += c;
    }
  }
  out += '"';
}

/// Writes the tree with one value replaced, or left out when `replacement` is null.
struct Writer {
  const Value* target = nullptr;
  std::function<void(const Value&, std::string&)> replacement;

  void write(const Value& value, std::string& out) const {
    if (&value == target) return replacement(value, out);
    write_plain(value, out);
  }

  void write_plain(const Value& value, std::string& out) const {
    if (value.is_object()) {
      out += '{';
      bool first = true;
      for (const fhir::json::Member& member : value.members()) {
        if (&member.value == target && !replacement) continue;
        if (!first) out += ',';
        first = false;
        append_text(member.name(), out);
        out += ':';
        write(member.value, out);
      }
      out += '}';
    } else if (value.is_array()) {
      out += '[';
      for (std::size_t i = 0; i < value.items().size(); ++i) {
        if (i != 0) out += ',';
        write(value.items()[i], out);
      }
      out += ']';
    } else if (value.is_string()) {
      append_text(value.string(), out);
    } else {
      out.append(value.text());
    }
  }
};

class Mutator {
 public:
  Mutator(const Value& root, Mutation mutation) : root_(root), mutation_(mutation) {}

  std::vector<Mutant> mutants() {
    const Element element = fhir::root_element(root_, *test::definitions());
    fhir::validation::Path path;
    path.name = element.type->name;
    visit_object(root_, *element.type, path);
    return std::move(mutants_);
  }

 private:
  void add(const Value& target, const fhir::validation::Path& path,
           std::function<void(const Value&, std::string&)> replacement) {
    const Writer writer{&target, std::move(replacement)};
    Mutant mutant;
    writer.write(root_, mutant.json);
    mutant.expression = to_string(path);
    mutants_.push_back(std::move(mutant));
  }

  void visit_object(const Value& object, const fhir::TypeSchema& type,
                    const fhir::validation::Path& path) {
    if (mutation_ == Mutation::add_unknown_member) {
      add(object, path, [](const Value& value, std::string& out) {
        std::string inner;
        Writer{}.write_plain(value, inner);
        out.append("{\"unheardOf\":1,").append(inner.substr(1));
      });
    }
    for (const fhir::json::Member& member : object.members()) {
      const fhir::PropertySchema* property = type.property(member.name(), member.name_hash);
      if (member.is_sibling() || property == nullptr || property->type->type == nullptr) continue;
      if (property->element->name == "contained") continue;
      visit_member(member, *property, path);
    }
  }

  void visit_member(const fhir::json::Member& member, const fhir::PropertySchema& property,
                    const fhir::validation::Path& parent) {
    const fhir::ElementSchema& element = *property.element;
    fhir::validation::Path path{&parent, element.name};
    if (element.is_choice) path.chosen_type = property.type->code;
    if (mutation_ == Mutation::drop_required && element.min > 0) add(member.value, parent, nullptr);
    if (!element.is_array) {
      if (mutation_ == Mutation::wrap_in_array) {
        add(member.value, path, [](const Value& value, std::string& out) {
          out += '[';
          Writer{}.write_plain(value, out);
          out += ']';
        });
      }
      if (mutation_ == Mutation::null_value)
        add(member.value, path, [](const Value&, std::string& out) { out.append("null"); });
      visit_item(member.value, property, path);
      return;
    }
    if (mutation_ == Mutation::take_out_of_array) {
      add(member.value, path, [](const Value& value, std::string& out) {
        Writer{}.write_plain(value.items()[0], out);
      });
    }
    for (std::size_t i = 0; i < member.value.items().size(); ++i) {
      fhir::validation::Path item = path;
      item.index = static_cast<std::int64_t>(i);
      if (!member.value.items()[i].is_null()) visit_item(member.value.items()[i], property, item);
    }
  }

  void visit_item(const Value& value, const fhir::PropertySchema& property,
                  const fhir::validation::Path& path) {
    const fhir::TypeSchema& type = *property.type->type;
    if (type.kind == fhir::TypeKind::resource) return;
    if (type.kind == fhir::TypeKind::primitive) {
      if (mutation_ == Mutation::number_for_text && value.is_string())
        add(value, path, [](const Value&, std::string& out) { out.append("17"); });
      if (mutation_ == Mutation::text_for_literal && !value.is_string())
        add(value, path, [](const Value& v, std::string& out) { append_text(v.text(), out); });
      return;
    }
    if (mutation_ == Mutation::empty_object)
      add(value, path, [](const Value&, std::string& out) { out.append("{}"); });
    visit_object(value, type, path);
  }

  const Value& root_;
  Mutation mutation_;
  std::vector<Mutant> mutants_;
};

std::string text_of(const std::string& name) {
  const std::string path = MEDISYNC_SOURCE_DIR "/profiles/.packages/hl7.fhir.r4.examples/" + name;
  std::ifstream in(path, std::ios::binary);
  REQUIRE_MESSAGE(in, "the example is missing: " << path);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

const std::vector<std::string>& subjects() {
  static const std::vector<std::string> k_subjects = {"Patient-example.json",
                                                      "Observation-blood-pressure.json",
                                                      "MedicationRequest-medrx0301.json",
                                                      "Encounter-f001.json",
                                                      "Claim-100150.json",
                                                      "CarePlan-example.json",
                                                      "Questionnaire-f201.json",
                                                      "DiagnosticReport-f201.json",
                                                      "Appointment-example.json",
                                                      "ImagingStudy-example.json",
                                                      "Immunization-example.json",
                                                      "Task-example1.json",
                                                      "AllergyIntolerance-example.json"};
  return k_subjects;
}

void check(Mutation mutation) {
  std::size_t count = 0;
  for (const std::string& name : subjects()) {
    const auto document = test::read(text_of(name));
    for (const Mutant& mutant : Mutator(document.root(), mutation).mutants()) {
      const test::Findings found = test::validate(mutant.json);
      ++count;
      if (found.has_error(mutant.expression)) continue;
      CAPTURE(found.text());
      FAIL_CHECK(name << " has no error at " << mutant.expression);
    }
  }
  CHECK(count > 20);
}

}  // namespace

TEST_CASE("an unknown member is refused at every object") { check(Mutation::add_unknown_member); }
TEST_CASE("an empty object is refused at every complex element") { check(Mutation::empty_object); }
TEST_CASE("a number is refused for every string") { check(Mutation::number_for_text); }
TEST_CASE("a string is refused for every number and boolean") { check(Mutation::text_for_literal); }
TEST_CASE("an array is refused for every element that does not repeat") {
  check(Mutation::wrap_in_array);
}
TEST_CASE("a single value is refused for every element that repeats") {
  check(Mutation::take_out_of_array);
}
TEST_CASE("null is refused for every element") { check(Mutation::null_value); }
TEST_CASE("a missing required element is refused at its parent") { check(Mutation::drop_required); }
