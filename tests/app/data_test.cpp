// Numbers in files: what is written reads back, what numpy writes is read, and a bad file says what is wrong with it.
#include "app/data.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>

namespace gradus {
namespace {

class Data : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() / ("gradus-data-" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string file(const std::string& name, const std::string& bytes) const {
    const std::string path = (folder_ / name).string();
    std::ofstream(path, std::ios::binary) << bytes;
    return path;
  }
  std::string complaint(const std::string& name, const std::string& bytes) const {
    const Result<Array> array = read_array(file(name, bytes));
    return array ? "" : array.error().message;
  }

 private:
  std::filesystem::path folder_;
};

template <class T>
std::string npy(const std::string& type, const std::string& order, const std::string& shape,
                const std::vector<T>& values) {
  std::string header = "{'descr': '" + type + "', 'fortran_order': " + order + ", 'shape': (" + shape + "), }";
  while ((10 + header.size() + 1) % 64 != 0) header += ' ';
  header += '\n';
  std::string out("\x93NUMPY\x01\x00", 8);
  out += static_cast<char>(header.size() % 256);
  out += static_cast<char>(header.size() / 256);
  out += header;
  out.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T));
  return out;
}

using Shape = std::vector<long>;
using Values = std::vector<double>;

TEST_F(Data, NpyReadsBack) {
  for (const Array& array : {Array{{2, 3}, {1, -2, 0.1, 1e300, 5e-324, -0.0}}, Array{{}, {7}}, Array{{4}, {1, 2, 3, 4}},
                             Array{{0, 3}, {}}}) {
    const Result<Array> again = read_array(file("a.npy", npy_of(array)));
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(again->shape, array.shape);
    EXPECT_EQ(again->values, array.values);
  }
  const Result<Array> special = read_array(file("b.npy", npy_of({{2}, {NAN, INFINITY}})));
  EXPECT_TRUE(std::isnan(special->values[0]) && std::isinf(special->values[1]));
}

TEST_F(Data, NpyOfOtherKinds) {
  EXPECT_EQ(read_array(file("i.npy", npy<std::int64_t>("<i8", "False", "3,", {1, -2, 3})))->values, (Values{1, -2, 3}));
  EXPECT_EQ(read_array(file("j.npy", npy<std::int32_t>("<i4", "False", "2,", {7, -8})))->values, (Values{7, -8}));
  EXPECT_EQ(read_array(file("f.npy", npy<float>("<f4", "False", "2,", {0.5F, 2})))->values, (Values{0.5, 2}));
  const Result<Array> columns = read_array(file("c.npy", npy<double>("<f8", "True", "2, 3", {1, 4, 2, 5, 3, 6})));
  EXPECT_EQ(columns->shape, (Shape{2, 3}));
  EXPECT_EQ(columns->values, (Values{1, 2, 3, 4, 5, 6}));
}

TEST_F(Data, BadNpyIsSaid) {
  const std::string whole = npy<double>("<f8", "False", "2, 2", {1, 2, 3, 4});
  EXPECT_NE(complaint("cut.npy", whole.substr(0, whole.size() - 3)).find("not a whole NPY file"), std::string::npos);
  EXPECT_NE(complaint("header.npy", whole.substr(0, 20)).find("not a whole NPY file"), std::string::npos);
  EXPECT_NE(complaint("empty.npy", "").find("not a whole NPY file"), std::string::npos);
  EXPECT_NE(
      complaint("huge.npy", npy<double>("<f8", "False", "99999999999, 99999999999", {1})).find("not a whole NPY file"),
      std::string::npos);
  EXPECT_NE(complaint("big-endian.npy", npy<double>(">f8", "False", "1,", {1})).find("not read"), std::string::npos);
}

TEST_F(Data, Tables) {
  const Result<Array> table = read_array(file("t.csv", "a,b\n1,2\n3,4\n5,6\n"));
  EXPECT_EQ(table->shape, (Shape{3, 2}));
  EXPECT_EQ(table->values, (Values{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(read_array(file("v.txt", "1\n2\n\n3\n"))->shape, (Shape{3}));
  EXPECT_EQ(read_array(file("s.csv", "-2.5\n"))->shape, Shape{});
  EXPECT_EQ(read_array("0.1")->values, Values{0.1});
  EXPECT_NE(complaint("ragged.csv", "1,2\n3\n").find("line 2: 1 numbers where the lines before have 2"),
            std::string::npos);
  EXPECT_NE(complaint("word.csv", "1,2\n3,x\n").find("line 2: \"x\" is no number"), std::string::npos);
  EXPECT_NE(complaint("gap.csv", "1,,2\n3,4,5\n").find("line 1: a value is missing"), std::string::npos);
  EXPECT_NE(complaint("none.csv", "").find("no numbers"), std::string::npos);
  EXPECT_FALSE(read_array("no such file.csv").ok());
}

TEST_F(Data, CsvReadsBack) {
  const Array array{{2, 2}, {1.0 / 3, 1e-17, -4, 2}};
  const Result<Array> again = read_array(file("r.csv", csv_of(array)));
  EXPECT_EQ(again->shape, array.shape);
  EXPECT_EQ(again->values, array.values);
}

/// A stored entry is the NPY file as it is, with the checksum that ZIP asks for.
TEST_F(Data, NpzHoldsNpyFiles) {
  const Array array{{2}, {1, 2}};
  const std::string archive = npz_of({{"∂E/∂w", &array}, {"E", &array}});
  EXPECT_EQ(archive.compare(0, 4, "PK\x03\x04"), 0);
  EXPECT_NE(archive.find("∂E/∂w.npy" + npy_of(array)), std::string::npos);
  EXPECT_EQ(archive.compare(archive.size() - 22, 4, "PK\x05\x06"), 0);
  EXPECT_EQ(archive[archive.size() - 12], 2);  // entries
}

}  // namespace
}  // namespace gradus
