#include "tasks/models/onnx/import.h"

#include <fmt/format.h>

#include "methods/nn/bit_policy.h"
#include "support/error.h"
#include "tasks/models/onnx/blocks.h"
#include "tasks/models/onnx/build_graph.h"
#include "tasks/models/onnx/operator.h"
#include "tasks/models/onnx/quantizers.h"
#include "tasks/models/onnx/read_model.h"
#include "tasks/models/onnx/weights.h"

namespace ptqbench::onnx {
namespace {

SampleSizes output_sizes(const Network& network) {
  SampleSizes all;
  for (const auto& output : network.outputs) {
    const auto& sizes = network.shapes.at(output).sizes;
    // Of a value [samples, ...].
    const bool by_sample = !sizes.empty() && sizes[0].fixed == 0 && sizes[0].per_sample == 1;
    if (!by_sample)
      throw IoError(fmt::format("the output '{}' does not have the samples in front", output));
    std::vector<int64_t> one;
    for (size_t d = 1; d < sizes.size(); ++d) one.push_back(sizes[d].at(1));
    all.push_back(one);
  }
  return all;
}

ImportedModel import(ModelDef model, const SampleSizes& inputs,
                     const std::vector<std::string>& block_patterns) {
  check_operators(model);
  ImportedModel imported;
  imported.content_hash = model.content_hash;
  auto network = fold(std::move(model), inputs);
  gather_weights(network);
  const auto quantized = quantized_values(network);
  const auto steps = steps_of(network, quantized);
  const auto blocks = find_blocks(network, steps, block_patterns);
  imported.graph = build_graph(network, steps, blocks, quantized);
  imported.outputs = output_sizes(network);
  mark_first_and_last(imported.graph);
  return imported;
}

}  // namespace

ImportedModel import_model(const std::filesystem::path& file, const SampleSizes& inputs,
                           const std::vector<std::string>& block_patterns) {
  auto model = read_model(file);
  try {
    return import(std::move(model), inputs, block_patterns);
  } catch (const IoError& error) {
    throw IoError(fmt::format("'{}': {}", file.string(), error.what()));
  } catch (const ConfigError& error) {
    throw ConfigError(fmt::format("'{}': {}", file.string(), error.what()));
  } catch (const c10::Error& error) {
    // Weights, biases and statistics whose shapes do not go together.
    throw IoError(fmt::format("'{}': {}", file.string(), error.what_without_backtrace()));
  }
}

}  // namespace ptqbench::onnx
