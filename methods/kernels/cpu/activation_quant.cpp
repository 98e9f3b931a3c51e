#include "methods/kernels/cpu/activation_quant.h"

#include <algorithm>

#include "methods/kernels/cpu/vector_loop.h"

// Loops over elements are nests of one mask word each, and everything in the inner ones is a select
// or arithmetic on 32-bit lanes: that is what compilers turn into vector code.
namespace ptqbench::cpu {
namespace {

/// Lengths that are no multiple of a word end in one padded with zeros.
struct PaddedWord {
  float x[kWordBits] = {};
  float addend[kWordBits] = {};
  float other[kWordBits] = {};
  float out[kWordBits];

  PaddedWord(const ActivationInput& input, int64_t first, int64_t n) {
    std::copy_n(input.x + first, n - first, x);
    if (input.addend != nullptr) std::copy_n(input.addend + first, n - first, addend);
  }
};

constexpr int64_t kChunkWords = kChunk / kWordBits;

/// A mask for a whole chunk that keeps everything.
const uint32_t* all_kept() {
  static const auto* const words = [] {
    auto* all = new uint32_t[kChunkWords];
    std::fill(all, all + kChunkWords, ~uint32_t{0});
    return all;
  }();
  return words;
}

template <bool kSum>
PTQ_BODY void forward_words(const ActivationQuant& quantizer, const float* __restrict x,
                            const float* __restrict addend, const uint32_t* __restrict keep,
                            float* __restrict y, int64_t words) {
  const ActivationQuant q = quantizer;
  for (int64_t w = 0; w < words; ++w) {
    const uint32_t bits = keep[w];
    for (int64_t k = 0; k < kWordBits; ++k) {
      const int64_t i = w * kWordBits + k;
      const float activated = clip(kSum ? x[i] + addend[i] : x[i], q.low, q.high);
      const float value = quantize(q, activated).value;
      y[i] = ((bits >> static_cast<uint32_t>(k)) & 1U) != 0 ? value : activated;
    }
  }
}

/// Where the gradient for y comes from: given, or the slope of the loss against a target.
enum class Gradient { kGiven, kSquaredLoss, kPowerLoss };

struct LossScalars {
  float p;
  float factor;
};

/// Partial sums a lane, for at most a chunk of elements.
struct LaneSums {
  float scale[kWordBits] = {};
  float zero_point[kWordBits] = {};
  float loss[kWordBits] = {};
};

/// `other` is the gradient for y or the target.
template <bool kSum, Gradient kGradient>
PTQ_BODY void backward_words(const ActivationQuant& quantizer, const LossScalars& scalars,
                             const float* __restrict x, const float* __restrict addend,
                             const uint32_t* __restrict keep, const float* __restrict other,
                             float* __restrict grad_x, LaneSums& total, int64_t words) {
  const ActivationQuant q = quantizer;
  const LossScalars loss = scalars;
  LaneSums sums = total;
  for (int64_t w = 0; w < words; ++w) {
    const uint32_t bits = keep[w];
    for (int64_t k = 0; k < kWordBits; ++k) {
      const int64_t i = w * kWordBits + k;
      const float in = kSum ? x[i] + addend[i] : x[i];
      const float activated = clip(in, q.low, q.high);
      const Quantized quantized = quantize(q, activated);
      const bool kept = ((bits >> static_cast<uint32_t>(k)) & 1U) != 0;
      float g = other[i];
      if (kGradient != Gradient::kGiven) {
        const float y = kept ? quantized.value : activated;
        const Power difference = power<kGradient == Gradient::kSquaredLoss>(y - other[i], loss.p);
        g = difference.slope * loss.factor;
        sums.loss[k] += difference.value;
      }
      const ActivationGradient gradient = activation_gradient(q, quantized, in, kept, g);
      grad_x[i] = gradient.x;
      sums.scale[k] += gradient.scale;
      sums.zero_point[k] -= gradient.zero_point;
    }
  }
  total = sums;
}

PTQ_MULTIVERSION
void forward_plain(const ActivationQuant& q, const float* x, const float* addend,
                   const uint32_t* keep, float* y, int64_t words) {
  forward_words<false>(q, x, addend, keep, y, words);
}

PTQ_MULTIVERSION
void forward_sum(const ActivationQuant& q, const float* x, const float* addend,
                 const uint32_t* keep, float* y, int64_t words) {
  forward_words<true>(q, x, addend, keep, y, words);
}

PTQ_MULTIVERSION
void clip_plain(float low, float high, const float* __restrict x, float* __restrict y, int64_t n) {
  for (int64_t i = 0; i < n; ++i) y[i] = clip(x[i], low, high);
}

PTQ_MULTIVERSION
void clip_sum(float low, float high, const float* __restrict x, const float* __restrict addend,
              float* __restrict y, int64_t n) {
  for (int64_t i = 0; i < n; ++i) y[i] = clip(x[i] + addend[i], low, high);
}

using BackwardWords = void (*)(const ActivationQuant&, const LossScalars&, const float*,
                               const float*, const uint32_t*, const float*, float*, LaneSums&,
                               int64_t);

#define PTQ_BACKWARD(name, sum, gradient)                                                   \
  PTQ_MULTIVERSION                                                                          \
  void name(const ActivationQuant& q, const LossScalars& scalars, const float* x,           \
            const float* addend, const uint32_t* keep, const float* other, float* grad_x,   \
            LaneSums& sums, int64_t words) {                                                \
    backward_words<sum, gradient>(q, scalars, x, addend, keep, other, grad_x, sums, words); \
  }
PTQ_BACKWARD(backward_plain, false, Gradient::kGiven)
PTQ_BACKWARD(backward_sum, true, Gradient::kGiven)
PTQ_BACKWARD(squared_loss_plain, false, Gradient::kSquaredLoss)
PTQ_BACKWARD(squared_loss_sum, true, Gradient::kSquaredLoss)
PTQ_BACKWARD(power_loss_plain, false, Gradient::kPowerLoss)
PTQ_BACKWARD(power_loss_sum, true, Gradient::kPowerLoss)
#undef PTQ_BACKWARD

template <bool kSquare>
PTQ_BODY void loss_words(const LossScalars& scalars, const float* __restrict y,
                         const float* __restrict target, float* __restrict grad_y, LaneSums& total,
                         int64_t words) {
  const LossScalars loss = scalars;
  LaneSums sums = total;
  for (int64_t w = 0; w < words; ++w) {
    for (int64_t k = 0; k < kWordBits; ++k) {
      const int64_t i = w * kWordBits + k;
      const Power difference = power<kSquare>(y[i] - target[i], loss.p);
      grad_y[i] = difference.slope * loss.factor;
      sums.loss[k] += difference.value;
    }
  }
  total = sums;
}

PTQ_MULTIVERSION
void squared_loss(const LossScalars& loss, const float* y, const float* target, float* grad_y,
                  LaneSums& sums, int64_t words) {
  loss_words<true>(loss, y, target, grad_y, sums, words);
}

PTQ_MULTIVERSION
void general_loss(const LossScalars& loss, const float* y, const float* target, float* grad_y,
                  LaneSums& sums, int64_t words) {
  loss_words<false>(loss, y, target, grad_y, sums, words);
}

double lane_total(const float* lanes) {
  double total = 0;
  for (int64_t k = 0; k < kWordBits; ++k) total += lanes[k];
  return total;
}

/// Runs `body` over chunks, summing each chunk in single precision and the chunks in double.
ActivationSums backward_chunks(BackwardWords body, const ActivationQuant& q,
                               const LossScalars& loss, const ActivationInput& input,
                               const float* other, float* grad_x, int64_t n) {
  ActivationSums total;
  for (int64_t start = 0; start < n; start += kChunk) {
    const int64_t count = std::min(kChunk, n - start);
    const int64_t words = count / kWordBits;
    const int64_t whole = words * kWordBits;
    const float* addend = input.addend == nullptr ? nullptr : input.addend + start;
    const uint32_t* keep = input.keep == nullptr ? all_kept() : input.keep + start / kWordBits;
    LaneSums sums;
    body(q, loss, input.x + start, addend, keep, other + start, grad_x + start, sums, words);
    if (whole < count) {
      const ActivationInput rest{input.x + start, addend, nullptr};
      PaddedWord padded(rest, whole, count);
      // Padding must add nothing: no gradient, and a target that is met.
      std::copy_n(other + start + whole, count - whole, padded.other);
      const uint32_t mask = keep[words] & ((uint32_t{1} << (count - whole)) - 1U);
      body(q, loss, padded.x, padded.addend, &mask, padded.other, padded.out, sums, 1);
      std::copy_n(padded.out, count - whole, grad_x + start + whole);
    }
    total.scale += lane_total(sums.scale);
    total.zero_point += lane_total(sums.zero_point);
    total.loss += lane_total(sums.loss);
  }
  total.zero_point *= q.scale;
  return total;
}

}  // namespace

void activate(const ActivationQuant& q, const ActivationInput& input, float* y, int64_t n) {
  if (input.addend == nullptr) {
    clip_plain(q.low, q.high, input.x, y, n);
  } else {
    clip_sum(q.low, q.high, input.x, input.addend, y, n);
  }
}

void activation_forward(const ActivationQuant& q, const ActivationInput& input, float* y,
                        int64_t n) {
  const auto body = input.addend == nullptr ? forward_plain : forward_sum;
  for (int64_t start = 0; start < n; start += kChunk) {
    const int64_t count = std::min(kChunk, n - start);
    const int64_t words = count / kWordBits;
    const int64_t whole = words * kWordBits;
    const float* addend = input.addend == nullptr ? nullptr : input.addend + start;
    const uint32_t* keep = input.keep == nullptr ? all_kept() : input.keep + start / kWordBits;
    body(q, input.x + start, addend, keep, y + start, words);
    if (whole < count) {
      PaddedWord padded({input.x + start, addend, nullptr}, whole, count);
      body(q, padded.x, padded.addend, keep + words, padded.out, 1);
      std::copy_n(padded.out, count - whole, y + start + whole);
    }
  }
}

ActivationSums activation_backward(const ActivationQuant& q, const ActivationInput& input,
                                   const float* grad_y, float* grad_x, int64_t n) {
  return backward_chunks(input.addend == nullptr ? backward_plain : backward_sum, q, {2, 1}, input,
                         grad_y, grad_x, n);
}

ActivationSums activation_loss(const ActivationQuant& q, const ActivationInput& input,
                               const float* target, float p, float factor, float* grad_x,
                               int64_t n) {
  const bool sum = input.addend != nullptr;
  const BackwardWords body = p == 2.0F ? (sum ? squared_loss_sum : squared_loss_plain)
                                       : (sum ? power_loss_sum : power_loss_plain);
  return backward_chunks(body, q, {p, factor}, input, target, grad_x, n);
}

double power_loss(const float* y, const float* target, float p, float factor, float* grad_y,
                  int64_t n) {
  const auto body = p == 2.0F ? squared_loss : general_loss;
  double total = 0;
  for (int64_t start = 0; start < n; start += kChunk) {
    const int64_t count = std::min(kChunk, n - start);
    const int64_t words = count / kWordBits;
    const int64_t whole = words * kWordBits;
    LaneSums sums;
    body({p, factor}, y + start, target + start, grad_y + start, sums, words);
    if (whole < count) {
      PaddedWord padded({y + start, target + start, nullptr}, whole, count);
      body({p, factor}, padded.x, padded.addend, padded.out, sums, 1);
      std::copy_n(padded.out, count - whole, grad_y + start + whole);
    }
    total += lane_total(sums.loss);
  }
  return total;
}

}  // namespace ptqbench::cpu
