#include "harness/config/memory_size.h"

#include <gtest/gtest.h>

namespace ptqbench {
namespace {

TEST(MemorySize, ReadsBinaryAndDecimalUnits) {
  EXPECT_EQ(parse_memory_size("4096"), 4096);
  EXPECT_EQ(parse_memory_size("8 GiB"), int64_t{8} << 30);
  EXPECT_EQ(parse_memory_size("500MiB"), int64_t{500} << 20);
  EXPECT_EQ(parse_memory_size("1.5GB"), 1'500'000'000);
}

TEST(MemorySize, RefusesWhatIsNoSize) {
  for (const char* text : {"", "GiB", "8 gigs", "-1 GiB", "nan", "1e30 GiB"})
    EXPECT_FALSE(parse_memory_size(text)) << text;
}

TEST(MemorySize, PrintsMebibytesAndGibibytes) {
  EXPECT_EQ(memory_size_text(310.0 * 1024 * 1024), "310 MiB");
  EXPECT_EQ(memory_size_text(1.5 * 1024 * 1024 * 1024), "1.50 GiB");
}

}  // namespace
}  // namespace ptqbench
