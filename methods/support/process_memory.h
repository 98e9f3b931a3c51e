#pragma once

namespace ptqbench {

/// Tells the C library to keep freed memory for the next allocation instead of returning it to the
/// system. Call it once when a program starts. Tensors of tens of megabytes come and go in every
/// iteration, and fetching fresh zeroed pages for them costs as much as the arithmetic on them.
/// Does nothing where the C library is not glibc.
void keep_freed_memory();

/// Returns what has been kept so far: for the border between stages that need much memory for
/// different things.
void return_freed_memory();

}  // namespace ptqbench
