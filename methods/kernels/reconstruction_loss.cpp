#include "methods/kernels/reconstruction_loss.h"

#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/types.h>

#include <numeric>

#include "methods/kernels/activation_quant_cpu.h"
#include "methods/kernels/keep_mask.h"

namespace ptqbench {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Variable;
using torch::autograd::variable_list;

/// Computes its gradient on the way forward.
class ReconstructionLoss : public torch::autograd::Function<ReconstructionLoss> {
 public:
  static Variable forward(AutogradContext* context, const Variable& output,
                          const std::vector<const float*>& target, double p) {
    auto gradient = at::empty_like(output);
    const int64_t samples = output.size(0);
    const int64_t elements = output.numel() / samples;
    const double mean = 1 / loss_positions(output);
    const float* y = output.data_ptr<float>();
    float* g = gradient.data_ptr<float>();
    std::vector<double> partial(static_cast<size_t>(samples));
    at::parallel_for(0, samples, 1, [&](int64_t begin, int64_t end) {
      for (int64_t s = begin; s < end; ++s) {
        const auto row = static_cast<size_t>(s);
        partial[row] = cpu::power_loss(y + s * elements, target[row], static_cast<float>(p),
                                       static_cast<float>(mean), g + s * elements, elements);
      }
    });
    double sum = 0;
    for (const double part : partial) sum += part;
    context->save_for_backward({gradient});
    return at::scalar_tensor(sum * mean, at::kDouble);
  }

  static variable_list backward(AutogradContext* context, const variable_list& grad_outputs) {
    const double outer = grad_outputs[0].item<double>();
    const auto gradient = context->get_saved_variables()[0];
    return {outer == 1 ? gradient : gradient * outer, {}, {}};
  }
};

at::Tensor composed_loss(const at::Tensor& output, const at::Tensor& target, double p) {
  const auto difference = output - target;
  const auto power = p == 2.0 ? difference.square() : difference.abs().pow(p);
  return power.sum(at::kDouble) / loss_positions(output);
}

}  // namespace

double loss_positions(const at::Tensor& output) {
  return static_cast<double>(output.numel()) / static_cast<double>(output.size(output.dim() == 3 ? 2 : 1));
}

at::Tensor reconstruction_loss(const at::Tensor& output, const Rows& target, double p) {
  std::vector<const float*> rows;
  if (output.is_cpu() && samples_are_dense(output)) rows = row_pointers(target, output);
  if (rows.empty()) return composed_loss(output, gather(target).to(output.device()), p);
  return ReconstructionLoss::apply(output, rows, p);
}

at::Tensor reconstruction_loss(const at::Tensor& output, const at::Tensor& target, double p) {
  std::vector<int64_t> all(static_cast<size_t>(target.size(0)));
  std::iota(all.begin(), all.end(), 0);
  return reconstruction_loss(output, Rows{target, all}, p);
}

double reconstruction_error(const at::Tensor& output, const at::Tensor& target, double p) {
  const torch::NoGradGuard no_grad;
  return composed_loss(output, target, p).item<double>();
}

}  // namespace ptqbench
