#include "methods/kernels/cuda/gather.h"

#include "methods/kernels/cuda/device_code.cuh"

namespace ptqbench::cuda {
namespace {

/// `units` of type Unit a sample.
template <class Unit>
__global__ void gather_rows(GatherArgs args, int64_t units) {
  const auto* source = static_cast<const Unit*>(args.source);
  auto* out = static_cast<Unit*>(args.out);
  for_each_stretch(args.samples, units, [&](int64_t sample, int64_t begin) {
    const Unit* from = source + args.rows[sample] * units;
    Unit* to = out + sample * units;
    // Neighbouring threads take neighbouring units.
    for (int k = 0; k < kThreadElements; ++k) {
      const int64_t at = begin + k * kThreads + threadIdx.x;
      if (at < units) to[at] = from[at];
    }
  });
}

template <class Unit>
bool copies_in(const GatherArgs& args) {
  return args.bytes % sizeof(Unit) == 0 && aligned(args.source, sizeof(Unit)) &&
         aligned(args.out, sizeof(Unit));
}

template <class Unit>
void launch_in(const GatherArgs& args, Stream stream) {
  const int64_t units = args.bytes / static_cast<int64_t>(sizeof(Unit));
  launch(gather_rows<Unit>, blocks_for(args.samples, units), kThreads, stream, args, units);
}

__global__ void mix_rows(GatherMixArgs a, bool vector) {
  for_each_four(a.samples, a.elements, [&](int64_t sample, int64_t at) {
    const int64_t from = a.rows[sample] * a.elements;
    const Four quantized = load(a.quantized + from, at, a.elements, vector);
    const Four full_precision = load(a.full_precision + from, at, a.elements, vector);
    const uint32_t bits = a.keep[sample * a.words + at / 32] >> (at % 32);
    Four mixed{};
    for (int k = 0; k < kThreadElements; ++k)
      mixed.v[k] = ((bits >> k) & 1U) != 0 ? quantized.v[k] : full_precision.v[k];
    store(mixed, a.out + sample * a.elements, at, a.elements, vector);
  });
}

}  // namespace

void launch_gather(const GatherArgs& args, Stream stream) {
  if (args.samples * args.bytes == 0) return;
  if (copies_in<uint4>(args)) {
    launch_in<uint4>(args, stream);
  } else if (copies_in<uint32_t>(args)) {
    launch_in<uint32_t>(args, stream);
  } else {
    launch_in<uint8_t>(args, stream);
  }
}

void launch_gather_mix(const GatherMixArgs& args, Stream stream) {
  if (args.samples * args.elements == 0) return;
  launch(mix_rows, blocks_for(args.samples, args.elements), kThreads, stream, args,
         in_fours(args.elements, args.quantized, args.full_precision, args.out));
}

}  // namespace ptqbench::cuda
