// medisync index: what the search index would hold of a file, as the searches that find it.
#include <cstdio>

#include "fhir/formats/json_writer.h"
#include "src/cli/commands.h"
#include "src/cli/definitions.h"
#include "src/cli/files.h"
#include "src/search/extractor.h"
#include "src/search/row_query.h"
#include "terminology/terminology.h"

namespace server::cli {

int index(const IndexSettings& settings) {
  auto fail = [](const fhir::Issue& issue) {
    std::fprintf(stderr, "medisync: %s\n", issue.diagnostics.c_str());
    return 1;
  };
  auto definitions = load_definitions(settings.definitions);
  if (!definitions) return fail(definitions.error());
  const auto loaded = load_terminology(*definitions, settings.data);
  if (!loaded) return fail(loaded.error());
  const auto& terminology = *loaded;
  auto extractor =
      search::Extractor::make(*definitions, settings.base_url, {terminology, terminology->units()});
  if (!extractor) return fail(extractor.error());
  auto files = expand_paths(settings.files);
  if (!files) return fail(files.error());
  int status = 0;
  for (const std::string& file : *files) {
    auto document = read_resource(file, **definitions);
    if (!document) {
      status = fail(document.error());
      continue;
    }
    auto rows = (*extractor)->extract(fhir::root_element(document->root(), **definitions));
    if (!rows) {
      status = fail(rows.error());
      continue;
    }
    for (const search::RowQuery& query : search::queries_of(*rows, **definitions)) {
      std::string line;
      fhir::json::Builder out(line);
      out.begin_object()
          .string("file", file)
          .string("type", document->root().string_at("resourceType"));
      out.string("id", document->root().string_at("id")).string("parameter", query.name);
      out.string("value", query.value).end_object();
      std::printf("%s\n", line.c_str());
    }
  }
  return status;
}

}  // namespace server::cli
