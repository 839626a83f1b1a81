// A slot is written under the lock and published by its flag; later readers take no lock.
#include "fhir/validation/profiles.h"

#include <string>
#include <utility>

#include "fhir/definitions/profile_compiler.h"

namespace fhir::validation {

Profile::Profile(std::unique_ptr<const ProfileSchema> schema, const DefinitionStore& definitions)
    : schema_(std::move(schema)),
      rules_(schema_->constraint_count),
      value_sets_(std::make_unique<Slot[]>(schema_->binding_count)) {
  compile_rules(schema_->root, definitions);
  for (const Constraint& constraint : schema_->context_invariants)
    compile_rule(constraint, definitions);
  for (const std::string_view expression : schema_->context_expressions)
    contexts_.emplace_back(expression, definitions);
}

void Profile::compile_rule(const Constraint& constraint, const DefinitionStore& definitions) {
  Rule& rule = rules_[constraint.index];
  if (!rule.is_compiled()) rule = Rule(corrected(constraint.expression), definitions);
}

void Profile::compile_rules(const ProfileNode& node, const DefinitionStore& definitions) {
  for (const Constraint& constraint : node.constraints) compile_rule(constraint, definitions);
  for (const ProfileNode& child : node.children) compile_rules(child, definitions);
  if (node.slicing == nullptr) return;
  for (const Slice& slice : node.slicing->slices) compile_rules(slice.node, definitions);
  if (node.slicing->otherwise != nullptr) compile_rules(node.slicing->otherwise->node, definitions);
}

const Rule* Profile::context(std::string_view expression) const {
  for (std::size_t i = 0; i < contexts_.size(); ++i) {
    if (schema_->context_expressions[i] == expression) return &contexts_[i];
  }
  return nullptr;
}

const CodeSet* Profile::value_set(const Binding& binding,
                                  const TerminologyProvider& terminology) const {
  Slot& slot = value_sets_[binding.index];
  if (!slot.is_asked.load(std::memory_order_acquire)) {
    slot.set.store(terminology.value_set(binding.value_set), std::memory_order_relaxed);
    slot.is_asked.store(true, std::memory_order_release);
  }
  return slot.set.load(std::memory_order_relaxed);
}

Profiles::Profiles(const DefinitionStore& definitions)
    : definitions_(definitions),
      records_(definitions.records("StructureDefinition")),
      slots_(std::make_unique<Slot[]>(records_.size())) {}

Profiles::~Profiles() = default;

Profiles::Found Profiles::find(std::string_view canonical) const {
  canonical = canonical.substr(0, canonical.find('#'));
  const ConformanceRecord* record = definitions_.record("StructureDefinition", canonical);
  if (record == nullptr) return {};
  Slot& slot = slots_[static_cast<std::size_t>(record - records_.data())];
  if (!slot.is_read.load(std::memory_order_acquire)) {
    const std::lock_guard lock(mutex_);
    if (!slot.is_read.load(std::memory_order_relaxed)) read(*record, slot);
    slot.is_read.store(true, std::memory_order_release);
  }
  return {slot.profile.get(), slot.type};
}

void Profiles::read(const ConformanceRecord& record, Slot& slot) const {
  for (const TypeSchema* type : definitions_.types()) {
    if (type->url == record.url) slot.type = type;
  }
  if (slot.type != nullptr) return;
  auto schema = definitions::compile_profile(definitions_, record);
  if (schema != nullptr)
    slot.profile = std::make_unique<const Profile>(std::move(schema), definitions_);
}

}  // namespace fhir::validation
