#include "tasks/checkpoint/pickle.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/tasks/checkpoint/test_files.h"

namespace ptqbench {
namespace {

using Kind = PickleValue::Kind;
using std::string_literals::operator""s;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class PickleTest : public ::testing::Test {
 protected:
  /// Reads protocol 2 with `body` between its start and end marks.
  Pickle read(const std::string& body) { return read_whole("\x80\x02" + body + "."); }

  Pickle read_whole(const std::string& bytes) {
    write_bytes(folder_ / "pickle", bytes);
    const InputFile file(folder_ / "pickle");
    SequentialReader reader(file, 0, file.size());
    return read_pickle(reader, {"collections.OrderedDict", "torch.Size"});
  }

  std::string error_of(const std::string& body) {
    return io_error_of([&] { read(body); });
  }

 private:
  TemporaryFolder folder_;
};

TEST_F(PickleTest, ReadsNumbersOfEveryWidthAndSign) {
  EXPECT_EQ(read("K\xff").root->integer, 255);
  EXPECT_EQ(read("M\x01\x02"s).root->integer, 0x0201);
  EXPECT_EQ(read("J\xfe\xff\xff\xff").root->integer, -2);
  EXPECT_EQ(read("\x8a\x00"s).root->integer, 0);
  EXPECT_EQ(read("\x8a\x01\x80"s).root->integer, -128);
  EXPECT_EQ(read("\x8a\x05\x00\x00\x00\x00\x01"s).root->integer, int64_t{1} << 32);
  EXPECT_TRUE(read("\x8a\x09\x00\x00\x00\x00\x00\x00\x00\x00\x01"s).root->is(Kind::kBigInt));
  // 1.5 = 0x3ff8000000000000, most significant byte first.
  EXPECT_EQ(read("G\x3f\xf8\x00\x00\x00\x00\x00\x00"s).root->real, 1.5);
  EXPECT_TRUE(read("\x88").root->is(Kind::kBool));
  EXPECT_EQ(read("\x88").root->integer, 1);
  EXPECT_TRUE(read("N").root->is(Kind::kNone));
}

TEST_F(PickleTest, ReadsTextAndBytesOfEveryLengthWidth) {
  EXPECT_EQ(read("X\x02\x00\x00\x00hi"s).root->text, "hi");
  EXPECT_EQ(read("U\x02hi").root->text, "hi");
  EXPECT_EQ(read("T\x02\x00\x00\x00hi"s).root->text, "hi");
  EXPECT_EQ(read("\x8c\x02hi").root->text, "hi");
  EXPECT_EQ(read("\x8d\x02\x00\x00\x00\x00\x00\x00\x00hi"s).root->text, "hi");
  EXPECT_TRUE(read("C\x02hi").root->is(Kind::kBytes));
  const std::string large(100'000, 'x');
  EXPECT_EQ(read("X" + little_endian(large.size(), 4) + large).root->text, large);
}

TEST_F(PickleTest, BuildsContainersInOrder) {
  const Pickle tuple = read("(K\x01K\x02K\x03t");
  ASSERT_EQ(tuple.root->items.size(), 3u);
  EXPECT_EQ(tuple.root->items[0]->integer, 1);
  EXPECT_EQ(tuple.root->items[2]->integer, 3);
  EXPECT_EQ(read("K\x01K\x02\x86").root->items[1]->integer, 2);

  const Pickle list = read(
      "](K\x01K\x02"
      "eK\x03"
      "a");
  ASSERT_EQ(list.root->items.size(), 3u);
  EXPECT_EQ(list.root->items[2]->integer, 3);

  const Pickle dict = read(
      "}(U\x01"
      "aK\x01U\x01"
      "bK\x02uU\x01"
      "cK\x03s");
  ASSERT_EQ(dict.root->entries.size(), 3u);
  EXPECT_EQ(dict.root->entries[1].first->text, "b");
  EXPECT_EQ(dict.root->entries[2].second->integer, 3);
}

TEST_F(PickleTest, MemoRefersToOneObject) {
  const Pickle pickle = read("]q\x05h\x05\x86");
  EXPECT_EQ(pickle.root->items[0], pickle.root->items[1]);
  const Pickle numbered = read("]\x94h\x00\x86"s);
  EXPECT_EQ(numbered.root->items[0], numbered.root->items[1]);
}

TEST_F(PickleTest, ListMayHoldItself) {
  const Pickle pickle = read(
      "]q\x01h\x01"
      "a");
  EXPECT_EQ(pickle.root->items[0], pickle.root);
}

TEST_F(PickleTest, RecordsAnAllowedCallWithWhatIsPutIntoItsResult) {
  const Pickle pickle = read("ccollections\nOrderedDict\n)RU\x01kK\x07s}b");
  EXPECT_TRUE(pickle.root->is_call("collections.OrderedDict"));
  ASSERT_EQ(pickle.root->entries.size(), 1u);
  EXPECT_EQ(pickle.root->entries[0].second->integer, 7);
}

TEST_F(PickleTest, RecordsForeignGlobalsAndWhatTheyWouldMakeInBothSpellings) {
  const Pickle call = read("cos\nsystem\nU\x04true\x85R");
  EXPECT_TRUE(call.root->is_call("os.system"));
  EXPECT_THAT(call.foreign_globals, ElementsAre("os.system"));
  EXPECT_THAT(read("\x8c\x02os\x8c\x06system\x93").foreign_globals, ElementsAre("os.system"));
  // "torch.Size" is known, parts of it are not.
  EXPECT_THAT(read("ctorch\nSize\n").foreign_globals, IsEmpty());
  EXPECT_THAT(read("ctorch\nSiz\n").foreign_globals, ElementsAre("torch.Siz"));
}

// A list and a dictionary of classes of their own, made with keyword arguments, and the call of
// what a call made.
TEST_F(PickleTest, ForeignObjectsMayBeFilledAndCalled) {
  EXPECT_TRUE(read("cx\nList\n)\x81(K\x01K\x02"
                   "e}b")
                  .root->is_call("x.List"));
  const Pickle dictionary = read("cx\nDict\n)}\x92U\x01kK\x07s");
  EXPECT_TRUE(dictionary.root->is_call("x.Dict"));
  EXPECT_EQ(dictionary.root->entries.size(), 1u);
  EXPECT_TRUE(read("cx\nmake\n)R)R").root->is_call("result of x.make"));
}

TEST_F(PickleTest, RefusesExtensionsAndOutOfBandBuffers) {
  EXPECT_THAT(error_of("\x82\x01"), HasSubstr("opcode 0x82"));
  EXPECT_THAT(error_of("\x97"), HasSubstr("opcode 0x97"));
  EXPECT_THAT(error_of("(ios\nsystem\n"), HasSubstr("opcode 0x69"));
}

TEST_F(PickleTest, RefusesProtocolsOutsideItsRange) {
  EXPECT_THAT(io_error_of([&] { read_whole("\x80\x06N."); }), HasSubstr("protocol 6"));
  EXPECT_THAT(io_error_of([&] { read_whole("I1\n."); }), HasSubstr("does not start as one"));
}

TEST_F(PickleTest, MisusedStackIsAnError) {
  for (const char* body : {"", "0", "2", "a",
                           "K\x01"
                           "a",
                           "]K\x01s", "}(K\x01u", "e", "t", "K\x01\x86",
                           "(K\x01q\x01"
                           "0"
                           "0"
                           "0",
                           "h\x07", "R", "K\x01)R", "Q", "b", "K\x01(\x85", "}(\x94"}) {
    EXPECT_THROW(read(body), IoError) << ::testing::PrintToString(body);
  }
}

TEST_F(PickleTest, LengthBeyondTheFileIsAnErrorWithoutAllocation) {
  EXPECT_THROW(read("\x8d\xff\xff\xff\xff\xff\xff\xff\x7f"), IoError);
  EXPECT_THROW(read("\x8b\xff\xff\xff\xff"), IoError);
  EXPECT_THROW(read("X\xff\xff\xff\x3f"), IoError);
}

TEST_F(PickleTest, MillionsOfTinyObjectsStopAtTheMemoryBudget) {
  EXPECT_THAT(error_of(std::string(6'000'000, ']')), HasSubstr("too large"));
}

TEST_F(PickleTest, DeepNestingNeedsNoDeepRecursion) {
  std::string body;
  for (int i = 0; i < 500'000; ++i) body += "]";
  body += std::string(499'999, 'a');
  EXPECT_EQ(read(body).root->items.size(), 1u);
}

TEST_F(PickleTest, ReadsOnePickleAndLeavesTheNext) {
  const TemporaryFolder folder;
  write_bytes(folder / "two", "\x80\x02K\x01.\x80\x02K\x02.");
  const InputFile file(folder / "two");
  SequentialReader reader(file, 0, file.size());
  EXPECT_EQ(read_pickle(reader, {}).root->integer, 1);
  EXPECT_EQ(read_pickle(reader, {}).root->integer, 2);
  EXPECT_EQ(reader.remaining(), 0u);
}

}  // namespace
}  // namespace ptqbench
