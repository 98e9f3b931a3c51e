#include "results/hdf5/hdf5.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

#include "results/error.h"
#include "results/hdf5/hdf5_file.h"
#include "results/hdf5/hdf5_table.h"
#include "tests/results/sample_cells.h"

namespace ptqbench::hdf5 {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

/// Fills a file in memory with `fill(root)`, stores it, and returns its bytes.
template <class Fill>
std::string store(const std::filesystem::path& path, Fill fill) {
  MemoryFile file(path.string());
  {
    Group root = file.root();
    fill(root);
  }
  std::string bytes(file.finish());
  write_bytes(path, bytes);
  return bytes;
}

class Hdf5 : public ::testing::Test {
 protected:
  TemporaryFolder folder_;
  std::filesystem::path path_ = folder_.path() / "file.h5";
};

TEST_F(Hdf5, AttributesKeepTypeValueAndOrder) {
  const std::vector<std::pair<std::string, Scalar>> attributes = {{"z", int64_t{INT64_MIN}},
                                                                  {"y", 0.1},
                                                                  {"x", true},
                                                                  {"w", false},
                                                                  {"v/w", std::string("ü")},
                                                                  {"u", std::string()},
                                                                  {"t", std::string(100000, 't')}};
  store(path_, [&](Group& root) {
    for (const auto& [name, value] : attributes) root.write_attribute(name, value);
  });
  EXPECT_EQ(InputFile(path_).root().read_attributes(), attributes);
}

TEST_F(Hdf5, AFileInMappedMemoryHasTheSameBytesAndLeavesNothing) {
  const auto fill = [](Group& root) {
    root.write_attribute("name", std::string("value"));
    root.write_integers("large", std::vector<int64_t>(1 << 20, 7));
  };
  const auto expected = store(path_, fill);
  MemoryFile mapped("mapped", folder_.path());
  {
    Group root = mapped.root();
    fill(root);
  }
  EXPECT_TRUE(mapped.finish() == expected);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_.path()),
                          std::filesystem::directory_iterator()),
            1);
  EXPECT_THAT([&] { MemoryFile("mapped", folder_.path() / "absent"); },
              ThrowsMessage<IoError>(HasSubstr("absent")));
}

TEST_F(Hdf5, DatasetsRoundTripFromEmptyToLarge) {
  for (const std::size_t size : {0, 1, 2048, 2049, 100000}) {
    std::vector<int64_t> integers(size);
    std::iota(integers.begin(), integers.end(), int64_t{1} << 40);
    const std::vector<double> doubles(integers.begin(), integers.end());
    std::vector<std::string> strings;
    for (const int64_t value : integers) strings.push_back(std::to_string(value % 1001));
    store(path_, [&](Group& root) {
      root.write_integers("integers", integers);
      root.write_doubles("doubles", doubles);
      root.write_strings("strings", strings);
    });
    const Group root = InputFile(path_).root();
    EXPECT_EQ(root.read_integers("integers"), integers);
    EXPECT_EQ(root.read_doubles("doubles"), doubles);
    EXPECT_EQ(root.read_strings("strings"), strings);
  }
}

TEST_F(Hdf5, ShapeIsKept) {
  store(path_, [](Group& root) { root.write_doubles("matrix", {1, 2, 3, 4, 5, 6}, {2, 3}); });
  const Group root = InputFile(path_).root();
  EXPECT_THAT(root.open_dataset("matrix").shape, ElementsAre(2, 3));
  EXPECT_THAT(root.read_doubles("matrix"), ElementsAre(1, 2, 3, 4, 5, 6));
}

