#include "tasks/text/padded_batch.h"

#include <torch/types.h>

#include <algorithm>
#include <stdexcept>

namespace ptqbench {

std::vector<at::Tensor> padded_batch(const Vocabulary& vocabulary,
                                     const std::vector<Encoding>& encodings) {
  if (encodings.empty()) throw std::logic_error("padded_batch: no encodings");
  const auto rows = static_cast<int64_t>(encodings.size());
  int64_t length = 0;
  for (const auto& encoding : encodings) length = std::max(length, encoding.size());
  auto ids = at::full({rows, length}, vocabulary.padding(), at::kLong);
  auto types = at::zeros({rows, length}, at::kLong);
  auto mask = at::zeros({rows, length}, at::kLong);
  for (int64_t row = 0; row < rows; ++row) {
    const auto& encoding = encodings[static_cast<size_t>(row)];
    auto* id = ids.data_ptr<int64_t>() + row * length;
    for (const auto& token : encoding.tokens) *id++ = token.id;
    std::copy(encoding.types.begin(), encoding.types.end(),
              types.data_ptr<int64_t>() + row * length);
    std::fill_n(mask.data_ptr<int64_t>() + row * length, encoding.size(), 1);
  }
  return {ids, types, mask};
}

}  // namespace ptqbench
