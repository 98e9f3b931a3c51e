#include "methods/kernels/cuda/iteration.h"

#include <cmath>

#include "methods/kernels/cuda/device_code.cuh"
#include "methods/kernels/element/philox.h"

namespace ptqbench::cuda {
namespace {

using element::Philox;

constexpr int64_t kGroupWords = 4;

struct DrawWork {
  KeepDrawList list;
  /// Blocks before each item and, last, all.
  int64_t first[kMostDraws + 1];
};
static_assert(sizeof(DrawWork) + 2 * sizeof(void*) <= 4096, "parameters of one kernel");

__device__ inline int64_t groups_of(const KeepDraw& draw) {
  return (draw.words_per_sample + kGroupWords - 1) / kGroupWords;
}

__device__ inline void store_words(const Philox& words, uint32_t* to, int64_t at, int64_t n) {
  const uint32_t all[kGroupWords] = {words.c0, words.c1, words.c2, words.c3};
  for (int64_t k = 0; k < kGroupWords; ++k) {
    if (at + k < n) to[at + k] = all[k];
  }
}

/// A thread draws a group of words.
__global__ void draw_all_masks(const __grid_constant__ DrawWork work, const int64_t* t,
                               const int64_t* slots) {
  int item = 0;
  while (blockIdx.x >= work.first[item + 1]) ++item;
  const KeepDraw& draw = work.list.item[item];
  const int64_t groups = groups_of(draw);
  const int64_t number = (blockIdx.x - work.first[item]) * kThreads + threadIdx.x;
  if (number >= draw.samples * groups) return;
  const int64_t sample = number / groups;
  const int64_t group = number - sample * groups;
  const Philox words = element::keep_words(
      element::drop_threshold(draw.threshold), static_cast<uint32_t>(group),
      static_cast<uint32_t>(slots[sample]), static_cast<uint32_t>(*t), draw.place, draw.key[0],
      draw.key[1]);
  store_words(words, draw.words + sample * draw.words_per_sample, group * kGroupWords,
              draw.words_per_sample);
}

/// One block.
__global__ void load_next(IterationArgs a) {
  const int64_t row = *a.next;
  const auto thread = static_cast<int64_t>(threadIdx.x);
  for (int64_t i = thread; i < a.batch; i += kThreads) {
    a.rows[i] = a.table_rows[row * a.batch + i];
    a.slots[i] = a.table_slots[row * a.batch + i];
  }
  for (int64_t i = thread; i < a.scalar_count; i += kThreads)
    a.scalars[i] = a.table_scalars[row * a.scalar_count + i];
  __syncthreads();
  if (thread != 0) return;
  *a.t = a.table_t[row];
  *a.point = a.table_point[row];
  *a.next = row + 1;
}

/// One thread.
__global__ void record_one(LossRecord r) {
  const double loss = *r.loss;
  const double rounding = r.rounding == nullptr ? 0 : *r.rounding;
  r.latest[0] = loss;
  r.latest[1] = rounding;
  // Neither infinite nor no number.
  const bool finite = loss - loss == 0;
  if (!finite && *r.bad < 0) *r.bad = *r.t;
  const int64_t point = *r.point;
  if (point < 0) return;
  r.points[2 * point] = loss;
  r.points[2 * point + 1] = rounding;
}

}  // namespace

void launch_draw_keep_masks(const KeepDrawList& draws, const int64_t* t, const int64_t* slots,
                            Stream stream) {
  DrawWork work{draws, {}};
  for (int i = 0; i < draws.count; ++i) {
    const KeepDraw& draw = draws.item[i];
    const int64_t groups = pieces(draw.words_per_sample, kGroupWords) * draw.samples;
    work.first[i + 1] = work.first[i] + pieces(groups, kThreads);
  }
  const int64_t blocks = work.first[draws.count];
  if (blocks == 0) return;
  launch(draw_all_masks, blocks, kThreads, stream, work, t, slots);
}

void launch_load_iteration(const IterationArgs& args, Stream stream) {
  launch(load_next, 1, kThreads, stream, args);
}

void launch_record_losses(const LossRecord& record, Stream stream) {
  launch(record_one, 1, 1, stream, record);
}

}  // namespace ptqbench::cuda
