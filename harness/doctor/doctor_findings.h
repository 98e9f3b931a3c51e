#pragma once

#include <string>
#include <vector>

#include "harness/doctor/rank_facts.h"

namespace ptqbench {

/// What would make a job with such ranks slow or wrong, a sentence each with what to do about it.
std::vector<std::string> doctor_findings(const std::vector<RankFacts>& ranks);

/// "0-3,8".
std::string core_ranges(const std::vector<int>& cores);

}  // namespace ptqbench
