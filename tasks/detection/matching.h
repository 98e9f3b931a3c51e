#pragma once

namespace at {
class Tensor;
}

namespace ptqbench {

/// Instead of an object, what a box is matched with.
enum class NoMatch { kBackground = -1, kBetween = -2 };

struct MatchOptions {
  /// From this intersection over union on, a box belongs to the object it fits best.
  double object;
  /// Below this one, it is background. Between the two, it is neither.
  double background;
  /// Whether the boxes that fit an object best of all belong to the object they fit best, however
  /// little that is, so that every object has one.
  bool best_always;
};

/// int64 [N]: for each of N boxes the number of its object, or a NoMatch; `overlaps` [objects, N]
/// are intersections over union. Source: Ren et al., Faster R-CNN, arXiv:1506.01497, section 3.1.2.
at::Tensor match(const at::Tensor& overlaps, const MatchOptions& options);

}  // namespace ptqbench
