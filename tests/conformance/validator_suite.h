// The official R4 validator suite as ../shared/suites/validator keeps it: cases, runs, and what the
// reference validator reported. https://github.com/FHIR/fhir-test-cases
#pragma once

#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "fhir/base/issue.h"
#include "fhir/definitions/definition_store.h"
#include "fhir/formats/json_value.h"
#include "fhir/validation/validator.h"
#include "terminology/terminology.h"

namespace suite {

/// One run of one case: a file, what is known besides the core, and what is expected.
struct Run {
  std::string key;  // case/base, case/profile
  std::string file;
  bool is_self_contained = false;
  std::vector<std::string> known;  // files of conformance resources, sorted
  std::string profile_file;        // the profile to validate against; empty: none
  bool security_checks = false;
  bool for_publication = false;
  bool example_urls = true;
  std::string bundle_type, bundle_profile;  // entries of the type, from `bundle_index` on
  std::size_t bundle_index = 0;
  bool is_recorded_for_r4 = false;  // two have the outcome of R5 alone
  std::size_t errors = 0;
  std::set<std::string> error_paths;
  std::set<std::string> paths_without_positions;  // those of them that were recorded so
};

/// All runs that the index describes, but those of logical models. Ends the test when it is
/// damaged.
std::vector<Run> read_index(const std::filesystem::path& folder,
                            const fhir::DefinitionStore& definitions);

/// What a set of definitions needs to validate with.
struct Engine {
  std::shared_ptr<const fhir::DefinitionStore> definitions;
  std::shared_ptr<const terminology::Terminology> terminology;
  std::unique_ptr<fhir::validation::Validator> validator;
};

/// core    the definitions of R4
/// files   conformance resources in `folder`, JSON or XML, that are known besides
/// errors  not-found, or what is wrong with a file
fhir::Result<Engine> make_engine(const std::shared_ptr<const fhir::DefinitionStore>& core,
                                 const std::filesystem::path& folder,
                                 const std::vector<std::string>& files);

struct Outcome {
  bool is_recorded_for_r4 = false;  // two have the outcome of R5 alone
  std::size_t errors = 0;
  std::set<std::string> error_paths;
  std::vector<fhir::Issue> issues;
};

fhir::Result<Outcome> validate(const Run& run, const Engine& engine,
                               const std::filesystem::path& folder);

}  // namespace suite
