#pragma once

#include <array>

namespace at {
class Tensor;
}

namespace ptqbench {

/// How heads express a box relative to a proposal (or anchor) with centre (x, y) and size (w, h):
/// weights * ((x' - x) / w, (y' - y) / h, log(w' / w), log(h' / h)). Source: Girshick et al.,
/// arXiv:1311.2524, appendix C.
struct BoxCoder {
  std::array<double, 4> weights;

  /// Deltas [N, 4] that lead from `proposals` [N, 4] to `references` [N, 4].
  at::Tensor encode(const at::Tensor& references, const at::Tensor& proposals) const;

  /// Boxes [N, 4 * K] for `deltas` [N, 4 * K] (K classes side by side) from `boxes` [N, 4]. A side
  /// grows at most 1000 / 16 times, so that the exponential of a wild delta stays finite.
  at::Tensor decode(const at::Tensor& deltas, const at::Tensor& boxes) const;
};

}  // namespace ptqbench
