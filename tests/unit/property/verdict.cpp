#include "tests/unit/property/verdict.h"

#include <algorithm>
#include <set>

#include "tests/unit/property/evaluator.h"

namespace property_test {
namespace {

std::string list(const std::set<std::string>& ids) {
  std::string text;
  for (const std::string& id : ids) text += " " + id;
  return text.empty() ? " nothing" : text;
}

/// The order of references to resources is the server's own.
bool is_order_known(const Resource& resource, const std::string& code) {
  return definitions().search_parameter(resource.type, code)->type !=
         fhir::SearchParameterType::reference;
}

/// "in the order … of the sort"; those without a value come last in either direction.
std::string order_fault(const World& world, const Search& search,
                        const std::vector<std::string>& ids) {
  const Evaluator evaluator(world);
  for (std::size_t at = 1; at < ids.size(); ++at) {
    const Resource &before = *world.find(search.type, ids[at - 1]),
                   &after = *world.find(search.type, ids[at]);
    for (const auto& [code, descends] : search.sort) {
      if (!is_order_known(before, code)) break;
      const auto first = evaluator.sort_key(before, code, descends);
      const auto second = evaluator.sort_key(after, code, descends);
      if (!first && !second) continue;
      const int order = !first     ? 1
                        : !second  ? -1
                        : descends ? compare(*second, *first)
                                   : compare(*first, *second);
      if (order < 0) break;
      if (order > 0) return ids[at] + " is to come before " + ids[at - 1] + " by " + code;
    }
  }
  return {};
}

}  // namespace

namespace {

std::string include_fault(const World& world, const Search& search, const Answer::Page& page) {
  const std::set<std::string> included(page.included.begin(), page.included.end());
  const std::set<std::string> expected = Evaluator(world).included(search, page.matches);
  if (included != expected) {
    return "with" + list({page.matches.begin(), page.matches.end()}) + " are to be included" +
           list(expected) + ", but it is" + list(included);
  }
  return included.size() == page.included.size() ? "" : "something is included twice";
}

}  // namespace

Verdict judge(const World& world, Subject& subject, const Search& search, std::uint32_t page) {
  const Answer answer = subject.ask(search, page);
  if (answer.is_too_costly) return {{}, 0, true};
  if (!answer.failure.empty()) return {"it is refused: " + answer.failure};
  const Evaluator evaluator(world);
  std::set<std::string> expected;
  for (const Resource& resource : world.resources) {
    if (evaluator.matches(resource, search)) expected.insert(resource.id);
  }
  const std::size_t hits = expected.size();
  std::vector<std::string> ids;  // in order, of all pages
  for (const Answer::Page& one : answer.pages)
    ids.insert(ids.end(), one.matches.begin(), one.matches.end());
  const std::set<std::string> found(ids.begin(), ids.end());
  if (found != expected) return {"expected" + list(expected) + ", found" + list(found)};
  if (ids.size() != hits) return {"a page repeats what was on another"};
  if (answer.total != hits) return {"the total is " + std::to_string(answer.total)};
  if (answer.count != hits) return {"the count is " + std::to_string(answer.count)};
  for (const Answer::Page& one : answer.pages) {
    if (std::string fault = include_fault(world, search, one); !fault.empty()) return {fault};
  }
  return {order_fault(world, search, ids), hits};
}

namespace {

std::string fault_of(const std::vector<Tree>& resources, const Search& search, std::uint32_t page) {
  Subject subject;
  World world;
  for (const Tree& tree : resources) {
    const std::int64_t updated = subject.put(tree);
    world.resources.emplace_back(tree, updated);
  }
  world.now = subject.now();
  return judge(world, subject, search, page).fault;
}

class Shrinker {
 public:
  Shrinker(std::vector<Tree>& resources, Search& search, std::uint32_t page)
      : resources_(resources), search_(search), page_(page) {}

  void run() {
    drop_each(resources_, 0);
    drop_each(search_.sort, 0);
    drop_each(search_.follows, 0);
    drop_each(search_.criteria, 0);
    drop_each(search_.filters, 0);
    for (Filter& filter : search_.filters) shrink(filter);
    for (Question& question : search_.criteria) shrink(question);
    for (Tree& resource : resources_) prune(resource);
  }

 private:
  bool is_wrong() const { return !fault_of(resources_, search_, page_).empty(); }

  template <class Item>
  void drop_each(std::vector<Item>& items, std::size_t kept) {
    for (std::size_t at = items.size(); at-- > 0 && items.size() > kept;) {
      Item item = std::move(items[at]);
      items.erase(items.begin() + static_cast<std::ptrdiff_t>(at));
      if (!is_wrong())
        items.insert(items.begin() + static_cast<std::ptrdiff_t>(at), std::move(item));
    }
  }

  void shrink(Question& question) {
    drop_each(question.values, 1);
    for (Question& inner : question.inner) shrink(inner);
  }

  /// A part in place of the whole.
  void shrink(Filter& filter) {
    for (const Filter& part : std::vector<Filter>(filter.parts)) {
      const Filter whole = std::exchange(filter, part);
      if (is_wrong()) return shrink(filter);
      filter = whole;
    }
  }

  void prune(Tree& tree) {
    for (std::size_t at = tree.members.size(); at-- > 0;) {
      const std::string& name = tree.members[at].first;
      if (name == "resourceType" || name == "id") continue;
      auto member = std::move(tree.members[at]);
      tree.members.erase(tree.members.begin() + static_cast<std::ptrdiff_t>(at));
      if (is_wrong()) continue;
      tree.members.insert(tree.members.begin() + static_cast<std::ptrdiff_t>(at),
                          std::move(member));
      prune(tree.members[at].second);
    }
  }

  std::vector<Tree>& resources_;
  Search& search_;
  std::uint32_t page_;
};

}  // namespace

std::string shrunk(std::vector<Tree> resources, Search search, std::uint32_t page) {
  const bool is_repeatable = !fault_of(resources, search, page).empty();
  if (is_repeatable) Shrinker(resources, search, page).run();
  std::string text = "\n" + search.text() + " by pages of " + std::to_string(page);
  text += is_repeatable ? ": " + fault_of(resources, search, page) : ": right in a fresh store";
  for (const Tree& resource : resources) text += "\n  " + resource.json();
  return text;
}

}  // namespace property_test
