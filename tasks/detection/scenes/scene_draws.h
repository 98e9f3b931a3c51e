#pragma once

#include <array>
#include <cstdint>

#include "methods/random/philox.h"

namespace ptqbench {

/// Random numbers for one part of one scene, whatever else is drawn.
class SceneDraws {
 public:
  enum class Part : uint32_t { kItems, kBackground, kNoise };

  /// `key`: of the scenes' stream (stream_key).
  SceneDraws(std::array<uint32_t, 2> key, int64_t scene, Part part)
      : key_(key), scene_(static_cast<uint32_t>(scene)), part_(static_cast<uint32_t>(part)) {}

  /// The next four of them.
  std::array<uint32_t, 4> bits() { return philox({scene_, drawn_++, part_, 0}, key_); }

  /// From `least` to `most`, both included.
  int between(int least, int most) {
    return least + static_cast<int>(below(bits()[0], most - least + 1));
  }

 private:
  std::array<uint32_t, 2> key_;
  uint32_t scene_;
  uint32_t part_;
  uint32_t drawn_ = 0;
};

}  // namespace ptqbench
