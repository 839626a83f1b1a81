// Extensions' definitions: what a value may be, what may be nested, where they may stand.
// https://hl7.org/fhir/R4/extensibility.html
#include "fhir/definitions/element_facts.h"
#include "fhir/definitions/schema_compiler.h"

namespace fhir::definitions {
void SchemaCompiler::compile_extension(const json::Value& structure) {
  const SnapshotNode root = snapshot_tree(*snapshot_elements(structure));
  const std::string_view url = pool_.keep(structure.string_at("url"));
  auto* extension = const_cast<ExtensionSchema*>(extension_of(root, url));
  const json::Value* modifier = root.element->find("isModifier");
  extension->is_modifier = modifier != nullptr && modifier->kind() == json::Kind::true_;
  std::vector<ExtensionSchema::Context> contexts;
  if (const json::Value* list = structure.find("context")) {
    for (const json::Value& context : list->items())
      contexts.push_back(
          {pool_.keep(context.string_at("type")), pool_.keep(context.string_at("expression"))});
  }
  extension->contexts = arena_.copy(contexts);
  out_.extensions[url] = extension;
}

/// node   `Extension`, or a slice of `extension` in one
const ExtensionSchema* SchemaCompiler::extension_of(const SnapshotNode& node,
                                                    std::string_view url) {
  ExtensionSchema* extension = arena_.make<ExtensionSchema>();
  extension->url = url;
  extension->min = limit_of(*node.element, "min", 0);
  extension->max = limit_of(*node.element, "max", k_unbounded);
  const SnapshotNode* value = node.find("value[x]");
  if (value != nullptr && limit_of(*value->element, "max", 1) != 0) {
    extension->value_types = types_of(*value->element, false);
    extension->binding = binding_of(*value->element);
  }
  std::vector<const ExtensionSchema*> nested;
  for (const SnapshotNode& child : node.children) {
    if (!child.segment.starts_with("extension:")) continue;
    const SnapshotNode* child_url = child.find("url");
    // A slice without its own elements takes its content from the definition it names.
    std::string_view name = child_url != nullptr ? child_url->element->string_at("fixedUri") : "";
    if (name.empty()) {
      const json::Value* types = child.element->find("type");
      const json::Value* profiles =
          types != nullptr && !types->items().empty() ? types->items()[0].find("profile") : nullptr;
      if (profiles == nullptr || profiles->items().empty()) continue;
      name = profiles->items()[0].text();
    }
    nested.push_back(extension_of(child, pool_.keep(name)));
  }
  extension->nested = arena_.copy(nested);
  return extension;
}

}  // namespace fhir::definitions
