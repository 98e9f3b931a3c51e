#pragma once

#include "tasks/detection/box_coder.h"

namespace ptqbench {

/// Of boxes relative to anchors (RPN and RetinaNet).
constexpr BoxCoder kAnchorCoder{{1, 1, 1, 1}};
/// Of boxes relative to proposals: deltas of about unit variance (Girshick 2015, arXiv:1504.08083,
/// section 3.1).
constexpr BoxCoder kRoiCoder{{10, 10, 5, 5}};

}  // namespace ptqbench
