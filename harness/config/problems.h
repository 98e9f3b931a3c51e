#pragma once

#include <string>
#include <vector>

namespace ptqbench {

/// Where a value of a configuration was written. Lines and columns count from 1; line 0 means that
/// `file` is not a file but says the origin itself, as in "--set seeds=[1]".
struct ConfigPlace {
  std::string file;
  int line = 0;
  int column = 0;
};

/// `"sweep.yaml:12"`, or the origin alone where there is no line.
std::string to_string(const ConfigPlace& place);

/// Everything wrong with a configuration, gathered so that one run shows all of it.
class Problems {
 public:
  /// `path` is the key path ("settings.iterations"), empty where the problem is not about a key.
  /// The same problem noted twice is kept once.
  void add(const ConfigPlace& place, const std::string& path, const std::string& message);

  bool empty() const { return problems_.empty(); }

  /// Throws one ConfigError with a line for each problem, ordered by file and line, if there is
  /// any.
  void throw_if_any() const;

 private:
  struct Problem {
    ConfigPlace place;
    std::string text;
  };
  std::vector<Problem> problems_;
};

/// `'text'` for a message; long texts are cut.
std::string quoted(const std::string& text);

}  // namespace ptqbench
