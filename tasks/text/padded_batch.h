#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "tasks/text/encode.h"

namespace ptqbench {

/// The inputs of a text model for a batch: token ids, token types and attention mask in this order,
/// int64 [N, L] each, L the length of the longest encoding. Behind the end of an encoding stand
/// [PAD], type 0 and mask 0; the mask of its tokens is 1. Throws std::logic_error when there are no
/// encodings.
std::vector<at::Tensor> padded_batch(const Vocabulary& vocabulary,
                                     const std::vector<Encoding>& encodings);

}  // namespace ptqbench
