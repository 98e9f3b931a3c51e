#include "harness/devices/blas.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <dlfcn.h>
#include <link.h>

#include <filesystem>

namespace ptqbench {
namespace {

/// Where the loaded library of a name such as "libblas.so" really lies; empty: none is loaded.
std::string loaded_library(const std::string& name) {
  struct Search {
    const std::string& name;
    std::string path;
  } search{name, ""};
  dl_iterate_phdr(
      [](dl_phdr_info* info, size_t /*size*/, void* data) {
        auto& wanted = *static_cast<Search*>(data);
        const std::filesystem::path path = info->dlpi_name;
        if (path.filename().string().rfind(wanted.name, 0) != 0) return 0;
        std::error_code error;
        const auto real = std::filesystem::canonical(path, error);
        wanted.path = error ? path.string() : real.string();
        return 1;
      },
      &search);
  return search.path;
}

}  // namespace

Blas loaded_blas() {
  // Debian's LibTorch calls whatever this name leads to.
  const auto library = loaded_library("libblas.so");
  Blas blas;
  for (const char* known : {"openblas", "mkl", "blis", "atlas"}) {
    if (library.find(known) != std::string::npos) blas.name = known;
  }
  if (!library.empty() && blas.name.empty()) return {library, true, 0};
  const auto config =
      reinterpret_cast<const char* (*)()>(dlsym(RTLD_DEFAULT, "openblas_get_config"));
  const auto threads = reinterpret_cast<int (*)()>(dlsym(RTLD_DEFAULT, "openblas_get_num_threads"));
  if (config != nullptr && (library.empty() || blas.name == "openblas")) {
    blas.name = config();
    if (threads != nullptr) blas.threads = threads();
  } else if (blas.name.empty()) {
    blas.name = at::hasMKL() ? "MKL" : "not known";
  }
  return blas;
}

void set_threads(int64_t threads) {
  at::set_num_threads(static_cast<int>(threads));
  const auto set = reinterpret_cast<void (*)(int)>(dlsym(RTLD_DEFAULT, "openblas_set_num_threads"));
  if (set != nullptr) set(static_cast<int>(threads));
}

}  // namespace ptqbench