TEST_F(Hdf5, TableRoundTripsColumnsOfEveryType) {
  const std::vector<Column> columns = {
      {"integer", std::vector<int64_t>{1, -2}},         {"double", std::vector<double>{0.1, 1e300}},
      {"float", std::vector<float>{0.5F, 3.4e38F}},     {"bool", std::vector<bool>{true, false}},
      {"text", std::vector<std::string>{"", "größer"}},
  };
  store(path_, [&](Group& root) {
    Group inner = root.create_group("inner");
    write_table(inner, "table", columns);
  });
  const Table table = read_table(InputFile(path_).root().open_group("inner"), "table");
  ASSERT_EQ(table.columns().size(), columns.size());
  for (std::size_t i = 0; i < columns.size(); ++i) {
    EXPECT_EQ(table.columns()[i].name, columns[i].name);
    EXPECT_EQ(table.columns()[i].values, columns[i].values) << columns[i].name;
  }
  EXPECT_THAT([&] { table.column<double>("integer"); },
              ThrowsMessage<ResultsError>(AllOf(HasSubstr("inner/table"), HasSubstr("'integer'"))));
  EXPECT_THAT([&] { table.column<double>("absent"); },
              ThrowsMessage<ResultsError>(HasSubstr("no column 'absent'")));
}

TEST_F(Hdf5, EqualContentGivesEqualBytes) {
  const auto fill = [](Group& root) {
    root.write_attribute("name", std::string("x"));
    root.create_group("inner").write_doubles("numbers", std::vector<double>(5000, 0.5));
    write_table(root, "table", {{"text", std::vector<std::string>{"a", "bcd"}}});
  };
  const std::string first = store(path_, fill);
  EXPECT_EQ(first, store(path_, fill));
  EXPECT_LT(first.size(), 60000U) << "the unused end of the buffer is not written";
}

TEST_F(Hdf5, ErrorsNameFileAndObject) {
  store(path_, [](Group& root) {
    root.write_attribute("name", std::string("x"));
    root.write_doubles("numbers", {1});
    EXPECT_THAT([&] { root.write_doubles("numbers", {1}); },
                ThrowsMessage<ResultsError>(HasSubstr("numbers: cannot create the dataset")));
  });
  const Group root = InputFile(path_).root();
  const std::string file = path_.string();
  EXPECT_THAT([&] { root.open_group("absent"); },
              ThrowsMessage<ResultsError>(HasSubstr(file + ":/absent: cannot open the group")));
  EXPECT_THAT([&] { root.read_attribute("absent"); },
              ThrowsMessage<ResultsError>(HasSubstr(file + ":/, attribute 'absent'")));
  EXPECT_THAT([&] { root.read_integers("numbers"); },
              ThrowsMessage<ResultsError>(HasSubstr(file + ":/numbers: expected integers")));
  EXPECT_THAT([&] { read_table(root, "numbers"); },
              ThrowsMessage<ResultsError>(HasSubstr("numbers: expected a table")));
}

TEST_F(Hdf5, MissingAndForeignFilesAreNamed) {
  EXPECT_THAT([&] { InputFile file(path_); },
              ThrowsMessage<ResultsError>(AllOf(HasSubstr(path_.string()), HasSubstr("No such"))));
  write_bytes(path_, "plain text");
  EXPECT_THAT([&] { InputFile file(path_); },
              ThrowsMessage<ResultsError>(HasSubstr("cannot read it as an HDF5 file")));
}

TEST_F(Hdf5, DatasetLargerThanTheFileIsRefusedBeforeAllocating) {
  store(path_, [](Group& root) {
    // A chunked dataset without chunks: the file may claim any size.
    const hsize_t extents[] = {uint64_t{1} << 31, uint64_t{1} << 31};
    const hsize_t chunk[] = {16, 16};
    const Handle space(H5Screate_simple(2, extents, nullptr), H5Sclose);
    const Handle properties(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
    H5Pset_chunk(properties.get(), 2, chunk);
    const Handle dataset(H5Dcreate2(root.id(), "huge", H5T_NATIVE_DOUBLE, space.get(), H5P_DEFAULT,
                                    properties.get(), H5P_DEFAULT),
                         H5Dclose);
    ASSERT_GE(dataset.get(), 0);
  });
  EXPECT_THAT([&] { InputFile(path_).root().read_doubles("huge"); },
              ThrowsMessage<ResultsError>(HasSubstr("more than the file has room for")));
}

}  // namespace
}  // namespace ptqbench::hdf5
