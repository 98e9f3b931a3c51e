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
  [[noreturn]] void abort(int exit_code) override;
};

}  // namespace ptqbench
