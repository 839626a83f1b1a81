// The corpora of the fuzzers, replayed: their seeds and what they once stumbled over. Each fuzzer
// of tests/fuzz is linked under a name of its own. An input that hangs is ended by the time limit
// that every test has.
#include <doctest/doctest.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

// FUZZERS is X(json_document) X(xml) …, from CMake.
#define X(name) extern "C" int fuzz_##name(const std::uint8_t* data, std::size_t size);
FUZZERS
#undef X

namespace {

namespace fs = std::filesystem;
using Fuzzer = int (*)(const std::uint8_t*, std::size_t);

void replay(const std::string& name, Fuzzer fuzzer) {
  const fs::path folder = fs::path(MEDISYNC_SOURCE_DIR) / "tests/fuzz/corpus" / name;
  REQUIRE_MESSAGE(fs::exists(folder), name << " has no corpus");
  std::size_t count = 0;
  for (const auto& file : fs::directory_iterator(folder)) {
    std::ifstream in(file.path(), std::ios::binary);
    const std::vector<std::uint8_t> input(std::istreambuf_iterator<char>(in), {});
    CAPTURE(file.path().string());
    CHECK(fuzzer(input.data(), input.size()) == 0);
    ++count;
  }
  CHECK(count >= 6);
  std::cout << "fuzz corpus: " << name << ' ' << count << '\n';
}

}  // namespace

TEST_CASE("what the fuzzers know is refused or answered without a crash") {
#define X(name) replay(#name, fuzz_##name);
  FUZZERS
#undef X
}
