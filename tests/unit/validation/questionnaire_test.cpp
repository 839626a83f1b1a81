#include "support.h"

using test::validate;

namespace {

/// A response to a contained questionnaire with these items.
std::string response(const std::string& questions, const std::string& items,
                     const std::string& status = "completed") {
  return R"({"resourceType":"QuestionnaireResponse","status":")" + status +
         R"(","questionnaire":"#q","contained":[{"resourceType":"Questionnaire","id":"q",)"
         R"("status":"active","item":[)" +
         questions + R"(]}],"item":[)" + items + "]}";
}

constexpr const char* k_boolean = R"({"linkId":"a","type":"boolean"})";

}  // namespace

TEST_CASE("an answer has the type of its question") {
  CHECK(validate(response(k_boolean, R"({"linkId":"a","answer":[{"valueBoolean":true}]})"))
            .errors() == 0);
  CHECK(validate(response(k_boolean, R"({"linkId":"a","answer":[{"valueString":"x"}]})"))
            .error()
            .expression == "QuestionnaireResponse.item[0].answer[0].value.ofType(string)");
}

TEST_CASE("every item answers a question of the questionnaire, in its order and place") {
  CHECK(validate(response(k_boolean, R"({"linkId":"b"})")).error().expression ==
        "QuestionnaireResponse");
  const std::string two = R"({"linkId":"a","type":"string"},{"linkId":"b","type":"group","item":[
    {"linkId":"c","type":"string"}]})";
  CHECK(validate(response(two, R"({"linkId":"b"},{"linkId":"a"})")).error().expression ==
        "QuestionnaireResponse");
  CHECK(validate(response(two, R"({"linkId":"c","answer":[{"valueString":"x"}]})"))
            .error()
            .expression == "QuestionnaireResponse.item[0]");
}

TEST_CASE("a required question is answered, unless the response is in progress") {
  const std::string required = R"({"linkId":"a","type":"string","required":true})";
  CHECK(validate(response(required, R"({"linkId":"a"})")).error().expression ==
        "QuestionnaireResponse.item[0]");
  CHECK(validate(response(required, R"({"linkId":"a"})", "in-progress")).errors() == 0);
}

TEST_CASE("only what repeats comes more than once") {
  const std::string twice =
      R"({"linkId":"a","answer":[{"valueBoolean":true},{"valueBoolean":false}]})";
  CHECK(validate(response(k_boolean, twice)).error().expression == "QuestionnaireResponse.item[0]");
  CHECK(validate(response(R"({"linkId":"a","type":"boolean","repeats":true})", twice)).errors() ==
        0);
}

TEST_CASE("a question that is not enabled has no answer") {
  const auto with = [](const std::string& condition, const std::string& answer) {
    return validate(
        response(R"({"linkId":"a","type":"integer"},{"linkId":"b","type":"string","required":true,
      "enableWhen":[{"question":"a",)" +
                     condition + "}]}",
                 R"({"linkId":"a","answer":[{"valueInteger":5}]})" + answer));
  };
  const std::string answer = R"(,{"linkId":"b","answer":[{"valueString":"x"}]})";
  CHECK(with(R"("operator":"=","answerInteger":5)", answer).errors() == 0);
  CHECK(with(R"("operator":"=","answerInteger":6)", answer).error().expression ==
        "QuestionnaireResponse.item[1]");
  CHECK(with(R"("operator":"=","answerInteger":6)", "").errors() == 0);
  CHECK(with(R"("operator":">","answerInteger":4)", "").error().expression ==
        "QuestionnaireResponse");
  CHECK(with(R"("operator":"!=","answerInteger":5)", answer).errors() == 1);
  CHECK(with(R"("operator":"exists","answerBoolean":false)", answer).errors() == 1);
}

TEST_CASE("the answer of a choice is one of the options") {
  const std::string choice = R"({"linkId":"a","type":"choice","answerOption":[
    {"valueCoding":{"system":"http://example.org/s","code":"x"}}]})";
  CHECK(validate(response(choice, R"({"linkId":"a","answer":[{"valueCoding":
    {"system":"http://example.org/s","code":"x","display":"X"}}]})"))
            .errors() == 0);
  CHECK(validate(response(choice, R"({"linkId":"a","answer":[{"valueCoding":
    {"system":"http://example.org/s","code":"y"}}]})"))
            .error()
            .expression == "QuestionnaireResponse.item[0].answer[0]");
}

TEST_CASE("an answer keeps the limits that the question sets") {
  const std::string length = R"({"linkId":"a","type":"string","maxLength":2})";
  CHECK(validate(response(length, R"({"linkId":"a","answer":[{"valueString":"abc"}]})"))
            .error()
            .expression == "QuestionnaireResponse.item[0].answer[0].value.ofType(string)");
  const std::string least = R"({"linkId":"a","type":"date","extension":[
    {"url":"http://hl7.org/fhir/StructureDefinition/minValue","valueDate":"2020-01-01"}]})";
  CHECK(validate(response(least, R"({"linkId":"a","answer":[{"valueDate":"2019-12-31"}]})"))
            .errors() == 1);
  CHECK(validate(response(least, R"({"linkId":"a","answer":[{"valueDate":"2020"}]})")).errors() ==
        0);
}

TEST_CASE("a condition asks for another question of the questionnaire") {
  const auto with = [](const std::string& question) {
    return validate(R"({"resourceType":"Questionnaire","status":"active","item":[
      {"linkId":"a","type":"boolean"},{"linkId":"b","type":"string",
       "enableWhen":[{"question":")" +
                    question + R"(","operator":"exists","answerBoolean":true}]}]})");
  };
  CHECK(with("a").errors() == 0);
  CHECK(with("b").error().expression == "Questionnaire.item[1].enableWhen[0]");
  CHECK(with("z").error().expression == "Questionnaire.item[1].enableWhen[0]");
}

TEST_CASE("quantities are compared across units of one dimension") {
  const std::string most = R"({"linkId":"a","type":"quantity","extension":[
    {"url":"http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-maxQuantity",
     "valueQuantity":{"value":2,"system":"http://unitsofmeasure.org","code":"kg"}}]})";
  const auto answered = [&](const std::string& value, const std::string& unit) {
    return validate(response(most, R"({"linkId":"a","answer":[{"valueQuantity":{"value":)" + value +
                                       R"(,"system":"http://unitsofmeasure.org","code":")" + unit +
                                       R"("}}]})"))
        .errors();
  };
  CHECK(answered("2000", "g") == 0);
  CHECK(answered("2001", "g") == 1);
  CHECK(answered("3", "m") == 0);  // of another dimension: nothing to compare

  const auto enabled = [](const std::string& op, const std::string& value) {
    return validate(response(
        R"({"linkId":"a","type":"quantity"},{"linkId":"b","type":"string","enableWhen":[
          {"question":"a","operator":")" +
            op + R"(","answerQuantity":{"value":1,"system":"http://unitsofmeasure.org",
            "code":"kg"}}]})",
        R"({"linkId":"a","answer":[{"valueQuantity":{"value":)" + value +
            R"(,"system":"http://unitsofmeasure.org","code":"g"}}]},
           {"linkId":"b","answer":[{"valueString":"x"}]})"));
  };
  CHECK(enabled("=", "1000").errors() == 0);
  CHECK(enabled("=", "1").errors() == 1);
  CHECK(enabled(">", "1001").errors() == 0);
  CHECK(enabled(">", "999").errors() == 1);
}
