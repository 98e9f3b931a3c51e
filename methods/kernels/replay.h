#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <memory>

namespace ptqbench {

/// Does the same piece of work again and again: one that launches the same passes on the same memory
/// each time, and takes what changes from memory of the device.
class Replay {
 public:
  virtual ~Replay() = default;
  virtual void run(const std::function<void()>& work) = 0;
  /// Whether the device repeats the work by itself, so that the host does not launch it.
  virtual bool recorded() const { return false; }
};

/// The host does the work each time.
class HostReplay : public Replay {
 public:
  void run(const std::function<void()>& work) override { work(); }
};

/// A replay of work that neither reads from the device nor allocates other memory than through
/// LibTorch: recorded once where the device can do that, such as in a CUDA graph.
std::unique_ptr<Replay> make_replay(const at::Device& device);

}  // namespace ptqbench
