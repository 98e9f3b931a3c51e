#pragma once

#include <string>

namespace ptqbench {

/// Where a data set lies that is not asked for elsewhere: folder `name` of the one that the
/// environment variable PTQBENCH_DATA names, if it is there, else `system_folder`. Whoever brings
/// data sets along with the program sets the variable.
std::string data_folder(const std::string& name, const std::string& system_folder);

}  // namespace ptqbench
