#pragma once

#include "harness/config/known_names.h"

namespace ptqbench {

/// Everything a configuration may name, from the registries and the shipped published numbers.
KnownNames known_names();

}  // namespace ptqbench
