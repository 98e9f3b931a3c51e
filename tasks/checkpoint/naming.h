#pragma once

#include <vector>

#include "methods/nn/named_tensor.h"
#include "tasks/checkpoint/checkpoint.h"

namespace ptqbench {

/// A model's parameters under the names that the checkpoint gives them. Models carry one name for
/// each parameter; files of the same architecture from another source may use others, which are
/// told from the names in the file:
///   RegNetX      torchvision's ("trunk_output.block1.block1-0.f.a.0.weight"); models are named as
///                the BRECQ and QDrop checkpoints are ("s1.b1.f.a.weight")
///   MobileNetV2  the BRECQ and QDrop checkpoints' ("features.2.conv.3.weight"); models are named
///                as torchvision's ("features.2.conv.1.0.weight")
///   BERT         layer norms of files converted from TensorFlow ("LayerNorm.gamma"); models are
///                named as Hugging Face's ("LayerNorm.weight")
///   detectors    those of files that torchvision saved before 0.13
///                ("backbone.fpn.inner_blocks.0.weight"); models are named as later ones are
///                ("backbone.fpn.inner_blocks.0.0.weight")
/// Other names stay as they are, so that a report of what is missing speaks the file's language.
std::vector<NamedTensor> named_as_in(const Checkpoint& checkpoint,
                                     std::vector<NamedTensor> parameters);

/// The parameters under their own names and under those of each convention that changes one.
std::vector<std::vector<NamedTensor>> naming_conventions(
    const std::vector<NamedTensor>& parameters);

}  // namespace ptqbench
