#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "harness/parallel/communicator.h"

namespace ptqbench {

/// Tries whether all ranks see the same folder and can write there: rank 0 leaves a file that all
/// read, and each rank one that rank 0 reads. Makes the folder if need be, and leaves nothing
/// behind. A sentence for each rank that cannot, on rank 0. Collective.
std::vector<std::string> check_shared_folder(Communicator& communicator,
                                             const std::filesystem::path& folder);

/// What kind of file system the folder, or the nearest one above it that exists, is on, and how
/// much room there is: "ext4, 28 GiB free".
std::string file_system_of(const std::filesystem::path& folder);

}  // namespace ptqbench
