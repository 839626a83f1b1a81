// Expressions made at random over editions made at random: the engine finds the concepts that
// satisfy them one by one.
#include "brute_force.h"

#include <doctest/doctest.h>

#include <random>
#include <string>

#include "terminology/ecl/evaluate.h"
#include "terminology/ecl/parse.h"

namespace {

using namespace ecl_test;

constexpr ecl::SctId k_first_plain = 200000;
constexpr int k_plain = 40;  // concepts beside types and metadata
constexpr int k_types = 4;
const std::vector<std::string> k_words = {"red", "reddish", "blue", "spot", "spotted", "small"};

struct Dice {
  std::mt19937 engine;
  int roll(int sides) { return static_cast<int>(engine() % static_cast<unsigned>(sides)); }
  bool flip(int sides = 2) { return roll(sides) == 0; }
  const std::string& word() { return k_words[static_cast<std::size_t>(roll(6))]; }
};

EditionDouble make_edition(Dice& dice) {
  EditionDouble edition;
  const ConceptId root = edition.add(138875);
  const ConceptId history = edition.add(ecl::k_historical_association, {root});
  std::vector<ConceptId> sets;
  for (const ecl::SctId id : {ecl::k_same_as, ecl::k_replaced_by, ecl::k_was_a})
    sets.push_back(edition.add(id, {history}));
  const ConceptId simple_set = edition.add(300000, {root});
  std::vector<ConceptId> types;
  for (int i = 0; i < k_types; ++i)
    types.push_back(edition.add(100000 + static_cast<ecl::SctId>(i),
                                {i < 2 ? root : types[static_cast<std::size_t>(i) - 2]}));
  std::vector<ConceptId> plain;
  for (int i = 0; i < k_plain; ++i) {
    std::vector<ConceptId> parents;
    const bool is_active = !dice.flip(8);
    for (int p = 0; is_active && p < 1 + dice.roll(2); ++p) {
      const ConceptId parent =
          plain.empty() || dice.flip(6) ? root : plain[static_cast<std::size_t>(dice.roll(i))];
      if (edition.nodes[parent].is_active &&
          std::find(parents.begin(), parents.end(), parent) == parents.end())
        parents.push_back(parent);
    }
    plain.push_back(edition.add(k_first_plain + static_cast<ecl::SctId>(i), parents));
    auto& node = edition.nodes[plain.back()];
    node.is_active = is_active;
    node.time = dice.flip() ? 20230101 : 20240101;
    for (int d = 0; d < 1 + dice.roll(2); ++d)
      edition.describe(plain.back(), dice.word() + " " + dice.word(), dice.flip() ? "en" : "sv")
          .is_active = !dice.flip(5);
  }
  for (const ConceptId id : plain) {
    for (int r = 0; edition.nodes[id].is_active && r < dice.roll(6); ++r) {
      const auto group = static_cast<std::uint16_t>(dice.roll(3));
      const ConceptId type = types[static_cast<std::size_t>(dice.roll(k_types))];
      if (dice.flip(5))
        edition.relate(id, type, std::to_string(dice.roll(4)), ecl::Relationship::ValueKind::number,
                       group);
      else
        edition.relate(id, type, plain[static_cast<std::size_t>(dice.roll(k_plain))], group);
    }
  }
  const auto some = [&] { return plain[static_cast<std::size_t>(dice.roll(k_plain))]; };
  for (const ConceptId set : sets) {
    edition.begin_set(set, {{"targetComponentId", ecl::FieldType::component}});
    for (int m = 0; m < 6; ++m)
      edition.add_member(some(), {{ecl::FieldType::component, some(), {}}}).is_active =
          !dice.flip(4);
  }
  edition.begin_set(simple_set, {{"order", ecl::FieldType::integer}});
  for (int m = 0; m < 12; ++m)
    edition.add_member(some(), {{ecl::FieldType::integer, k_no_concept, m % 2 ? "1" : "2"}})
        .is_active = !dice.flip(4);
  edition.has_word_index = dice.flip();
  return edition;
}

class Writer {
 public:
  explicit Writer(Dice& dice) : dice_(dice) {}

  std::string expression(int depth) {
    switch (depth > 0 ? dice_.roll(6) : 0) {
      case 1:
        return list(depth, " AND ");
      case 2:
        return list(depth, " OR ");
      case 3:
        return sub(depth - 1) + " MINUS " + sub(depth - 1);
      case 4:
        return sub(depth - 1) + " : " + refinement(depth - 1, false);
      case 5:
        return sub(depth - 1) + " . " + type() + (dice_.flip(3) ? " . " + type() : "");
      default:
        return sub(depth - 1);
    }
  }

 private:
  std::string list(int depth, const std::string& between) {
    std::string text = sub(depth - 1) + between + sub(depth - 1);
    if (dice_.flip(3)) text += between + sub(depth - 1);
    return text;
  }

