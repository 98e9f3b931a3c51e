#pragma once

#include "harness/parallel/communicator.h"

namespace ptqbench {

/// One process, nobody to talk to.
class LocalCommunicator : public Communicator {
 public:
  int rank() const override { return 0; }
  int size() const override { return 1; }
  std::string broadcast(const std::string& text) override { return text; }
  std::vector<std::string> gather(const std::string& text) override { return {text}; }
  void send(int to, const std::string& text) override;
  std::optional<std::pair<int, std::string>> poll() override { return std::nullopt; }
  bool allows_threads() const override { return true; }
  std::unique_ptr<Communicator> split(int /*number*/) override {
    return std::make_unique<LocalCommunicator>();
  }
  std::unique_ptr<DeviceGroup> device_group(const at::Device& /*device*/) override {
    return std::make_unique<LocalGroup>();
  }
  [[noreturn]] void abort(int exit_code) override;
};

}  // namespace ptqbench
