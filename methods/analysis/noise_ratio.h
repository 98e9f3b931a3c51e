#pragma once

#include <string>
#include <vector>

#include "methods/nn/unit_graph.h"
#include "methods/reconstruction/stream_storage.h"

namespace ptqbench {

/// Energies of a full-precision signal and of its difference to the quantized one.
class NoiseRatio {
 public:
  /// Tensors of equal shapes; may come in parts.
  void add(const Tensors& full_precision, const Tensors& quantized);

  /// 10 log10(signal / noise) in dB; infinite without noise, NaN where nothing but zeros came.
  double decibels() const;

 private:
  double signal_ = 0;
  double noise_ = 0;
};

struct UnitNoise {
  std::string unit;
  /// "block" or the kind of its layer.
  std::string kind;
  double decibels = 0;
};

/// Signal-to-quantization-noise ratio at the output of every block (a layer that belongs to no
/// block is one of its own), in the order of execution: the full-precision network against the
/// quantized one, in which weights, activations and everything in front of the block are quantized.
/// Of several outputs the energies are summed. `inputs`: the model's, [S, ...] each, best of
/// samples that calibration has not seen; padding of sequences does not count. Both networks
/// advance block by block, so this costs two forward passes; what they keep in between comes from
/// `storage`.
std::vector<UnitNoise> unit_noise(const UnitGraph& model, const Tensors& inputs,
                                  StreamStorage& storage);

}  // namespace ptqbench
