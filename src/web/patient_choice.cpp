#include "src/web/patient_choice.h"

#include "src/web/html.h"

namespace server::web {
namespace {

constexpr std::uint32_t k_patients_max = 25;
constexpr std::size_t k_name_bytes_max = 200;

}  // namespace

fhir::Result<std::vector<security::PatientChoice>> patients_for(const Visit& visit,
                                                                const security::User& user,
                                                                security::Glass glass) {
  if (user.is_patient()) return visit.patients.read(user, user.patients, security::Glass::whole);
  return visit.patients.find(user, visit.form.get("name").substr(0, k_name_bytes_max),
                             k_patients_max, glass);
}

std::string patient_search(const Visit& visit, std::string_view action, std::string_view carried) {
  std::string out = "<form method=\"get\" action=\"";
  out.append(action).append("\" role=\"search\">\n").append(carried);
  out += text_field("name", "Name of the patient",
                    "value=\"" + escaped(visit.form.get("name").substr(0, k_name_bytes_max)) +
                        "\" autocomplete=\"off\"");
  return out + "<p>" + button("Search", "class=\"no\"") + "</p>\n</form>\n";
}

std::string patient_boxes(const std::vector<security::PatientChoice>& choices) {
  if (choices.empty()) return "<p>No patient was found.</p>\n";
  std::string out = "<fieldset><legend>Patient</legend>\n";
  int index = 0;
  for (const security::PatientChoice& choice : choices) {
    const std::string id = "p" + std::to_string(++index);
    out += "<div class=\"choice\"><input type=\"radio\" name=\"patient\" required id=\"" + id +
           "\" value=\"" + escaped(choice.id) + "\"> <label for=\"" + id + "\">" +
           escaped(choice.name.empty() ? choice.id : choice.name);
    if (!choice.birth_date.empty()) out += ", born " + escaped(choice.birth_date);
    out += " (" + escaped(choice.id) + ")</label></div>\n";
  }
  return out + "</fieldset>\n<p>" + button("Choose") + "</p>\n";
}

}  // namespace server::web
