#include "src/graphql/arguments.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace server::graphql {
namespace {

using fhir::IssueType;

constexpr auto k_list_arguments =
    std::to_array<std::string_view>({"fhirpath", "_offset", "_count"});

/// Of a search, beside the search parameters of the type.
constexpr auto k_result_arguments = std::to_array<std::string_view>({"_sort", "_filter", "_list"});

/// "The search parameters _include, _revinclude, _contained, _containedType are not supported"; the
/// others shape a bundle, which there is none of.
constexpr auto k_refused_arguments = std::to_array<std::string_view>(
    {"_include", "_revinclude", "_contained", "_containedType", "_summary", "_elements", "_total"});

template <class List>
bool holds(const List& list, std::string_view name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

bool is_cursor(std::string_view name) { return name == "cursor" || name == "_cursor"; }

/// One check of one field.
class Check {
 public:
  Check(const Schema& schema, const FieldSpec& spec, const Selection& field,
        const Variables& variables, const Report& report)
      : schema_(schema), spec_(spec), field_(field), variables_(variables), report_(report) {}

  void run() {
    for (std::size_t i = 0; i < field_.arguments.size(); ++i) {
      const Argument& argument = field_.arguments[i];
      if (field_.argument(argument.name) != &argument) {
        refuse(argument, "is given more than once");
        continue;
      }
      one(argument);
    }
    if (spec_.kind == FieldKind::read || spec_.kind == FieldKind::update ||
        spec_.kind == FieldKind::remove)
      need("id");
    if (spec_.kind == FieldKind::create || spec_.kind == FieldKind::update) need("res");
    if (field_.name == "__type") need("name");
    if (spec_.is_nested) need("_reference");
  }

 private:
  void refuse(const Argument& argument, std::string_view text,
              IssueType type = IssueType::invalid) const {
    report_(type,
            "Argument " + argument.name + " of field " + field_.name + " " + std::string(text),
            argument.at);
  }

  void need(std::string_view name) const {
    const Argument* argument = field_.argument(name);
    const Value* value = argument != nullptr ? resolved(argument->value, variables_) : nullptr;
    if (value == nullptr || value->kind == ValueKind::null)
      report_(IssueType::required,
              "Field " + field_.name + " needs the argument " + std::string(name), field_.at);
  }

  void one(const Argument& argument) const {
    switch (spec_.kind) {
      case FieldKind::element:
        if (spec_.shape) return of_element(argument);
        break;
      case FieldKind::resolve:
        return of_reference(argument);
      case FieldKind::meta:
        return of_meta(argument);
      case FieldKind::read:
        if (argument.name != "id") break;
        scalar(argument);
        return;
      case FieldKind::list:
      case FieldKind::connection:
        return of_search(argument);
      case FieldKind::create:
      case FieldKind::update:
      case FieldKind::remove:
        return of_change(argument);
      default:
        break;
    }
    unknown(argument);
  }

  void unknown(const Argument& argument) const {
    refuse(argument, "is not known", IssueType::not_supported);
  }

  /// The value where it is known, when it is a scalar; complains of any other.
  const Value* scalar(const Argument& argument) const {
    const Value* value = resolved(argument.value, variables_);
    if (value == nullptr || value->kind == ValueKind::null) return nullptr;
    if (value->is_scalar()) return value;
    refuse(argument, "takes a single value", IssueType::value);
    return nullptr;
  }

  void number(const Argument& argument) const {
    const Value* value = scalar(argument);
    if (value != nullptr && (!is_int(*value) || value->text.starts_with('-')))
      refuse(argument, "takes a whole number from 0", IssueType::value);
  }

  void expression(const Argument& argument) const {
    const Value* value = scalar(argument);
    if (value != nullptr && value->kind != ValueKind::string)
      refuse(argument, "takes a FHIRPath expression as a string", IssueType::value);
  }

  /// "[field] - the name of a sub-property with a specified value that must be matched"
  void of_element(const Argument& argument) const {
    if (argument.name == "fhirpath") return expression(argument);
    if (argument.name == "_offset" || argument.name == "_count") return number(argument);
    const auto child = schema_.field(*spec_.shape, argument.name);
    const bool is_primitive =
        child && !child->shape &&
        (child->kind == FieldKind::element || child->kind == FieldKind::resource_type);
    if (!is_primitive) return unknown(argument);
    scalar(argument);
  }

  void of_reference(const Argument& argument) const {
    if (argument.name == "optional") {
      const Value* value = scalar(argument);
      if (value != nullptr && value->kind != ValueKind::boolean)
        refuse(argument, "takes true or false", IssueType::value);
    } else if (argument.name == "type") {
      const Value* value = scalar(argument);
      if (value != nullptr && schema_.resource(value->text) == nullptr)
        refuse(argument, "takes the name of a resource type", IssueType::value);
    } else {
      unknown(argument);
    }
  }

  /// __type(name: …), fields(includeDeprecated: …)
  void of_meta(const Argument& argument) const {
    if (argument.name == "name" && field_.name == "__type") {
      scalar(argument);
    } else if (argument.name != "includeDeprecated" || !spec_.repeats) {
      unknown(argument);
    }
  }

  void of_search(const Argument& argument) const {
    const bool is_connection = spec_.kind == FieldKind::connection;
    if (argument.name == "fhirpath") return expression(argument);
    if (argument.name == "_count") return number(argument);
    if (is_connection && is_cursor(argument.name)) return of_cursor(argument);
    if (argument.name == "_reference") return of_focus(argument);
    if (spec_.is_nested && (argument.name == "id" || argument.name == "_id"))
      return refuse(argument, "makes no sense beside _reference");
    if (holds(k_refused_arguments, argument.name))
      return refuse(argument, "is not supported", IssueType::not_supported);
    if (!holds(k_result_arguments, argument.name) &&
        schema_.parameter(spec_.type->name, argument.name) == nullptr)
      return unknown(argument);
    const Value* value = resolved(argument.value, variables_);
    if (value == nullptr || value->kind == ValueKind::null) return;
    const auto is_plain = [](const Value& item) {
      return item.is_scalar() && item.kind != ValueKind::variable;
    };
    const bool is_list = value->kind == ValueKind::list;
    const bool items_are_scalars =
        std::all_of(value->items.begin(), value->items.end(), [&](const Value& item) {
          const Value* behind = resolved(item, variables_);
          return behind == nullptr || is_plain(*behind);
        });
    if (!(is_list ? items_are_scalars : is_plain(*value)))
      refuse(argument, "takes a value or a list of values", IssueType::value);
  }

  void of_change(const Argument& argument) const {
    const bool is_resource = argument.name == "res" && spec_.kind != FieldKind::remove;
    const bool is_id = argument.name == "id" && spec_.kind != FieldKind::create;
    if (is_id) scalar(argument);
    if (is_id) return;
    if (!is_resource) return unknown(argument);
    const Value* value = resolved(argument.value, variables_);
    if (value != nullptr && value->kind != ValueKind::object && value->kind != ValueKind::null)
      refuse(argument, "takes a resource as an object", IssueType::value);
    if (value != nullptr && value->kind == ValueKind::object) of_type(argument, *value);
  }

  /// A resource may say its type, if it is the one that the field is about.
  void of_type(const Argument& argument, const Value& resource) const {
    for (std::size_t i = 0; i < resource.items.size(); ++i) {
      if (resource.names[i] != "resourceType") continue;
      const Value* type = resolved(resource.items[i], variables_);
      if (type != nullptr && type->kind != ValueKind::null && type->text != spec_.type->name)
        refuse(argument, "is no " + std::string(spec_.type->name), IssueType::value);
    }
  }

  /// "the 'cursor' argument is prohibited, except at the root of query"; "The client cannot change
  /// the parameters for the search (and should not specify them) when providing a cursor"
  void of_cursor(const Argument& argument) const {
    if (spec_.is_nested) return refuse(argument, "is for a search at the root");
    scalar(argument);
    for (const Argument& other : field_.arguments) {
      if (&other != &argument) refuse(other, "may not be given beside a cursor");
    }
  }

  void of_focus(const Argument& argument) const {
    if (!spec_.is_nested) return refuse(argument, "is for a search below a resource");
    const Value* value = scalar(argument);
    if (value == nullptr) return;
    const fhir::SearchParameter* parameter = schema_.parameter(spec_.type->name, value->text);
    if (parameter == nullptr || parameter->type != fhir::SearchParameterType::reference)
      refuse(argument,
             "names no search parameter of type reference of " + std::string(spec_.type->name),
             IssueType::value);
  }

  const Schema& schema_;
  const FieldSpec& spec_;
  const Selection& field_;
  const Variables& variables_;
  const Report& report_;
};

/// "the composite syntax (multiple arguments separated by comma) is not used": a comma is a comma.
void append_escaped(std::string& out, std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) {
      out += text[i++];
    } else if (text[i] == ',') {
      out += '\\';
    }
    out += text[i];
  }
}

