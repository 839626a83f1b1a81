#include "src/consent/condition.h"

#include <algorithm>
#include <utility>

namespace server::consent {
namespace {

Condition joined(Condition::Kind kind, std::vector<Condition> parts) {
  const bool is_all = kind == Condition::Kind::all;
  Condition out;
  out.kind = kind;
  for (Condition& part : parts) {
    if (part.is_always() || part.is_never()) {
      if (part.is_always() != is_all) return constant(!is_all);
      continue;
    }
    out.parts.push_back(std::move(part));
  }
  if (out.parts.empty()) return constant(is_all);
  if (out.parts.size() == 1) {
    Condition only = std::move(out.parts.front());
    return only;
  }
  return out;
}

/// Length first: no text can be taken for two others.
void append(std::string& key, const std::string& text) {
  key.append(std::to_string(text.size())).append(":").append(text);
}

void append_key(std::string& key, const Condition& condition) {
  key += static_cast<char>('a' + static_cast<int>(condition.kind));
  key += '(';
  for (const Code& code : condition.codes) {
    append(key, code.system);
    append(key, code.code);
  }
  for (const DataReference& data : condition.data) {
    key += static_cast<char>('0' + static_cast<int>(data.meaning));
    append(key, data.type);
    append(key, data.id);
  }
  if (condition.kind == Condition::Kind::period)
    key += std::to_string(condition.span.low) + "," + std::to_string(condition.span.high);
  for (const Condition& part : condition.parts) append_key(key, part);
  key += ')';
}

}  // namespace

Condition constant(bool value) {
  Condition out;
  out.kind = value ? Condition::Kind::always : Condition::Kind::never;
  return out;
}

Condition all_of(std::vector<Condition> parts) {
  return joined(Condition::Kind::all, std::move(parts));
}

Condition any_of(std::vector<Condition> parts) {
  return joined(Condition::Kind::any, std::move(parts));
}

Condition not_of(Condition part) {
  if (part.is_always() || part.is_never()) return constant(part.is_never());
  if (part.kind == Condition::Kind::negation) {
    Condition inner = std::move(part.parts.front());
    return inner;
  }
  Condition out;
  out.kind = Condition::Kind::negation;
  out.parts.push_back(std::move(part));
  return out;
}

std::string key_of(const Condition& condition) {
  std::string key;
  append_key(key, condition);
  return key;
}

}  // namespace server::consent
