#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>

namespace ptqbench {

/// What the libraries that decode pictures complained of although the pixels came out. Thread-safe.
class DecodeWarnings {
 public:
  /// Only the first warning of a file is kept.
  void add(const std::string& file, const std::string& warning);
  /// Files with a warning.
  int64_t count() const;
  /// One sentence that names the first of them by name; empty where there is none.
  std::string sentence() const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::string> by_file_;
};

}  // namespace ptqbench
