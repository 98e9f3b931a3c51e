#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "methods/nn/unit_graph.h"
#include "tasks/models/onnx/fold.h"

namespace ptqbench::onnx {

/// A network from an ONNX file, with its weights.
struct ImportedModel {
  UnitGraph graph;
  /// ModelDef::content_hash.
  std::string content_hash;
  /// Sizes of one sample of each output.
  SampleSizes outputs;
};

/// Imports the file for inputs of these sizes, batch norm folded. Quantizers stand where
/// quantized_values() says, blocks are those of find_blocks(); first and last are marked. Throws
/// IoError on a file that cannot be read or has operators that are not supported, ConfigError on
/// inputs or patterns that do not fit; both name the file.
ImportedModel import_model(const std::filesystem::path& file, const SampleSizes& inputs,
                           const std::vector<std::string>& block_patterns = {});

}  // namespace ptqbench::onnx