void add_bytes(const Value& given, const Variables& variables, std::size_t limit,
               std::size_t& bytes) {
  const Value* value = resolved(given, variables);
  if (value == nullptr) return;
  bytes += value->text.size() + 1;
  for (const std::string& name : value->names) bytes += name.size() + 3;
  for (const Value& item : value->items) {
    if (bytes > limit) return;
    add_bytes(item, variables, limit, bytes);
  }
}

}  // namespace

bool is_list_argument(std::string_view name) { return holds(k_list_arguments, name); }

void check_arguments(const Schema& schema, const FieldSpec& spec, const Selection& field,
                     const Variables& variables, const Report& report) {
  Check(schema, spec, field, variables, report).run();
}

std::size_t argument_bytes(const Selection& field, const Variables& variables, std::size_t limit) {
  std::size_t bytes = 0;
  for (const Argument& argument : field.arguments)
    add_bytes(argument.value, variables, limit, bytes);
  return bytes;
}

std::optional<std::string_view> argument_text(const Selection& field, std::string_view name,
                                              const Variables& variables) {
  const Argument* argument = field.argument(name);
  const Value* value = argument != nullptr ? resolved(argument->value, variables) : nullptr;
  if (value == nullptr || !value->is_scalar()) return std::nullopt;
  return value->text;
}

