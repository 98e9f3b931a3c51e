#pragma once

#include <exception>

namespace ptqbench {

/// Thrown out of a computation because the process was asked to stop. No failure: what was saved is
/// enough to go on later.
class Stopped : public std::exception {
 public:
  const char* what() const noexcept override { return "asked to stop"; }
};

/// Asks this process to stop. May be called from a signal handler.
void request_stop() noexcept;

bool stop_requested() noexcept;

/// Throws Stopped if the process was asked to stop. Everything that takes long is made of passes
/// through a UnitGraph, which calls this before each.
void check_stop();

}  // namespace ptqbench
