#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "methods/parallel/device_group.h"

namespace ptqbench {

/// Processes of a job and how they talk: texts, few and small. Tensors go through a DeviceGroup.
class Communicator {
 public:
  virtual ~Communicator() = default;

  virtual int rank() const = 0;
  virtual int size() const = 0;
  /// The lowest of the ranks that share this one's memory: the same number on all ranks of a host.
  virtual int host() const { return 0; }
  /// The library that carries the texts, with its version.
  virtual std::string library() const { return "none"; }

  /// Rank 0's text on every rank. Collective: all ranks call.
  virtual std::string broadcast(const std::string& text) = 0;
  /// Every rank's text, by rank, on rank 0; empty elsewhere. Collective.
  virtual std::vector<std::string> gather(const std::string& text) = 0;
  /// Sends to one rank; returns when `text` may be forgotten.
  virtual void send(int to, const std::string& text) = 0;
  /// A text that has arrived, with its sender; none if there is none now. Never blocks.
  virtual std::optional<std::pair<int, std::string>> poll() = 0;
  /// Whether several threads may call at a time.
  virtual bool allows_threads() const = 0;
  /// The ranks that give the same number, in the order of their ranks here. Collective.
  virtual std::unique_ptr<Communicator> split(int number) = 0;
  /// All ranks as a group whose members compute on these devices; `device` is this rank's.
  /// Collective; all devices are of one kind. Throws Error, on all ranks alike, when they cannot
  /// work together.
  virtual std::unique_ptr<DeviceGroup> device_group(const at::Device& device) = 0;
  /// Ends the whole job at once: for an error that the other ranks know nothing of and would wait
  /// for ever.
  [[noreturn]] virtual void abort(int exit_code) = 0;
};

/// How often a waiting rank looks for texts. Cells take seconds to hours; busy waiting would cost a
/// core.
inline constexpr std::chrono::milliseconds kPollInterval(2);

/// The next text that arrives; waits for it.
std::string wait_for_text(Communicator& communicator);

/// Every rank's text, by rank, on every rank. Collective.
std::vector<std::string> gather_everywhere(Communicator& communicator, const std::string& text);

/// The job this process was started in: MPI under a launcher (mpirun, srun), else this process
/// alone. Throws Error when MPI cannot be used from one thread at a time.
std::unique_ptr<Communicator> make_communicator();

}  // namespace ptqbench
