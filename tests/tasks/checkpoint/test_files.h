#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "support/error.h"
#include "tests/helpers/files.h"

namespace ptqbench {

using testing::read_bytes;
using testing::TemporaryFolder;
using testing::write_bytes;

/// A file that data/make_fixtures.py wrote.
inline std::filesystem::path fixture(const std::string& name) {
  return std::filesystem::path(PTQBENCH_SOURCE_DIR) / "tests/tasks/checkpoint/data" / name;
}

/// `value` as `width` little-endian bytes.
inline std::string little_endian(uint64_t value, int width) {
  std::string bytes;
  for (int i = 0; i < width; ++i, value >>= 8) bytes.push_back(static_cast<char>(value));
  return bytes;
}

/// The message of the IoError that `action` throws; a test failure and "" when it throws none.
template <class Action>
std::string io_error_of(const Action& action) {
  try {
    action();
  } catch (const IoError& error) {
    return error.what();
  }
  ADD_FAILURE() << "no IoError was thrown";
  return "";
}

}  // namespace ptqbench
