// What validation and FHIRPath ask of a terminology module, in process. The terminology library
// implements it; nothing here knows how.
#pragma once

#include <string>
#include <string_view>

namespace fhir {

class UnitSystem;

/// Views into whatever holds the coding. Empty: absent.
struct Coding {
  std::string_view system;
  std::string_view version;
  std::string_view code;
  std::string_view display;
};

enum class Membership {
  yes,
  no,
  unknown,  // the value set, or a code system it draws on, is not held
};

/// What a code system says of a coding.
struct CodingVerdict {
  Membership membership = Membership::unknown;  // of the code
  bool is_supplement = false;  // the system only adds to another one: no coding may name it
  /// The code's own, where the coding gives one that is none of its displays; else empty.
  std::string_view right_display;
};

/// One value set, ready to be asked again and again. Lives as long as its provider.
class CodeSet {
 public:
  virtual ~CodeSet() = default;
  /// Whether the set has the coding; an absent system is not matched by any code.
  virtual Membership contains(const Coding& coding) const = 0;
  /// For an element of type code: the system is implied by the set.
  virtual Membership contains_code(std::string_view code) const = 0;
  /// Whether the set itself lists the coding with its display, or with a designation of that text.
  virtual bool has_display(const Coding& /*coding*/) const { return false; }
};

/// Immutable; safe for any number of threads.
class TerminologyProvider {
 public:
  virtual ~TerminologyProvider() = default;
  /// By canonical, with or without |version; null when the value set is not held.
  virtual const CodeSet* value_set(std::string_view canonical) const = 0;
  /// Whether `system` defines `code`; unknown when the system's content is not held whole.
  virtual Membership in_code_system(std::string_view system, std::string_view code) const = 0;
  /// The same of a whole coding, its display compared with all that the code system has for the
  /// code, in any language and without regard to case.
  virtual CodingVerdict judge(const Coding& coding) const {
    return {.membership = in_code_system(coding.system, coding.code)};
  }
  /// Whether the code system has a display of the code in a language (BCP 47; `de` serves `de-CH`).
  virtual bool has_display_in(std::string_view /*system*/, std::string_view /*code*/,
                              std::string_view /*language*/) const {
    return false;
  }
  /// Whether a code is another or stands above it
  /// (http://hl7.org/fhir/R4/codesystem.html#subsumption).
  virtual Membership subsumes(std::string_view system, std::string_view ancestor,
                              std::string_view descendant) const = 0;
  /// The display that the code system gives; empty when unknown.
  virtual std::string_view display(std::string_view system, std::string_view code) const = 0;
  /// The units of UCUM; null when their table is not held. Lives as long as the provider.
  virtual const UnitSystem* units() const { return nullptr; }
};

}  // namespace fhir
