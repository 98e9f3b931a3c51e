#pragma once

#include "support/error.h"

namespace ptqbench {

/// A result file or folder that is missing, corrupt or of another format. The text names the file
/// and, inside an HDF5 file, the object.
class ResultsError : public IoError {
 public:
  using IoError::IoError;
};

}  // namespace ptqbench
