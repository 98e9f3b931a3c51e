#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "harness/config/sweep.h"
#include "methods/support/error.h"

namespace ptqbench {

/// A folder of its own for every test, gone afterwards.
class ConfigFiles : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    folder_ = std::filesystem::temp_directory_path() /
              ("ptqbench_config_" + std::to_string(getpid()) + "_" + test->name());
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  /// Writes a file below the folder and gives its path.
  std::string write(const std::string& name, const std::string& text) const {
    const auto path = folder_ / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
    return path.string();
  }

  std::string at(const std::string& name) const { return (folder_ / name).string(); }

  std::filesystem::path folder_;
};

/// What the ConfigError that `action` throws says.
template <class Action>
std::string config_error(Action action) {
  try {
    action();
  } catch (const ConfigError& error) {
    return error.what();
  }
  ADD_FAILURE() << "no ConfigError was thrown";
  return "";
}

inline KnownNames known_names() {
  return {{"image_classification", "object_detection"},
          {"resnet20", "mobilenet_v2_cifar"},
          {"nearest", "adaround", "brecq", "qdrop"},
          {"fashion_mnist", "cifar10"}};
}

/// A small valid sweep; the tests append sections.
inline std::string basic_sweep() {
  return "name: small\n"
         "task: image_classification\n"
         "dataset: fashion_mnist\n"
         "models: [resnet20]\n"
         "bits: [w4a4]\n"
         "methods: [qdrop]\n";
}

inline SweepConfig load(const std::string& path, const std::vector<std::string>& sets = {}) {
  return load_sweep(path, sets, known_names());
}

}  // namespace ptqbench
