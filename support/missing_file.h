#pragma once

#include "support/error.h"

namespace ptqbench {

/// A file or folder that is not there, which another machine may have.
class MissingFile : public IoError {
 public:
  using IoError::IoError;
};

}  // namespace ptqbench
