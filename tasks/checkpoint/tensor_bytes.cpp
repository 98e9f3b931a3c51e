#include "tasks/checkpoint/tensor_bytes.h"

#include <ATen/core/Tensor.h>

#include <algorithm>

#include "tasks/checkpoint/input_file.h"

namespace ptqbench {

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
              "checkpoint files hold little-endian numbers, which are read as they are");

namespace {
// What ATen's element-wise loops can handle.
constexpr size_t kMostDimensions = 64;
}  // namespace

std::optional<uint64_t> byte_count(at::IntArrayRef shape, at::ScalarType dtype) {
  if (shape.size() > kMostDimensions) return std::nullopt;
  bool empty = false;
  auto bytes = static_cast<int64_t>(c10::elementSize(dtype));
  for (const int64_t size : shape) {
    if (size < 0) return std::nullopt;
    empty = empty || size == 0;
    // An empty tensor's strides are computed from its other sizes, which may not overflow either.
    if (__builtin_mul_overflow(bytes, std::max<int64_t>(size, 1), &bytes)) return std::nullopt;
  }
  return empty ? 0 : static_cast<uint64_t>(bytes);
}

void read_elements(const InputFile& file, uint64_t offset, at::Tensor& tensor) {
  if (tensor.numel() == 0) return;
  file.read(offset, tensor.data_ptr(), tensor.nbytes());
  if (tensor.scalar_type() != at::kBool) return;
  // A bool that is neither 0 nor 1 is undefined behaviour wherever it is used.
  auto* bytes = static_cast<uint8_t*>(tensor.data_ptr());
  for (int64_t i = 0; i < tensor.numel(); ++i) bytes[i] = bytes[i] != 0;
}

void swap_byte_order(at::Tensor& tensor) {
  const int64_t width = tensor.element_size();
  auto* bytes = static_cast<char*>(tensor.data_ptr());
  for (int64_t i = 0; i < tensor.numel(); ++i) {
    std::reverse(bytes + i * width, bytes + (i + 1) * width);
  }
}

}  // namespace ptqbench
