#pragma once

#include <stdexcept>

namespace ptqbench {

/// A result file or folder that cannot be written, or that is missing, corrupt or of another
/// format. The text names the file and, inside an HDF5 file, the object.
class ResultsError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace ptqbench
