#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace ptqbench {

/// The model whose network is a file and not in the registry's code.
inline constexpr const char* kOnnxModel = "onnx";

/// A model of the registry.
struct ModelSpec {
  std::string name;
  /// Hugging Face config.json with the sizes, for models whose name leaves them open; else empty.
  std::filesystem::path config;
  /// The network with its weights, of kOnnxModel; else empty.
  std::filesystem::path file = {};
  /// Patterns on the names of its parts that are blocks, as onnx::find_blocks has them; empty: those
  /// that are found.
  std::vector<std::string> blocks = {};
};

}  // namespace ptqbench
