#pragma once

struct CUstream_st;

namespace ptqbench::cuda {

/// cudaStream_t, for headers that are read without CUDA's.
using Stream = CUstream_st*;

}  // namespace ptqbench::cuda
