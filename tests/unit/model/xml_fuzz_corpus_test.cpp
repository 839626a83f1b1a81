// The fuzzer's corpus, replayed: its seeds and what it once stumbled over.
#include "fuzz/xml.cpp"

#include <filesystem>

#include "xml_support.h"

TEST_CASE("every XML in the fuzzer's corpus is refused, or written so that it reads the same") {
  std::size_t count = 0;
  for (const auto& file :
       std::filesystem::directory_iterator(MEDISYNC_SOURCE_DIR "/tests/fuzz/corpus/xml")) {
    const std::string input = xml_test::file_text(file.path().string());
    CAPTURE(file.path().string());
    CHECK(LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()),
                                 input.size()) == 0);
    ++count;
  }
  CHECK(count >= 7);
}
