#pragma once

#include <c10/core/ScalarType.h>
#include <c10/util/ArrayRef.h>

#include <cstdint>
#include <optional>

namespace at {
class Tensor;
}

namespace ptqbench {

class InputFile;

/// Bytes of a contiguous tensor; nullopt when no tensor can have the shape: a negative size, more
/// than 64 dimensions, or a count beyond 63 bits.
std::optional<uint64_t> byte_count(at::IntArrayRef shape, at::ScalarType dtype);

/// Fills a contiguous CPU tensor with the little-endian elements stored at `offset`; any byte but 0
/// is a true bool.
void read_elements(const InputFile& file, uint64_t offset, at::Tensor& tensor);

/// Reverses the bytes of every element of a contiguous CPU tensor.
void swap_byte_order(at::Tensor& tensor);

}  // namespace ptqbench
