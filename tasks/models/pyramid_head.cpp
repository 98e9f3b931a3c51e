#include "tasks/models/pyramid_head.h"

#include "methods/nn/bit_policy.h"

namespace ptqbench {
namespace {

/// Outputs begin near their bias (Lin et al. 2017, arXiv:1708.02002, section 4.1; Ren et al. 2015,
/// arXiv:1506.01497, section 3.1.3).
constexpr double kOutputStd = 0.01;

}  // namespace

PyramidHead::PyramidHead(UnitGraph& graph, std::string name, const std::vector<FeatureMap>& levels)
    : graph_(graph), name_(std::move(name)), channels_(levels.front().channels) {
  for (const auto& level : levels) maps_.push_back(level.value);
}

std::vector<ValueId> PyramidHead::add(const std::shared_ptr<PyramidConv>& layer,
                                      const std::string& name) {
  return graph_.add(name, name_, layer, maps_, maps_.size());
}

void PyramidHead::add_hidden(const std::string& name, double initial_std) {
  PyramidConvOptions options;
  options.in_channels = channels_;
  options.out_channels = channels_;
  options.nonlinearity = Nonlinearity::kRelu;
  options.initial_std = initial_std;
  const std::string full = name_ + "." + name;
  last_hidden_ = std::make_shared<PyramidConv>(full, options);
  maps_ = add(last_hidden_, full);
}

std::vector<ValueId> PyramidHead::add_output(const PyramidHeadOutput& output) {
  PyramidConvOptions options;
  options.in_channels = channels_;
  options.out_channels = output.anchors * output.values;
  options.kernel = output.kernel;
  options.quantize_output = false;
  options.initial_std = kOutputStd;
  options.initial_bias = output.initial_bias;
  const std::string full = name_ + "." + output.name;
  const auto layer = std::make_shared<PyramidConv>(full, options);
  mark_last(*layer, *last_hidden_);
  return add(layer, full);
}

}  // namespace ptqbench
