#include "methods/kernels/reconstruction_loss.h"

#include <torch/csrc/autograd/custom_function.h>
#include <torch/types.h>

#include <stdexcept>

#include "methods/kernels/kernels.h"
#include "methods/kernels/sample_layout.h"

namespace ptqbench {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Variable;
using torch::autograd::variable_list;

class ReconstructionLoss : public torch::autograd::Function<ReconstructionLoss> {
 public:
  static Variable forward(AutogradContext* context, const Variable& output,
                          const TargetRows& target, const PowerLoss& loss) {
    const auto result = kernels_on(output.device()).power_loss(output, target, loss);
    context->save_for_backward({result.gradients.x});
    return result.loss;
  }

  static variable_list backward(AutogradContext* context, const variable_list& grad_outputs) {
    require_unit_gradient(grad_outputs[0]);
    return {context->get_saved_variables()[0], {}, {}};
  }
};

at::Tensor composed_loss(const at::Tensor& output, const at::Tensor& target, double p) {
  const auto difference = output - target;
  const auto power = p == 2.0 ? difference.square() : difference.abs().pow(p);
  return power.sum(at::kDouble) / loss_positions(output);
}

}  // namespace

double loss_positions(const at::Tensor& output) {
  return static_cast<double>(output.numel()) /
         static_cast<double>(output.size(output.dim() == 3 ? 2 : 1));
}

void require_unit_gradient(const at::Tensor& gradient) {
  if (gradient.is_cpu() && *gradient.data_ptr<double>() != 1)
    throw std::logic_error("a loss is where gradients begin: its own must be one");
}

at::Tensor reconstruction_loss(const at::Tensor& output, const Rows& target, double p,
                               double fraction) {
  if (samples_are_dense(output) && rows_fit(target, output)) {
    return ReconstructionLoss::apply(output, TargetRows{target.source, target.ids},
                                     PowerLoss{p, loss_positions(output), fraction});
  }
  const auto loss = composed_loss(output, gather(target).to(output.device()), p);
  return fraction == 1 ? loss : loss * fraction;
}

at::Tensor reconstruction_loss(const at::Tensor& output, const at::Tensor& target, double p) {
  const auto all = at::arange(target.size(0), at::dtype(at::kLong).device(target.device()));
  return reconstruction_loss(output, Rows{target, all}, p, 1);
}

double reconstruction_error(const at::Tensor& output, const at::Tensor& target, double p) {
  const torch::NoGradGuard no_grad;
  return composed_loss(output, target, p).item<double>();
}

}  // namespace ptqbench
