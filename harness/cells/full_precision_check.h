#pragma once

#include <string>

#include "harness/config/full_precision_gate.h"
#include "results/cells/cell_record.h"

namespace ptqbench {

/// Samples that the full-precision metric was measured on, out of how many.
struct EvaluatedSamples {
  /// 0: all.
  int64_t samples = 0;
  int64_t population = 0;
};

/// Key in CellRecord::provenance.
constexpr const char* kFullPrecisionGate = "full_precision_gate";

/// Holds the record's full-precision metric against what the gate expects, and notes in its
/// provenance, as kFullPrecisionGate, whether that passed, was overridden (then also
/// kFullPrecisionOverride) or does not apply because the expectation is for other samples. Notes
/// nothing without an expectation. Throws Error with both numbers on a mismatch, unless the gate
/// says to continue.
void check_full_precision(const FullPrecisionGate& gate, const EvaluatedSamples& measured,
                          CellRecord& record);

/// Key in a record's provenance of what follows.
constexpr const char* kFullPrecisionNote = "full_precision_note";

/// A sentence where a metric in percent of hits is far below `chance` (Task::chance; 0: unknown):
/// by four standard deviations of guessing so many samples, and by a third. Then the network's
/// classes are likely in another order than the data set's. Empty: it is not.
std::string below_chance_note(double metric, double chance, const EvaluatedSamples& measured);

}  // namespace ptqbench
