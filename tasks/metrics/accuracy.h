#pragma once

#include <cstdint>

#include "methods/nn/pass.h"
#include "methods/nn/unit_graph.h"
#include "methods/parallel/device_group.h"
#include "tasks/data/dataset.h"

namespace ptqbench {

/// Top-1 accuracy in percent of a classifier on the first `samples` images of `data` (0: all),
/// `batch_size` at a time; the members of the group share the batches. Throws IoError on an
/// unreadable image, DataError where the model's outputs are not finite.
double top1_accuracy(const UnitGraph& model, Pass& pass, const ImageDataset& data, int64_t samples,
                     int64_t batch_size, DeviceGroup& group);

}  // namespace ptqbench
