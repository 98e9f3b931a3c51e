#pragma once

#include <ATen/core/Tensor.h>

#include <string>

namespace ptqbench {

/// A parameter or buffer under its name in checkpoints; `value` shares storage with its owner.
struct NamedTensor {
  std::string name;
  at::Tensor value;
};

}  // namespace ptqbench
