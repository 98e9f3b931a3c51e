#pragma once

#include <gtest/gtest.h>

#include <string>

#include "harness/config/sweep.h"
#include "support/error.h"
#include "tests/helpers/files.h"

namespace ptqbench {

/// Files in a folder of its own for every test.
class ConfigFiles : public ::testing::Test {
 protected:
  std::string write(const std::string& name, const std::string& text) const {
    return folder_.write(name, text);
  }

  std::string at(const std::string& name) const { return folder_.at(name); }

  testing::TemporaryFolder folder_;
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
          {"resnet20", "mobilenet_v2_cifar", "onnx"},
          {"nearest", "adaround", "brecq", "qdrop"},
          {"fashion_mnist", "cifar10"},
          {"qdrop", "qdrop_imagenet_paper", "brecq"}};
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
