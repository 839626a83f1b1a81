// What judges mutants: a validator over some packages, and the count of what it refused.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "fhir/definitions/definition_store.h"
#include "fhir/formats/json_document.h"
#include "fhir/validation/validator.h"
#include "mutant.h"
#include "survivors.h"
#include "terminology/terminology.h"

namespace mutants {

struct Engine {
  std::shared_ptr<const fhir::DefinitionStore> definitions;
  std::shared_ptr<const terminology::Terminology> terms;
  std::unique_ptr<fhir::validation::Validator> validator;

  /// Against the base definitions, what the resource claims, and these profiles.
  std::vector<fhir::Issue> errors(const fhir::json::Document& document,
                                  const std::vector<std::string>& profiles = {}) const;
};

/// Ends the test when the definitions cannot be had.
Engine make_engine(const fhir::Result<std::shared_ptr<const fhir::DefinitionStore>>& definitions);

class Bench {
 public:
  Bench(const Engine& engine, Survivors& survivors) : engine_(engine), survivors_(survivors) {}

  /// The mutants to come are made of this document; what is wrong with it is returned.
  const std::vector<fhir::Issue>& begin(const std::string& type, const std::string& name,
                                        const fhir::json::Document& document,
                                        std::vector<std::string> profiles = {});

  /// Fails the test when the mutant is not refused in its place.
  void judge(const Mutant& mutant);

  /// Prints the counts. seen   places that the mutants were made at
  void report(std::string_view title, std::size_t seen) const;

  const std::map<std::string, std::size_t>& by_type() const { return by_type_; }
  const std::set<std::string>& keys() const { return keys_; }

 private:
  const Engine& engine_;
  Survivors& survivors_;
  std::string type_, name_;
  std::vector<std::string> profiles_;
  std::vector<fhir::Issue> before_;
  std::array<std::size_t, k_rules> by_rule_{};
  std::map<std::string, std::size_t> by_type_;
  std::set<std::string> keys_;
  std::size_t listed_ = 0;
};

/// For messages: each issue on a line of its own.
std::string described(const std::vector<fhir::Issue>& errors);

}  // namespace mutants
