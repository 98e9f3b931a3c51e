#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tests/helpers/golden.h"

namespace ptqbench::testing {

/// What traces.h5 records of a trace's free run: the losses and last variables of the plain
/// composition in float64, and how far runs of it in float32 end up from them.
///
/// Such runs stay within a few millionths until an activation falls to the other side of a rounding
/// boundary; from then on they follow another path, some percent away on a small block. When that
/// happens is chance, so a run is held to the composition for as long as the float32 runs are.
class FreeRun {
 public:
  explicit FreeRun(const GoldenGroup& recorded);

  /// The first iteration at which `losses` are farther away than the float32 runs bear out: four
  /// times their largest distance up to then. Runs that took the same path differ by less than a
  /// factor of two.
  std::optional<size_t> leaves(const std::vector<double>& losses) const;
  /// The composition's.
  const std::vector<double>& losses() const { return losses_; }

  std::vector<std::string> variables() const { return last_.children(); }
  at::Tensor last(const std::string& variable) const { return last_.tensor(variable); }
  /// How far from last() a variable may be after a run on the same path, absolute.
  double tolerance(const std::string& variable) const;

 private:
  std::vector<double> losses_;
  /// Largest distance of the float32 runs up to each iteration.
  std::vector<double> drift_;
  GoldenGroup last_;
  GoldenGroup last_drift_;
};

/// Whether two runs saw the same sides of all rounding boundaries, by their losses: float32 moves
/// them by a few millionths, a single element on the other side by more than a thousandth.
bool on_the_same_path(const std::vector<double>& losses, const std::vector<double>& others);

}  // namespace ptqbench::testing
