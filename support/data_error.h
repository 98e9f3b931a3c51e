#pragma once

#include "support/error.h"

namespace ptqbench {

/// What a file holds is wrong, so reading it again would give the same.
class DataError : public IoError {
 public:
  using IoError::IoError;
};

}  // namespace ptqbench
