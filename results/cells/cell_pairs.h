#pragma once

#include <string>
#include <vector>

#include "results/cells/cell_record.h"

namespace ptqbench {

/// What the two sides of a comparison differ in. Cells are held against each other when they have
/// the rest in common: task, data set, metric, model, bits, seed, and unless it is what is
/// compared, method and settings.
enum class ComparedBy { kCommit, kSetting, kMethod };

/// Two finished cells with the metric that is compared.
struct CellPair {
  const CellRecord* first = nullptr;
  const CellRecord* second = nullptr;
  double first_value = kNotMeasured;
  double second_value = kNotMeasured;
};

/// The cells of both sides at one model and bit width.
struct PairGroup {
  std::string task;
  std::string dataset;
  std::string metric_name;
  bool higher_is_better = true;
  std::string model;
  CellBits bits;
  /// Of both sides ("qdrop (drop_probability=0.5)"); empty where methods are compared.
  std::string method;
  /// What the sides are called: "A" and "B", or what is compared.
  std::string first;
  std::string second;
  /// One a seed. Where the sides have no seed in common, the values of each side instead.
  std::vector<CellPair> pairs;
  std::vector<double> first_values;
  std::vector<double> second_values;
};

/// A cell that has no counterpart.
struct UnpairedCell {
  std::string cell;
  std::string reason;
};

/// Which cells are held against which; points into the records it was made of.
struct Pairing {
  std::vector<PairGroup> groups;
  std::vector<UnpairedCell> unpaired;
  /// Finished in A, failed in B, with B's reason.
  std::vector<UnpairedCell> newly_failed;
  /// What the settings of the sides differ in, a sentence each.
  std::vector<std::string> notes;
};

/// Holds run B against run A. By commit, the settings that both sides know must agree (one that
/// only the newer program knows is noted); by setting, those in which the variants of a side differ
/// from each other. `metric`: empty for the one that tables show, else that one or a further metric
/// of the same direction. `by` is kCommit or kSetting.
Pairing pair_runs(const std::vector<CellRecord>& a, const std::vector<CellRecord>& b, ComparedBy by,
                  const std::string& metric);

/// Holds every two methods of a run against each other, or with kSetting every two variants of a
/// method, in the order of the run.
std::vector<PairGroup> pair_within_run(const std::vector<const CellRecord*>& run, ComparedBy by,
                                       const std::string& metric);

std::vector<const CellRecord*> pointers_to(const std::vector<CellRecord>& records);

/// Whether B's cell has to repeat A's bit for bit unless the code has changed: the same fingerprint
/// on the same host, device, number of devices and of threads.
bool is_repeatable(const CellPair& pair);

/// "fashion_mnist resnet20 w2a2 qdrop seed 1".
std::string cell_name(const CellRecord& cell);

}  // namespace ptqbench
