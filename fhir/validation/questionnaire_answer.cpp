#include "fhir/validation/questionnaire_answer.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string>

#include "fhir/validation/questionnaire_value.h"

namespace fhir::validation {
namespace {

constexpr std::string_view k_base = "http://hl7.org/fhir/StructureDefinition/";
constexpr std::string_view k_sdc = "http://hl7.org/fhir/uv/sdc/StructureDefinition/";

/// What each type of item may be answered with. https://hl7.org/fhir/R4/valueset-item-type.html
struct ItemType {
  std::string_view type;
  std::array<std::string_view, 5> answers;
};
constexpr ItemType k_item_types[] = {
    {"boolean", {"Boolean"}},
    {"decimal", {"Decimal"}},
    {"integer", {"Integer"}},
    {"date", {"Date"}},
    {"dateTime", {"DateTime"}},
    {"time", {"Time"}},
    {"string", {"String"}},
    {"text", {"String"}},
    {"url", {"Uri"}},
    {"attachment", {"Attachment"}},
    {"reference", {"Reference"}},
    {"quantity", {"Quantity"}},
    {"choice", {"Coding", "Date", "Time", "Integer", "String"}},
    {"open-choice", {"Coding", "Date", "Time", "Integer", "String"}}};

const ItemType* find_type(std::string_view type) {
  for (const ItemType& known : k_item_types) {
    if (known.type == type) return &known;
  }
  return nullptr;
}

std::string joined(const ItemType& type) {
  std::string out;
  for (const std::string_view answer : type.answers) {
    if (answer.empty()) continue;
    if (!out.empty()) out += ", ";
    out += type_code(answer);
  }
  return out;
}

/// value[x] of the extension `name`, by either address it has had.
ChosenValue extension_value(const json::Value& item, std::string_view name) {
  const json::Value* found = extension_of(item, std::string(k_base).append(name));
  if (found == nullptr) found = extension_of(item, std::string(k_sdc).append(name));
  return found != nullptr ? chosen_value(*found, "value") : ChosenValue{};
}

std::optional<std::size_t> count_of(const ChosenValue& value) {
  if (value.value == nullptr || !value.value->is_number()) return std::nullopt;
  std::size_t count = 0;
  const std::string_view text = value.value->text();
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return count;
}

std::size_t characters_in(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  }));
}

class AnswerCheck {
 public:
  AnswerCheck(const RuleContext& context, const json::Value& item, const json::Value& answer,
              const ChosenValue& value, const Path& answer_path, const Path& value_path)
      : context_(context),
        item_(item),
        answer_(answer),
        value_(value),
        answer_path_(answer_path),
        value_path_(value_path) {}

  void run() {
    const std::string_view type = item_.string_at("type");
    const ItemType* known = find_type(type);
    if (known == nullptr) return;
    if (std::find(known->answers.begin(), known->answers.end(), value_.type) ==
        known->answers.end())
      return refuse_value("The answer must be of the type " + joined(*known) + ", not " +
                          std::string(type_code(value_.type)));
    if (type == "choice" || type == "open-choice") check_choice(type == "open-choice");
    check_range();
    if (value_.value->is_string()) check_length();
  }

 private:
  void refuse_value(std::string_view text) {
    context_.error(IssueType::structure, value_path_, *value_.value, text);
  }
  void refuse_answer(std::string_view text) {
    context_.error(IssueType::structure, answer_path_, answer_, text);
  }

  void check_choice(bool is_open) {
    const auto options = items_of(item_, "answerOption");
    if (options.empty()) return check_value_set();
    if (is_open && value_.type == "String") return;
    bool has_type = false;
    for (const json::Value& option : options) {
      const ChosenValue allowed = chosen_value(option, "value");
      has_type = has_type || allowed.type == value_.type;
      if (is_equal(allowed, value_, context_.units())) return;
    }
    if (!has_type)
      return refuse_answer("No option of the question is of the type " +
                           std::string(type_code(value_.type)));
    constexpr std::string_view k_text = "The answer is none of the question's options";
    if (value_.type == "Coding") return refuse_answer(k_text);
    refuse_value(k_text);
  }