  std::string sub(int depth) {
    static const std::vector<std::string> k_operators = {"",  "",   "",   "<",   "<<",  "<!", "<<!",
                                                         ">", ">>", ">!", ">>!", "!!>", "!!<"};
    std::string text = k_operators[static_cast<std::size_t>(dice_.roll(13))] + " ";
    if (dice_.flip(8)) {
      text += member();
    } else if (depth > 0 && dice_.flip(3)) {
      text += "(" + expression(depth - 1) + ")";
    } else {
      text += dice_.flip(6) ? "*" : plain();
    }
    if (dice_.flip(8)) text += dice_.flip() ? " {{ C active = 1 }}" : " {{ C active != true }}";
    if (dice_.flip(10)) text += " {{ C effectiveTime >= \"20240101\" }}";
    if (dice_.flip(8))
      text += " {{ term " + std::string(dice_.flip(3) ? "!" : "") + "= " + words() +
              (dice_.flip() ? ", language = sv }}" : " }}");
    if (dice_.flip(8)) {
      static const std::vector<std::string> k_history = {"",     "-MIN", "-MOD",
                                                         "-MAX", " (*)", " (900000000000526001)"};
      text += " {{ + HISTORY" + k_history[static_cast<std::size_t>(dice_.roll(6))] + " }}";
    }
    return text;
  }

  std::string words() {
    if (dice_.flip()) return "\"" + dice_.word() + "\"";
    return dice_.flip() ? "\"" + dice_.word() + " " + dice_.word() + "\""
                        : "(\"" + dice_.word() + "\" match:\"" + dice_.word() + "\")";
  }

  std::string member() {
    const std::string flag = dice_.flip(3) ? " {{ M active = 0 }}" : "";
    if (dice_.flip()) return "^ 300000" + (dice_.flip() ? " {{ M order <= #1 }}" + flag : flag);
    const std::string given = dice_.flip() ? "[targetComponentId] " : "";
    const std::string filter =
        dice_.flip() ? " {{ M targetComponentId != << " + plain() + " }}" : "";
    return "^ " + given + "(< 900000000000522004)" + filter + flag;
  }

  std::string plain() {
    return std::to_string(k_first_plain + static_cast<ecl::SctId>(dice_.roll(k_plain)));
  }

  std::string type() {
    const std::string id = std::to_string(100000 + dice_.roll(k_types));
    switch (dice_.roll(5)) {
      case 0:
        return "*";
      case 1:
        return "<< " + id;
      case 2:
        return "(" + id + " OR 100000)";
      default:
        return id;
    }
  }

  std::string cardinality() {
    static const std::vector<std::string> k_all = {
        "", "", "", "[0..0] ", "[1..1] ", "[2..*] ", "[0..1] ", "[1..2] ", "[0..*] "};
    return k_all[static_cast<std::size_t>(dice_.roll(9))];
  }

  std::string refinement(int depth, bool in_group) {
    const auto part = [&]() -> std::string {
      if (!in_group && dice_.flip(3))
        return cardinality() + "{ " + refinement(depth - 1, true) + " }";
      if (depth > 0 && dice_.flip(4)) return "(" + refinement(depth - 1, in_group) + ")";
      return attribute(depth);
    };
    std::string text = part();
    const std::string between = dice_.flip() ? ", " : " OR ";
    for (int more = dice_.roll(3); more > 0; --more) text += between + part();
    return text;
  }

  std::string attribute(int depth) {
    static const std::vector<std::string> k_comparisons = {"=", "!=", "<", "<=", ">", ">="};
    const std::string start = cardinality();
    if (dice_.flip(5))
      return start + type() + " " + k_comparisons[static_cast<std::size_t>(dice_.roll(6))] + " #" +
             std::to_string(dice_.roll(4));
    return start + (dice_.flip(5) ? "R " : "") + type() + (dice_.flip(4) ? " != " : " = ") +
           (dice_.flip(4) ? "*" : sub(depth - 1));
  }

  Dice& dice_;
};

}  // namespace

TEST_CASE("random expressions find the concepts that satisfy them one by one") {
  Dice dice{std::mt19937(20260128)};
  int not_trivial = 0;
  for (int round = 0; round < 12; ++round) {
    const EditionDouble edition = make_edition(dice);
    const BruteForce judge(edition);
    Writer writer(dice);
    for (int i = 0; i < 120; ++i) {
      const std::string text = writer.expression(2);
      CAPTURE(text);
      const auto expression = ecl::parse(text);
      if (!expression) FAIL(expression.error().diagnostics);
      const auto found = ecl::evaluate(*expression, edition);
      if (!found) FAIL(found.error().diagnostics);
      std::string expected, given;
      for (ConceptId id = 0; id < edition.size(); ++id) {
        if (judge.satisfies(id, *expression)) expected += std::to_string(edition.sct_id(id)) + " ";
        if (found->contains(id)) given += std::to_string(edition.sct_id(id)) + " ";
      }
      CHECK(given == expected);
      if (!expected.empty() && found->count() < edition.size()) ++not_trivial;
    }
  }
  CHECK(not_trivial > 700);
}
