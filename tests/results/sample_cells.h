#pragma once

#include <string>

#include "results/cells/cell_record.h"
#include "tests/helpers/files.h"

namespace ptqbench {

using testing::read_bytes;
using testing::TemporaryFolder;
using testing::write_bytes;

/// 64 times the hexadecimal digit.
std::string fingerprint_of(char digit);

/// A finished cell with every field set to something of its own.
CellRecord full_cell();

/// A finished cell of task "classification", dataset "fashion_mnist", metric "top1_accuracy"; full
/// precision 94.
CellRecord simple_cell(char digit, const std::string& model, int64_t weight_bits,
                       int64_t activation_bits, const std::string& method, int64_t seed,
                       double metric);

/// The same as `simple_cell`, but failed in stage "reconstruct" for lack of memory.
CellRecord failed_cell(char digit, const std::string& model, int64_t weight_bits,
                       int64_t activation_bits, const std::string& method, int64_t seed);

}  // namespace ptqbench