  void check_value_set() {
    const std::string_view canonical = item_.string_at("answerValueSet");
    if (value_.type != "Coding" || canonical.empty() || canonical.starts_with('#') ||
        context_.terminology == nullptr)
      return;
    const CodeSet* set = context_.terminology->value_set(canonical);
    const json::Value& coding = *value_.value;
    if (set == nullptr || coding.string_at("code").empty()) return;
    const Coding asked{coding.string_at("system"), coding.string_at("version"),
                       coding.string_at("code"), coding.string_at("display")};
    if (set->contains(asked) == Membership::no)
      context_.error(IssueType::code_invalid, answer_path_, answer_,
                     "The code is not in the value set of the question's options");
  }

  void check_range() {
    check_limit(extension_value(item_, "minValue"), -1);
    check_limit(extension_value(item_, "maxValue"), 1);
    check_limit(extension_value(item_, "sdc-questionnaire-minQuantity"), -1);
    check_limit(extension_value(item_, "sdc-questionnaire-maxQuantity"), 1);
  }

  /// forbidden   the order of value and limit that is refused
  void check_limit(const ChosenValue& limit, int forbidden) {
    if (limit.value == nullptr) return;
    const std::optional<int> order = compare(value_, limit, context_.units());
    if (order == forbidden)
      return refuse_value(forbidden < 0
                              ? "The answer is below the smallest value that the question allows"
                              : "The answer is above the largest value that the question allows");
    if (!order && limit.type == "Quantity" && value_.type == "Quantity" &&
        (value_.value->find("code") == nullptr || limit.value->find("code") == nullptr))
      refuse_value("The answer cannot be compared with the question's limit without coded units");
  }

  void check_length() {
    const std::size_t length = characters_in(value_.value->string());
    const json::Value* max = item_.find("maxLength");
    const auto most = max != nullptr ? count_of({max, "Integer"}) : std::nullopt;
    if (most && length > *most) refuse_value("The answer is longer than the question allows");
    const auto least = count_of(extension_value(item_, "minLength"));
    if (least && length < *least) refuse_value("The answer is shorter than the question allows");
  }

  const RuleContext& context_;
  const json::Value& item_;
  const json::Value& answer_;
  const ChosenValue& value_;
  const Path& answer_path_;
  const Path& value_path_;
};

bool is_exclusive(const json::Value& item, const ChosenValue& answer, const UnitSystem* units) {
  const auto options = items_of(item, "answerOption");
  return std::any_of(options.begin(), options.end(), [&](const json::Value& option) {
    if (!is_equal(chosen_value(option, "value"), answer, units)) return false;
    const json::Value* mark =
        extension_of(option, std::string(k_base).append("questionnaire-optionExclusive"));
    return mark != nullptr && is_true(*mark, "valueBoolean");
  });
}

/// How many answers there are, and that an option that excludes the others stands alone.
void check_count(const RuleContext& context, const json::Value& item, const json::Value& response,
                 const Path& path) {
  const auto answers = items_of(response, "answer");
  if (answers.size() > 1 && !is_true(item, "repeats"))
    context.error(IssueType::invalid, path, answers[1],
                  "The question does not repeat, so it may have one answer");
  const auto least = count_of(extension_value(item, "questionnaire-minOccurs"));
  if (least && answers.size() < *least)
    context.error(IssueType::invalid, path, response,
                  "The question asks for more answers than there are");
  const auto most = count_of(extension_value(item, "questionnaire-maxOccurs"));
  if (most && answers.size() > *most)
    context.error(IssueType::invalid, path, response,
                  "The question allows fewer answers than there are");
  if (answers.size() < 2) return;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    if (is_exclusive(item, chosen_value(answers[i], "value"), context.units()))
      context.error(IssueType::business_rule, item_path(path, "answer", i), answers[i],
                    "The option that was chosen excludes all others");
  }
}

}  // namespace

const json::Value* extension_of(const json::Value& element, std::string_view url) {
  for (const json::Value& extension : items_of(element, "extension")) {
    if (extension.string_at("url") == url) return &extension;
  }
  return nullptr;
}

void check_answers(const RuleContext& context, const json::Value& item, const json::Value& response,
                   const Path& path) {
  check_count(context, item, response, path);
  const auto answers = items_of(response, "answer");
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const ChosenValue value = chosen_value(answers[i], "value");
    if (value.value == nullptr || value.value->is_null()) continue;
    const Path answer_path = item_path(path, "answer", i);
    const Path value_path{&answer_path, "value", -1, type_code(value.type)};
    AnswerCheck(context, item, answers[i], value, answer_path, value_path).run();
  }
}

}  // namespace fhir::validation
