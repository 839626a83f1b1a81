// http://ndjson.org
#include "src/bulk/line_file.h"

#include <doctest/doctest.h>
#include <unistd.h>
#include <zlib.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

using server::bulk::LineFile;

namespace {

struct File {
  std::filesystem::path path =
      std::filesystem::temp_directory_path() / ("line_file_" + std::to_string(::getpid()));
  explicit File(const std::string& text) { std::ofstream(path, std::ios::binary) << text; }
  ~File() { std::filesystem::remove(path); }
};

/// `number:text` of each line, and the code of what is wrong.
std::vector<std::string> told(const std::filesystem::path& path, LineFile::Limits limits = {}) {
  LineFile file(path, limits);
  std::vector<std::string> found;
  while (!file.is_over()) {
    const auto line = file.next();
    if (line && !*line) break;
    found.push_back(line ? std::to_string(file.number()) + ":" + **line
                         : std::to_string(file.number()) + "!" +
                               std::string(fhir::code_of(line.error().type)));
    REQUIRE(found.size() < 100);
  }
  return found;
}

using Lines = std::vector<std::string>;

std::string packed(const std::string& text) {
  const File none("");
  gzFile out = ::gzopen(none.path.c_str(), "wb");
  ::gzwrite(out, text.data(), static_cast<unsigned>(text.size()));
  ::gzclose(out);
  std::ifstream in(none.path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

TEST_CASE("lines come with their numbers, blank ones do not") {
  CHECK(told(File("{\"a\":1}\n\n \r\n{\"b\":2}\r\n{\"c\":3}").path) ==
        Lines{"1:{\"a\":1}", "4:{\"b\":2}\r", "5:{\"c\":3}"});
  CHECK(told(File("").path).empty());
  CHECK(told(File("\n\n\n").path).empty());
  CHECK(told(File("\xef\xbb\xbf{}\n").path) == Lines{"1:{}"});
}

TEST_CASE("what is packed is unpacked, also in several members") {
  CHECK(told(File(packed("one\n") + packed("two\nthree")).path) ==
        Lines{"1:one", "2:two", "3:three"});
}

TEST_CASE("a file that is cut off or damaged is told, after what is good") {
  std::string text;
  for (int i = 0; i < 2000; ++i) text += std::to_string(i * 7919) + "\n";
  std::string cut = packed(text);
  cut.resize(cut.size() - 30);
  LineFile file(File(cut).path, {});
  std::string last;
  while (!file.is_over()) {
    const auto line = file.next();
    if (!line) last = fhir::code_of(line.error().type);
  }
  CHECK(last == "structure");
  CHECK(told("/nothing/there") == Lines{"0!not-found"});
}

TEST_CASE("a line past the limit is told and passed over in bounded memory") {
  const std::string text = "short\n" + std::string(600'000, 'x') + "\nafter\n";
  CHECK(told(File(text).path, {1000, 1 << 30}) == Lines{"1:short", "2!too-long", "3:after"});
  CHECK(told(File("short\n" + std::string(600'000, 'x')).path, {1000, 1 << 30}) ==
        Lines{"1:short", "2!too-long"});
  CHECK(told(File(text).path, {1 << 20, 300'000}).back() == "1!too-costly");
}
