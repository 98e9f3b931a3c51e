#pragma once

#include <cstdint>

namespace ptqbench {

/// Tells the C library to keep freed memory for the next allocation instead of returning it to the
/// system. Call it once when a program starts. Tensors of tens of megabytes come and go in every
/// iteration, and fetching fresh zeroed pages for them costs as much as the arithmetic on them.
/// Does nothing where the C library is not glibc.
void keep_freed_memory();

/// Returns what has been kept so far: for the border between stages that need much memory for
/// different things.
void return_freed_memory();

/// Bytes of memory that only this process uses and that are in place now (its heap and stacks, not
/// mapped files); 0 where the system does not tell.
int64_t private_memory();

/// From here on the two functions below count afresh.
void begin_memory_peak();
/// The most private memory since then. What was mapped from files meanwhile and no longer is counts
/// as private.
int64_t private_memory_peak();
/// The same without what was mapped: the most at any return_freed_memory() and now. Since freed
/// memory is kept until then, no peak of the heap is missed.
int64_t heap_memory_peak();

}  // namespace ptqbench
