// Reading into our tree beside RapidJSON's DOM on the same bytes: json_read FILE…
#include <rapidjson/document.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "fhir/formats/json_document.h"

namespace {

template <class Work>
double seconds(Work&& work) {
  auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> texts;
  std::size_t bytes = 0;
  for (int i = 1; i < argc; ++i) {
    std::ifstream in(argv[i], std::ios::binary);
    texts.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
    bytes += texts.back().size();
  }
  if (bytes == 0) {
    std::fprintf(stderr, "usage: json_read FILE…\n");
    return 2;
  }
  const std::size_t rounds = std::max<std::size_t>(1, (200u << 20) / bytes);
  double ours = 1e9, dom = 1e9;
  std::size_t checked = 0;
  for (int repeat = 0; repeat < 5; ++repeat) {  // taking turns, the best of five each
    ours = std::min(ours, seconds([&] {
                      for (std::size_t round = 0; round < rounds; ++round) {
                        for (const std::string& text : texts) {
                          auto document = fhir::json::Document::read(text);
                          checked += document.has_value();
                        }
                      }
                    }));
    dom = std::min(dom, seconds([&] {
                     for (std::size_t round = 0; round < rounds; ++round) {
                       for (const std::string& text : texts) {
                         rapidjson::Document document;
                         document.Parse(text.data(), text.size());
                         checked += !document.HasParseError();
                       }
                     }
                   }));
  }
  const double megabytes = static_cast<double>(bytes * rounds) / 1e6;
  std::printf(
      "{\"bench\":\"json_read\",\"ours_mb_s\":%.1f,\"rapidjson_dom_mb_s\":%.1f,\"ratio\":%.2f,"
      "\"read\":%zu}\n",
      megabytes / ours, megabytes / dom, dom / ours, checked);
  return 0;
}
