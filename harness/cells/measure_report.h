#pragma once

#include "harness/config/cell.h"
#include "methods/reconstruction/stream_storage.h"
#include "results/cells/cell_record.h"
#include "tasks/task.h"

namespace ptqbench {

/// Samples of the calibration split that are not among `calibration_ids`, drawn by `seed`: `count`
/// or as many as there are.
std::vector<int64_t> held_out_ids(int64_t population, const std::vector<int64_t>& calibration_ids,
                                  int64_t count, uint64_t seed);

/// Adds to the record of a quantized model the noise ratios of its blocks on held-out samples and
/// its flatness on the first calibration samples and on as many evaluation samples, drawn by the
/// seed, as the cell's report options ask for. Flatness needs a task with a loss. What cannot be
/// measured, for example because a sample is unreadable, is left out with the reason in the
/// provenance (kReportFailure): a finished result is not lost on account of its report.
/// What is kept of the held-out samples between blocks comes from `storage`.
void measure_report(const Task& task, const UnitGraph& model, const Cell& cell,
                    StreamStorage& storage, CellRecord& record);

}  // namespace ptqbench
