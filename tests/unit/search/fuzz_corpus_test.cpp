// The fuzzer's corpus, replayed: its seeds and what it once stumbled over.
#include "fuzz/search_query.cpp"

#include <filesystem>

#include "fixture.h"

TEST_CASE(
    "every search query in the fuzzer's corpus is answered or refused, and its self link stands") {
  std::size_t count = 0;
  for (const auto& file :
       std::filesystem::directory_iterator(MEDISYNC_SOURCE_DIR "/tests/fuzz/corpus/search_query")) {
    const std::string input = search_test::read_file(file.path().string());
    CAPTURE(file.path().string());
    CHECK(LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()),
                                 input.size()) == 0);
    ++count;
  }
  CHECK(count >= 6);
}
