#pragma once

#include <stdexcept>
#include <string>

namespace ptqbench {

/// What the user (or the file they named) got wrong, in one readable sentence: what, where, what
/// was expected. Everything the libraries throw on bad input derives from this; a bug is an
/// assertion or std::logic_error.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A file or folder that is missing, unreadable, corrupt or not of the expected format.
class IoError : public Error {
 public:
  using Error::Error;
};

/// A name, value or combination of settings that is not valid.
class ConfigError : public Error {
 public:
  using Error::Error;
};

}  // namespace ptqbench
