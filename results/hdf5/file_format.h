#pragma once

namespace ptqbench::hdf5 {

/// Which HDF5 libraries read a file that is written.
enum class FileFormat {
  /// 1.10 and later. Chunks of data have a checksum of their place, too.
  kV110,
  /// 1.8 and later, which older MATLAB, R and netCDF bring with them.
  kV18,
};

}  // namespace ptqbench::hdf5
