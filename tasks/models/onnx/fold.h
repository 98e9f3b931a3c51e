#pragma once

#include "tasks/models/onnx/network.h"
#include "tasks/models/onnx/onnx_model.h"

namespace ptqbench::onnx {

/// Sizes of one sample of each input, without the batch in front.
using SampleSizes = std::vector<std::vector<int64_t>>;

/// Evaluates once what needs no data, such as shapes that a model computes from its input's, and
/// leaves it out, with all that nothing reads or that changes nothing (Identity, Dropout). For
/// inputs of these sizes, in batches of any number of samples: what depends on that number is found
/// by evaluating with two, three and five samples of zeros. A file whose batch is fixed is opened
/// where shapes just repeat its number. Throws IoError naming the node that cannot be evaluated, or
/// whose shape follows the batch in another way than by so many elements a sample; ConfigError
/// where the sizes are not those of the file.
Network fold(ModelDef model, const SampleSizes& sizes);

}  // namespace ptqbench::onnx
