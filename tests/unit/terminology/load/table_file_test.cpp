#include "terminology/load/table_file.h"

#include <doctest/doctest.h>
#include <zlib.h>

#include <string>

#include "unit/terminology/release/scratch_folder.h"

namespace {

using terminology::load::TableFile;

TableFile open(const std::string& path, char separator, TableFile::Quotes quotes) {
  auto file = TableFile::open(path, separator, quotes);
  if (!file) FAIL(file.error().diagnostics);
  return std::move(file).value();
}

bool has_next(TableFile& file) {
  const auto next = file.next();
  if (!next) FAIL(next.error().diagnostics);
  return *next;
}

}  // namespace

TEST_CASE("a table gives its records without quotes, over several lines, past empty ones") {
  const ScratchFolder folder;
  folder.write("a.csv",
               "\xef\xbb\xbf\"Code\",Name\r\n\n\"a\"\"b\" , \"two\nlines, one\"\r\nc,\"\"\n,,x");
  TableFile file = open(folder / "a.csv", ',', TableFile::Quotes::doubled);
  REQUIRE(file.read_header({"code", "NAME"}).has_value());
  CHECK(file.find("name") == 1);
  REQUIRE(has_next(file));
  CHECK(file.column("code") == "a\"b");
  CHECK(file.column("name") == "two\nlines, one");
  REQUIRE(has_next(file));
  CHECK(file.column(1) == "");
  REQUIRE(has_next(file));
  CHECK(file.column(2) == "x");
  CHECK(file.column(9) == "");
  CHECK(file.wrong("x").diagnostics.find("a.csv:6: x") != std::string::npos);
  CHECK_FALSE(has_next(file));
  CHECK_FALSE(has_next(file));
}

TEST_CASE("a quote is a character where a table has no quotes") {
  const ScratchFolder folder;
  folder.write("a.rrf", "1|a \"b|c\n2|\"|\n");
  TableFile file = open(folder / "a.rrf", '|', TableFile::Quotes::none);
  REQUIRE(has_next(file));
  CHECK(file.column(1) == "a \"b");
  REQUIRE(has_next(file));
  CHECK(file.column(1) == "\"");
  CHECK(file.column_count() == 3);
}

TEST_CASE("records longer than what is read at once are whole, packed files unpacked") {
  const ScratchFolder folder;
  const std::string path = folder / "a.csv.gz";
  const std::string large(700'000, 'x');
  gzFile packed = gzopen(path.c_str(), "wb");
  const std::string text = "a," + large + "\n" + large + ",b\n";
  gzwrite(packed, text.data(), static_cast<unsigned>(text.size()));
  gzclose(packed);
  TableFile file = open(path, ',', TableFile::Quotes::doubled);
  REQUIRE(has_next(file));
  CHECK(file.column(1).size() == large.size());
  REQUIRE(has_next(file));
  CHECK(file.column(0).size() == large.size());
  CHECK(file.column(1) == "b");
}

TEST_CASE("a packed file that is cut short is refused, not taken for the whole") {
  const ScratchFolder folder;
  const std::string path = folder / "a.csv.gz";
  gzFile packed = gzopen(path.c_str(), "wb");
  std::string text;
  for (int i = 0; i < 20'000; ++i) text += std::to_string(i * 7919) + ",b\n";
  gzwrite(packed, text.data(), static_cast<unsigned>(text.size()));
  gzclose(packed);
  const std::string whole = folder.read("a.csv.gz");
  folder.write("cut.csv.gz", whole.substr(0, whole.size() / 2));
  TableFile file = open(folder / "cut.csv.gz", ',', TableFile::Quotes::doubled);
  auto row = file.next();
  while (row && *row) row = file.next();
  REQUIRE_FALSE(row);
  CHECK(row.error().diagnostics.find("the packed file is cut short") != std::string::npos);
}

TEST_CASE("what cannot be read is an error that names the file") {
  const ScratchFolder folder;
  CHECK(TableFile::open(folder / "none", ',', TableFile::Quotes::none).error().type ==
        fhir::IssueType::not_found);
  folder.write("open.csv", "a,b\n1,\"never\n");
  TableFile open_quote = open(folder / "open.csv", ',', TableFile::Quotes::doubled);
  REQUIRE(has_next(open_quote));
  CHECK(open_quote.next().error().diagnostics.find("open.csv:2: a quote") != std::string::npos);
  folder.write("long.csv", std::string(5u << 20, 'x'));
  TableFile too_long = open(folder / "long.csv", ',', TableFile::Quotes::none);
  CHECK(too_long.next().error().type == fhir::IssueType::too_long);
  folder.write("wide.csv", std::string(300, ','));
  TableFile wide = open(folder / "wide.csv", ',', TableFile::Quotes::none);
  CHECK_FALSE(wide.next().has_value());
  folder.write("names.csv", "a,b\n");
  TableFile names = open(folder / "names.csv", ',', TableFile::Quotes::none);
  CHECK(names.read_header({"c"}).error().diagnostics.find("named c") != std::string::npos);
}
