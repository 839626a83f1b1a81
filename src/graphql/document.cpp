#include "src/graphql/document.h"

#include <algorithm>

namespace server::graphql {

bool is_same(const Value& a, const Value& b) {
  return a.kind == b.kind && a.text == b.text && a.names == b.names &&
         std::equal(a.items.begin(), a.items.end(), b.items.begin(), b.items.end(), is_same);
}

const Argument* find_argument(const std::vector<Argument>& arguments, std::string_view name) {
  for (const Argument& argument : arguments) {
    if (argument.name == name) return &argument;
  }
  return nullptr;
}

const Argument* Selection::argument(std::string_view wanted) const {
  return find_argument(arguments, wanted);
}

const Directive* Selection::directive(std::string_view wanted) const {
  for (const Directive& candidate : directives) {
    if (candidate.name == wanted) return &candidate;
  }
  return nullptr;
}

const Fragment* Document::fragment(std::string_view name) const {
  for (const Fragment& candidate : fragments) {
    if (candidate.name == name) return &candidate;
  }
  return nullptr;
}

}  // namespace server::graphql
