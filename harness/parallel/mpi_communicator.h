#pragma once

#include "harness/parallel/communicator.h"

namespace ptqbench {

/// All processes of MPI_COMM_WORLD. MPI is initialised by the first object and finalised by its
/// destructor; calls may come from different threads, but never two at a time.
class MpiCommunicator : public Communicator {
 public:
  MpiCommunicator();
  ~MpiCommunicator() override;
  MpiCommunicator(const MpiCommunicator&) = delete;
  MpiCommunicator& operator=(const MpiCommunicator&) = delete;

  int rank() const override { return rank_; }
  int size() const override { return size_; }
  int host() const override { return host_; }
  std::string library() const override;
  std::string broadcast(const std::string& text) override;
  std::vector<std::string> gather(const std::string& text) override;
  void send(int to, const std::string& text) override;
  std::optional<std::pair<int, std::string>> poll() override;
  [[noreturn]] void abort(int exit_code) override;

 private:
  int rank_ = 0;
  int size_ = 1;
  int host_ = 0;
};

}  // namespace ptqbench
