#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <string>
#include <vector>

namespace ptqbench::testing {

/// The path of a file of reference numbers. They lie in the folder named by the environment
/// variable PTQBENCH_GOLDEN, by default tests/golden.
std::string golden_file(const std::string& name);

/// A group of an HDF5 file of reference numbers. Everything throws std::runtime_error naming what
/// is missing.
class GoldenGroup {
 public:
  /// The root group of `file`.
  static GoldenGroup open(const std::string& file);

  std::vector<std::string> children() const;
  bool has(const std::string& name) const;
  GoldenGroup group(const std::string& name) const;
  /// A numeric data set with its own shape; integers become int64, 64-bit floats stay, 32-bit
  /// floats stay.
  at::Tensor tensor(const std::string& name) const;
  bool has_attribute(const std::string& attribute) const;
  /// A numeric (or boolean) attribute.
  double number(const std::string& attribute) const;
  std::string text(const std::string& attribute) const;
  /// A one-dimensional data set of variable-length strings.
  std::vector<std::string> texts(const std::string& name) const;

 private:
  struct Impl;
  explicit GoldenGroup(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
  std::shared_ptr<Impl> impl_;
};

}  // namespace ptqbench::testing
