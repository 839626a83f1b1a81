// The commands. Each returns the exit status of the program.
#pragma once

#include <string>

#include "src/cli/settings.h"

namespace server::cli {

/// Serves until SIGTERM or SIGINT, then finishes what is in flight. 0 · 1: could not start.
int serve(const ServeSettings& settings);

/// 0: no file has an error · 1: some have · 2: misuse, a file that cannot be opened.
int validate(const ValidateSettings& settings);

/// Writes files into a data folder that no server has open. 0 · 1: something was refused · 2.
int load(const LoadSettings& settings);

/// The same for NDJSON of any size, many lines in a transaction; tells what is refused on standard
/// output, an OperationOutcome on each line. 0 · 1: something was refused · 2.
int import_resources(const LoadSettings& settings);

/// Evaluates an expression over files, or over the lines of standard input.
/// 0 · 1: the expression is wrong or fails · 2: misuse, a file that cannot be read.
int fhirpath(const FhirpathSettings& settings);

/// Installs, lists and removes FHIR packages. 0 · 1: it did not succeed; then nothing has changed.
int package_install(const PackageSettings& settings);
int package_list(const PackageSettings& settings);
int package_remove(const PackageSettings& settings);

/// Loads, lists, shows and removes releases of code systems.
/// 0 · 1: it did not succeed, or a release is damaged; a failed load has changed nothing.
int terminology_load(const TerminologySettings& settings);
int terminology_list(const TerminologySettings& settings);
int terminology_info(const TerminologySettings& settings);
int terminology_remove(const TerminologySettings& settings);
/// Where the releases are.
std::string terminology_folder(const std::string& data);

/// Prints a StructureDefinition with the snapshot that its differential makes.
/// 0 · 1: the differential does not fit its base · 2: misuse, a file that cannot be read.
int snapshot(const SnapshotSettings& settings);

/// Prints the search index rows of files as the searches that find them.
int index(const IndexSettings& settings);

/// Parses the command line and runs one of the above.
int run(int argc, const char* const* argv);

}  // namespace server::cli
