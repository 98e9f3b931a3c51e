#pragma once

#include <functional>

#include "methods/parallel/device_group.h"

namespace ptqbench::testing {

/// Runs `body` for each member of a group of `size` threads of this process, and waits for all.
/// Rethrows what the first member has thrown.
void run_as_group(int size, const std::function<void(DeviceGroup& group)>& body);

}  // namespace ptqbench::testing
