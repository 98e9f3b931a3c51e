#pragma once

#include <mpi.h>

#include "harness/parallel/communicator.h"

namespace ptqbench {

/// The processes of an MPI communicator.
class MpiCommunicator : public Communicator {
 public:
  /// Takes over `ranks` and frees it at the end.
  explicit MpiCommunicator(MPI_Comm ranks);
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
  bool allows_threads() const override;
  std::unique_ptr<Communicator> split(int number) override;
  std::unique_ptr<DeviceGroup> device_group(const at::Device& device) override;
  [[noreturn]] void abort(int exit_code) override;

 private:
  MPI_Comm ranks_;
  int rank_ = 0;
  int size_ = 1;
  int host_ = 0;
};

/// Initialises MPI, and finalises it at the end.
class MpiSession {
 public:
  /// Throws Error when MPI cannot be used from one thread at a time.
  MpiSession();
  ~MpiSession();
  MpiSession(const MpiSession&) = delete;
  MpiSession& operator=(const MpiSession&) = delete;
};

/// All processes of the job. One at a time; everything split off must be gone before it.
class MpiJob : private MpiSession, public MpiCommunicator {
 public:
  MpiJob();
};

}  // namespace ptqbench
