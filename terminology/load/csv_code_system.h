// Reads a code system from a table of MediSync's own form, for what has no format of its own.
//
//   #url=http://example.org/colours
//   #version=2
//   #title=Colours
//   code,display,definition,parent,status,abstract,designation:de,property:hue
//   warm,Warm colour,,,,true,Warme Farbe,
//   red,Red,The colour of blood,warm,,,Rot,0
//   old,Old red,,warm|faded,inactive,,,
//
// Lines before the header say what the code system is: url (needed), version, name, title,
// language, notice, content (complete, fragment, example), caseSensitive and hierarchyMeaning
// (is-a, other). Of the columns only code is needed. Several parents are separated by `|`, and so
// are several designations or values of a property. Texts may be quoted as in every CSV.
#pragma once

#include <string>

#include "terminology/load/draft.h"

namespace terminology::load {

/// errors   not-found · invalid: no url, no column `code`, an unknown column, a code twice, a
/// parent
///          that is no code; those of TableFile
fhir::Result<Draft> read_csv_code_system(const std::string& path, const LoadOptions& options);

}  // namespace terminology::load
