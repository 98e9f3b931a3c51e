#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "support/bits.h"

namespace ptqbench {

/// One setting as it was resolved for a cell.
using SettingValue = std::variant<int64_t, double, bool, std::string>;

/// A number nobody measured.
constexpr double kNotMeasured = std::numeric_limits<double>::quiet_NaN();

/// Keys of `CellRecord::provenance` that results/ itself looks at; others may be added freely.
constexpr const char* kCheckpointHash = "checkpoint_sha256";
constexpr const char* kCodeVersion = "code_version";
/// Why `block_noise` or `flatness` could not be measured.
constexpr const char* kReportFailure = "report_failure";
/// How many ranks, each with its device, worked on the cell together; 1 where it is missing.
constexpr const char* kDevicesPerCell = "devices_per_cell";
/// Of a failed cell: that another try would fail in the same way, since a file is wrong.
constexpr const char* kLastingFailure = "lasting_failure";
/// What was let pass in the data: files left out, warnings.
constexpr const char* kDataNotes = "data_notes";
/// Where the full-precision metric was not the expected one and the cell went on: the numbers.
constexpr const char* kFullPrecisionOverride = "full_precision_override";

/// kMissing: a cell of the sweep that has not run yet; only its identity is set. Never in a cell
/// file.
enum class CellStatus { kFinished, kFailed, kMissing };

/// The losses of one reconstruction iteration; `total` is what the optimiser saw.
struct LossPoint {
  int64_t iteration = 0;
  double total = 0;
  double reconstruction = 0;
  double rounding = 0;
};

/// One phase of reconstructing one unit (a layer or a block).
struct UnitRecord {
  std::string name;
  std::string kind;
  /// The block that it is or lies in; empty in files of programs that did not say.
  std::string block;
  std::string phase;
  int64_t iterations = 0;
  double seconds = 0;
  /// Loss of the unit's output on all calibration samples, before and after the phase: distance
  /// from the full-precision output to the phase's power, summed over channels, averaged over the
  /// rest.
  double error_before = kNotMeasured;
  double error_after = kNotMeasured;
  std::vector<LossPoint> loss_curve;
  /// Weights whose rounding the phase learned, and those of them that it left on another grid point
  /// than rounding to nearest does. None where it learned no rounding, and in files of programs
  /// that did not count.
  int64_t weights = 0;
  int64_t flipped_weights = 0;
};

/// How much of the full-precision signal is left at a block's output: its energy over that of the
/// quantized network's difference to it, on held-out samples.
struct BlockNoise {
  std::string block;
  std::string kind;
  /// Infinite where nothing is lost.
  double decibels = kNotMeasured;
};

/// How the loss of the network with quantized weights, activations in full precision, changes when
/// the weights are perturbed.
struct FlatnessPoint {
  /// "calibration" or "test".
  std::string data;
  int64_t samples = 0;
  /// Norm of the perturbation relative to that of the weights.
  double magnitude = 0;
  /// Random directions averaged over.
  int64_t directions = 0;
  /// Without perturbation.
  double loss = kNotMeasured;
  double loss_change = kNotMeasured;
};

enum class QuantizerKind { kWeight, kActivation };

/// The final range of one quantizer: real = scale * (integer - zero_point).
struct QuantizerRecord {
  std::string name;
  std::string unit;
  QuantizerKind kind = QuantizerKind::kWeight;
  int64_t bits = 0;
  /// Integers centred on zero, zero point 0.
  bool symmetric = false;
  /// "tensor" or "channel".
  std::string granularity;
  std::string range_estimator;
  /// Of equal length: 1, or one element a channel.
  std::vector<float> scale;
  std::vector<float> zero_point;
};

/// Bit widths of a cell, a table row or a published number, which may be kNotQuantized.
struct CellBits {
  int64_t weights = kNotQuantized;
  int64_t activations = kNotQuantized;
  /// Of embedding tables; 0: as the other weights.
  int64_t embeddings = 0;
};

bool operator==(const CellBits& left, const CellBits& right);
bool operator!=(const CellBits& left, const CellBits& right);

/// "w4a4", or "e8w4a4" where the embeddings have bits of their own.
std::string bits_label(const CellBits& bits);

/// Order in which tables list bit widths, the easiest first: by the sum of the widths of weights
/// and activations, then by the activations' (w4a4, w2a4, w3a3, w2a2), then by the embeddings'.
bool bits_before(const CellBits& left, const CellBits& right);

/// What one cell of a sweep came out as.
struct CellRecord {
  /// 64 lower-case hexadecimal digits.
  std::string fingerprint;
  std::string task;
  std::string dataset;
  std::string model;
  std::string method;
  /// What the registries call model and method, whatever the labels above; empty: as the labels.
  /// Kept in the manifest, not in cell files.
  std::string registered_model;
  std::string registered_method;
  CellBits bits;
  int64_t seed = 0;

  CellStatus status = CellStatus::kFinished;
  /// Where and why it failed; empty when finished.
  std::string failed_stage;
  std::string failure_reason;

  /// The metric that tables show, e.g. "top1_accuracy", in percent.
  std::string metric_name;
  bool higher_is_better = true;
  double metric = kNotMeasured;
  /// The same metric of the model before quantization.
  double full_precision_metric = kNotMeasured;
  std::map<std::string, double> further_metrics;

  double seconds = 0;
  std::map<std::string, double> stage_seconds;
  std::string host;
  std::string device;
  int64_t rank = 0;
  int64_t threads = 1;
  /// The most memory that the rank took during the cell, without libraries and mapped files. What
  /// earlier cells freed is kept by the rank and counts.
  int64_t memory_bytes = 0;
  /// ISO 8601, UTC: "2024-05-01T12:00:00Z".
  std::string started_at;
  /// 1 for the first try.
  int64_t attempt = 1;

  /// Every resolved setting, in the order of the configuration. Keys are unique.
  std::vector<std::pair<std::string, SettingValue>> settings;
  std::map<std::string, std::string> provenance;
  std::vector<int64_t> calibration_ids;
  std::vector<UnitRecord> units;
  /// The samples of `block_noise`, from the split that calibration draws from.
  std::vector<int64_t> held_out_ids;
  /// By block in the order of execution; empty: not measured. So for flatness.
  std::vector<BlockNoise> block_noise;
  std::vector<FlatnessPoint> flatness;
  std::vector<QuantizerRecord> quantizers;
};

/// What the registries call the record's model and method.
const std::string& registered_model(const CellRecord& record);
const std::string& registered_method(const CellRecord& record);

/// Order of a collected sweep: task, dataset, model, bits, method, seed, fingerprint.
bool record_before(const CellRecord& left, const CellRecord& right);

/// See kDevicesPerCell.
int64_t devices_per_cell(const CellRecord& record);

/// The value as text, numbers with as many digits as read back to the same number.
std::string setting_text(const SettingValue& value);

/// "finished", "failed" or "missing".
const char* status_name(CellStatus status);

/// "weight" or "activation".
const char* quantizer_kind_name(QuantizerKind kind);

/// Whether `text` is 64 lower-case hexadecimal digits, and so safe as a file name.
bool is_fingerprint(const std::string& text);

}  // namespace ptqbench
