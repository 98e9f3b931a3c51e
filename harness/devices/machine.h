#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "harness/parallel/communicator.h"

namespace ptqbench {

std::string host_name();

/// The cores that this process may run on, and those that the process that started it may; empty
/// where the system does not say.
std::vector<int> allowed_cores();
std::vector<int> launcher_cores();

/// ISO 8601, UTC.
std::string utc_now();

/// Program and library versions, for the record of every cell.
std::map<std::string, std::string> versions();

/// "ptqbench 0.1.0 (commit)".
std::string program_version();

/// The threads that this rank should use: `requested`, or when that is 0 the cores it may run on,
/// divided among the ranks of this host that may run on the same ones (at least 1). Collective.
int64_t threads_for_rank(Communicator& communicator, int64_t requested);

}  // namespace ptqbench
