#include "tasks/models/conv_options.h"

namespace ptqbench {

Conv2dOptions conv_relu(int64_t in_channels, int64_t out_channels, int64_t kernel, int64_t stride,
                        const std::string& norm) {
  Conv2dOptions options;
  options.in_channels = in_channels;
  options.out_channels = out_channels;
  options.kernel = kernel;
  options.stride = stride;
  options.padding = kernel / 2;
  options.batch_norm = norm;
  options.nonlinearity = Nonlinearity::kRelu;
  return options;
}

Conv2dOptions before_sum(Conv2dOptions options) {
  options.nonlinearity = Nonlinearity::kNone;
  options.quantize_output = false;
  return options;
}

}  // namespace ptqbench
