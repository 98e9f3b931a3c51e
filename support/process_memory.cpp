#include "support/process_memory.h"

#include <algorithm>
#include <fstream>
#include <limits>
#include <string>

#if defined(__GLIBC__)
#include <malloc.h>
#endif

namespace ptqbench {
namespace {

/// Of the whole process, as the heap is.
int64_t heap_peak = 0;

/// An entry of this process's status file in bytes, 0 where the system has none.
int64_t process_status(const std::string& entry) {
  std::ifstream status("/proc/self/status");
  std::string key;
  while (status >> key) {
    int64_t kibibytes = 0;
    if (key == entry && status >> kibibytes) return kibibytes * 1024;
    status.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
  }
  return 0;
}

}  // namespace

void keep_freed_memory() {
#if defined(__GLIBC__)
  constexpr int kGrowth = 64 << 20;
  mallopt(M_MMAP_MAX, 0);
  mallopt(M_TRIM_THRESHOLD, std::numeric_limits<int>::max());
  mallopt(M_TOP_PAD, kGrowth);
#endif
}

void return_freed_memory() {
  heap_peak = heap_memory_peak();
#if defined(__GLIBC__)
  malloc_trim(0);
#endif
}

int64_t private_memory() { return process_status("RssAnon:"); }

void begin_memory_peak() {
  heap_peak = 0;
  std::ofstream("/proc/self/clear_refs") << "5";
}

int64_t private_memory_peak() {
  return std::max(private_memory(), process_status("VmHWM:") - process_status("RssFile:") -
                                        process_status("RssShmem:"));
}

int64_t heap_memory_peak() { return std::max(heap_peak, private_memory()); }

}  // namespace ptqbench
