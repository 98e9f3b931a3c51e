#pragma once

#include <cstdint>
#include <string>

namespace ptqbench {

/// The library that multiplies matrices for LibTorch in this process.
struct Blas {
  /// "OpenBLAS 0.3.21 ...", "MKL", or the path of what is loaded.
  std::string name;
  /// The plain reference implementation, many times slower than the others.
  bool reference = false;
  /// Threads of its own; 0: not known.
  int64_t threads = 0;
};

Blas loaded_blas();

/// Threads of this process: LibTorch's and, where they are threads of its own, those of the matrix
/// library, which would otherwise take every core that it finds.
void set_threads(int64_t threads);

}  // namespace ptqbench
