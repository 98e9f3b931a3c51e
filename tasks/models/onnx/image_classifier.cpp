#include "tasks/models/onnx/image_classifier.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "support/error.h"
#include "tasks/models/onnx/import.h"

namespace ptqbench {

UnitGraph import_image_classifier(const ModelSpec& spec, int64_t height, int64_t width,
                                  int64_t classes) {
  if (spec.file.empty())
    throw ConfigError("model 'onnx' is a file: models: [{name: onnx, file: FILE, label: NAME}]");
  if (!spec.config.empty())
    throw ConfigError("model '" + spec.name + "' has its sizes in its file: remove its 'config'");
  auto model = onnx::import_model(spec.file, {{3, height, width}}, spec.blocks);
  const onnx::SampleSizes expected = {{classes}};
  if (model.outputs != expected) {
    std::vector<std::string> sizes;
    for (const auto& one : model.outputs)
      sizes.push_back(fmt::format("[N, {}]", fmt::join(one, ", ")));
    throw ConfigError(
        fmt::format("'{}': gives {} for a batch, but the data set has {} classes: "
                    "expected one output [N, {}]",
                    spec.file.string(), fmt::join(sizes, " and "), classes, classes));
  }
  return std::move(model.graph);
}

}  // namespace ptqbench