std::uint32_t argument_number(const Selection& field, std::string_view name,
                              const Variables& variables, std::uint32_t otherwise) {
  const auto text = argument_text(field, name, variables);
  if (!text) return otherwise;
  std::uint32_t number = 0;
  std::from_chars(text->data(), text->data() + text->size(), number);
  return number;
}

std::vector<std::pair<std::string, std::string>> search_parameters(const Schema& schema,
                                                                   const FieldSpec& spec,
                                                                   const Selection& field,
                                                                   const Variables& variables,
                                                                   std::string_view focus) {
  std::vector<std::pair<std::string, std::string>> out;
  for (const Argument& argument : field.arguments) {
    const Value* value = resolved(argument.value, variables);
    if (value == nullptr || value->kind == ValueKind::null || is_list_argument(argument.name) ||
        is_cursor(argument.name))
      continue;
    if (argument.name == "_reference") {
      const auto* parameter = schema.parameter(spec.type->name, value->text);
      if (parameter != nullptr) out.emplace_back(parameter->code, focus);
      continue;
    }
    const bool is_result = holds(k_result_arguments, argument.name);
    const auto* parameter = schema.parameter(spec.type->name, argument.name);
    std::string& text =
        out.emplace_back(parameter != nullptr ? std::string(parameter->code) : argument.name, "")
            .second;
    const auto append = [&](const Value& item) {
      const Value* behind = resolved(item, variables);
      if (behind == nullptr || !behind->is_scalar()) return;
      if (!text.empty()) text += ',';
      if (is_result) {
        text += behind->text;
      } else {
        append_escaped(text, behind->text);
      }
    };
    if (value->kind == ValueKind::list) {
      for (const Value& item : value->items) append(item);
    } else {
      append(*value);
    }
  }
  return out;
}

}  // namespace server::graphql
