// Random resources and random queries over a small vocabulary, so that matches are common.
#pragma once

#include <limits>
#include <random>

#include "tests/unit/storage/evaluator.h"
#include "tests/unit/storage/fixture.h"

namespace storage_test {

class RandomWorld {
 public:
  explicit RandomWorld(unsigned seed) : random_(seed) {}

  int below(int limit) { return std::uniform_int_distribution<int>(0, limit - 1)(random_); }
  bool chance(int percent) { return below(100) < percent; }
  std::string pick(std::initializer_list<const char*> of) {
    return *(of.begin() + below(static_cast<int>(of.size())));
  }

  Resource resource() {
    Resource made;
    made.type = pick({"Patient", "Observation", "Observation"});
    made.id = id();
    const auto times = [&](int limit, auto&& add) {
      for (int left = below(limit + 1); left > 0; --left) add();
    };
    IndexRows& rows = made.rows;
    times(2, [&] { rows.tokens.push_back({k_code, system(), code()}); });
    times(2, [&] { rows.texts.push_back({k_code, word()}); });
    times(1, [&] {  // an identifier with a type
      const std::string value = code();
      rows.tokens.push_back({k_code, system(), value});
      rows.composites.push_back({k_code, {{"", value}, {system(), code()}}});
    });
    times(1, [&] { rows.tokens.push_back({k_status, "", pick({"final", "draft"})}); });
    times(2, [&] {
      const std::string name = word();
      rows.strings.push_back({k_name, name, chance(50) ? name : "X" + name});
    });
    times(2, [&] {
      auto [low, high] = span_of_time();
      if (chance(10)) high = std::numeric_limits<std::int64_t>::max();
      if (chance(5)) low = std::numeric_limits<std::int64_t>::min();
      rows.dates.push_back({k_date, low, high});
    });
    times(2, [&] {
      const double low = below(20);
      rows.numbers.push_back({k_number, low, chance(70) ? low : low + below(5)});
    });
    times(2, [&] {
      const double low = below(40) / 2.0;
      const double high = chance(80) ? low : std::numeric_limits<double>::infinity();
      rows.quantities.push_back({k_quantity, system(), pick({"mg", "kg"}), low, high});
      if (chance(40)) rows.quantities.push_back({k_quantity, base_units(), "mg", low / 2, high});
    });
    times(2, [&] {
      rows.references.push_back({k_subject, pick({"Patient", "Observation"}), id()});
    });
    if (chance(10)) rows.uris.push_back({k_subject, "http://elsewhere/Patient/1"});
    times(1, [&] { rows.uris.push_back({k_url, pick({"urn:a", "http://a/b", "http://a/b/c"})}); });
    times(2, [&] {
      const double value = below(10);
      rows.composites.push_back({k_pair, {{system(), code(), 0, 0}, {"", "mg", value, value}}});
      if (chance(40)) {
        rows.composites.push_back(
            {k_pair, {{system(), code(), 0, 0}, {base_units(), "mg", value / 2, value / 2}}});
      }
    });
    return made;
  }

  search::Query query() {
    search::Query made = query_of(pick({"Patient", "Observation"}));
    for (int left = below(4); left > 0; --left) made.criteria.push_back(random_criterion(0));
    return made;
  }

  search::Criterion random_criterion(int depth) {
    static const fhir::SearchParameter* const k_all[] = {
        k_code, k_status, k_name, k_date, k_number, k_quantity, k_subject, k_url, k_pair, k_id};
    if (depth < 2 && chance(20)) {
      search::Criterion chain;
      chain.parameter = k_subject;
      chain.target_type = pick({"Patient", "Observation"});
      auto inner = std::make_unique<search::Criterion>(random_criterion(depth + 1));
      (chance(50) ? chain.chained : chain.reverse_chained) = std::move(inner);
      return chain;
    }
    if (depth < 2 && chance(20)) {
      search::Criterion joined;
      joined.combination = static_cast<search::Combination>(1 + below(3));
      for (int left = 1 + below(3); left > 0; --left) {
        joined.parts.push_back(random_criterion(depth + 1));
      }
      return joined;
    }
    if (chance(15)) return modified_criterion();
    const auto* of = k_all[below(static_cast<int>(std::size(k_all)))];
    search::Criterion made = criterion(of, {});
    if (of != k_id && chance(12)) {
      made.modifier = Modifier::missing;
      made.alternatives.emplace_back().missing = chance(50);
      return made;
    }
    if (of->type == SearchParameterType::token && chance(20)) made.modifier = Modifier::not_;
    if (of->type == SearchParameterType::string && chance(40)) {
      made.modifier = chance(50) ? Modifier::exact : Modifier::contains;
    }
    const int alternatives = chance(10) ? 12 : 1 + below(2);
    for (int at = 0; at < alternatives; ++at) made.alternatives.push_back(operand(*of));
    return made;
  }

  // What `_filter` asks.
  search::Criterion compared_criterion() {
    static constexpr Prefix k_of_texts[] = {Prefix::eq, Prefix::ne, Prefix::co,
                                            Prefix::sw, Prefix::ew, Prefix::gt,
                                            Prefix::ge, Prefix::lt, Prefix::le};
    const int kind = below(5);
    search::Criterion made = criterion(kind == 0   ? k_code
                                       : kind == 1 ? k_name
                                       : kind == 2 ? k_url
                                                   : k_date,
                                       {});
    if (kind > 2) made.parameter = kind == 3 ? k_date : k_number;
    if (kind <= 2) made.modifier = Modifier::compared;
    made.alternatives.push_back(operand(*made.parameter));
    search::Operand& asked = made.alternatives.front();
    switch (kind) {
      case 0:
        asked.prefix = chance(50) ? Prefix::eq : Prefix::ne;
        if (chance(50) && !asked.code.empty()) asked.code = pick({"A", "D", "smytheX"});
        break;
      case 1:
        asked.prefix = k_of_texts[below(9)];
        if (chance(30)) asked.folded = pick({"th", "y", "\xc3\xabl"});
        break;
      case 2:
        asked.prefix = k_of_texts[below(5)];
        break;
      case 3:
        asked.prefix = chance(50) ? Prefix::po : Prefix::co;
        break;
      default:
        asked.prefix = Prefix::co;
    }
    return made;
  }

