#pragma once

#include "tasks/data/memory_dataset.h"
#include "tasks/detection/scenes/scene_draws.h"

namespace ptqbench {

/// What is behind the items of a scene of `side` x `side` pixels: a gradient between two dark
/// colours with soft spots, and on it clutter that is no item (shapes, lines, square pieces of
/// items in `pictures`). The same on every platform: whole numbers only.
Image paint_background(int side, const RawImages& pictures, SceneDraws draws);

/// Adds fine noise to each channel.
void add_noise(Image& image, SceneDraws draws);

}  // namespace ptqbench
