// medisync: an HL7 FHIR R4 interoperability server.
#include "src/cli/commands.h"

int main(int argc, char** argv) { return server::cli::run(argc, argv); }
