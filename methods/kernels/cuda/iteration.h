#pragma once

#include <cstdint>

#include "methods/kernels/cuda/stream.h"

/// What begins and ends an iteration on a CUDA device. All pointers are the device's; every number
/// has the bits that the CPU gives it.
namespace ptqbench::cuda {

/// See KeepMaskDraw.
struct KeepDraw {
  uint32_t* words;
  int64_t samples;
  int64_t words_per_sample;
  uint32_t key[2];
  uint32_t place;
  /// Drop probability times 65536.
  uint32_t threshold;
};

constexpr int kMostDraws = 64;
struct KeepDrawList {
  int count;
  KeepDraw item[kMostDraws];
};

/// The masks of the iteration `*t` for samples in `slots`.
void launch_draw_keep_masks(const KeepDrawList& draws, const int64_t* t, const int64_t* slots,
                            Stream stream);

/// See IterationTable and IterationNow.
struct IterationArgs {
  const int64_t* table_t;
  const int64_t* table_rows;
  const int64_t* table_slots;
  const double* table_scalars;
  const int64_t* table_point;
  int64_t* next;
  int64_t* t;
  int64_t* rows;
  int64_t* slots;
  double* scalars;
  int64_t* point;
  int64_t batch;
  int64_t scalar_count;
};

void launch_load_iteration(const IterationArgs& args, Stream stream);

/// See Kernels::record_losses.
struct LossRecord {
  const double* loss;
  /// Null: 0.
  const double* rounding;
  const int64_t* t;
  const int64_t* point;
  double* points;
  double* latest;
  int64_t* bad;
};

void launch_record_losses(const LossRecord& record, Stream stream);

}  // namespace ptqbench::cuda