  // Modifiers whose values are not those of the parameter's type.
  search::Criterion modified_criterion() {
    switch (below(5)) {
      case 4:
        return compared_criterion();
      case 0: {
        search::Criterion made = criterion(k_code, {});
        made.modifier = Modifier::text;
        made.alternatives.push_back(text("", word().substr(0, 2)));
        return made;
      }
      case 1: {
        search::Criterion made = criterion(k_code, {});
        made.modifier = Modifier::of_type;
        made.alternatives.push_back(token(system(), code()));
        made.alternatives.back().text = code();
        return made;
      }
      case 2: {
        search::Criterion made = criterion(k_subject, {});
        made.modifier = Modifier::below;
        made.hierarchy = {{"Patient", k_subject}, {"Observation", k_subject}};
        made.alternatives.push_back(reference(pick({"Patient", "Observation"}), id()));
        return made;
      }
      default: {
        search::Criterion made = criterion(k_url, {});
        made.modifier = chance(50) ? Modifier::above : Modifier::below;
        made.alternatives.push_back(text(pick({"http://a", "http://a/b", "http://a/b/c/d"}), ""));
        return made;
      }
    }
  }

  static const fhir::SearchParameter *const k_code,
      *const k_status, *const k_name, *const k_date, *const k_number,
                                                         *const k_quantity,
                                                             *const k_subject,
                                                                 *const k_url,
                                                                     *const k_pair,
                                                                         *const k_id,
                                                                             *const k_last_updated;

 private:
  std::string id() { return "r" + std::to_string(below(60)); }
  std::string code() { return pick({"a", "b", "c", "d", "D", "SmytheX"}); }
  static std::string base_units() { return std::string(search::k_canonical_units); }
  std::string system() { return pick({"", "urn:s", "urn:t"}); }
  std::string word() {
    return pick({"smith", "smythe", "sm", "jones", "jo\xc3\xabl", "z\xf4\x8f\xbf\xbf"});
  }
  std::pair<std::int64_t, std::int64_t> span_of_time() {
    constexpr std::int64_t k_day = 86'400'000;
    const std::int64_t low = below(100) * k_day;
    return {low, low + (chance(80) ? k_day * (1 + below(3)) : k_day * (30 + below(40)))};
  }
  Prefix prefix(int count) { return static_cast<Prefix>(below(count)); }

  search::Operand operand(const fhir::SearchParameter& of) {
    if (of.code == "_id") return token(id());
    switch (of.type) {
      case SearchParameterType::token: {
        if (&of == k_status) return token(pick({"final", "draft"}));
        if (chance(50)) return token(code());
        return token(system(), chance(80) ? code() : "");
      }
      case SearchParameterType::string: {
        std::string folded = word();
        if (chance(30)) folded.resize(1);
        return text(chance(50) ? folded : "X" + folded, folded);
      }
      case SearchParameterType::date: {
        const auto [low, high] = span_of_time();
        return span(prefix(8), low, high);
      }
      case SearchParameterType::number:
        return number(prefix(9), below(20), chance(50) ? 0.5 : 0);
      case SearchParameterType::quantity: {
        search::Operand made = number(prefix(9), below(40) / 2.0, 0.25);
        if (chance(50)) made.code = pick({"mg", "kg"});
        if (chance(30)) made.system = pick({"urn:s", "urn:t", "urn:unknown"});
        if (chance(20)) made.system = base_units();
        return made;
      }
      case SearchParameterType::reference: {
        if (chance(10)) return text("http://elsewhere/Patient/1", "");
        return reference(chance(70) ? pick({"Patient", "Observation"}) : "", id());
      }
      case SearchParameterType::uri:
        return text(pick({"urn:a", "http://a/b"}), "");
      default: {
        search::Operand made;
        made.parts.push_back(chance(50) ? token(code()) : token(system(), code()));
        made.parts.push_back(number(prefix(9), 1 + below(9), 0.5));
        if (chance(50)) made.parts.back().code = "mg";
        if (chance(30)) made.parts.back().system = base_units();
        return made;
      }
    }
  }

  std::mt19937 random_;
};

inline const fhir::SearchParameter *const
    RandomWorld::k_code = parameter("code", SearchParameterType::token),
    *const RandomWorld::k_status = parameter("status", SearchParameterType::token),
    *const RandomWorld::k_name = parameter("name", SearchParameterType::string),
    *const RandomWorld::k_date = parameter("date", SearchParameterType::date),
    *const RandomWorld::k_number = parameter("number", SearchParameterType::number),
    *const RandomWorld::k_quantity = parameter("quantity", SearchParameterType::quantity),
    *const RandomWorld::k_subject = parameter("subject", SearchParameterType::reference),
    *const RandomWorld::k_url = parameter("url", SearchParameterType::uri),
    *const RandomWorld::k_pair = parameter("pair", SearchParameterType::composite),
    *const RandomWorld::k_id = parameter("_id", SearchParameterType::token),
    *const RandomWorld::k_last_updated = parameter("_lastUpdated", SearchParameterType::date);

}  // namespace storage_test
