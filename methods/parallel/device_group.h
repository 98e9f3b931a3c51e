#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <vector>

#include "support/error.h"

namespace ptqbench {

/// Another member of the group could not go on.
class PartnerLeft : public Error {
 public:
  using Error::Error;
};

/// The processes, each with a device of its own, that work on one piece of work together; every
/// one holds the whole model and a share of the samples. sum() and conclude() are collective: all
/// members call them, in the same order, with tensors of the same shapes and types.
class DeviceGroup {
 public:
  virtual ~DeviceGroup() = default;

  virtual int member() const = 0;
  virtual int size() const = 0;
  /// Where the tensors of sum() must lie.
  virtual at::Device device() const = 0;
  /// Whether this member writes what only one may write.
  bool leads() const { return member() == 0; }

  /// Before each piece of work; not collective.
  virtual void begin() = 0;
  /// Adds the tensors up over the members, in place; the same bits for all. Throws PartnerLeft when
  /// another member has failed, Stopped when one was asked to stop.
  virtual void sum(const std::vector<at::Tensor>& tensors) = 0;
  /// Ends a piece of work that succeeded here; throws as sum() does when it did not elsewhere.
  virtual void conclude() = 0;

  enum class Reason { kFailed, kStopped };
  /// Instead of the collective call that the others are in or will come to: tells them. Nothing to
  /// do where they know, or have ended themselves.
  virtual void leave(Reason reason, const std::string& text) noexcept = 0;
};

/// One process for itself.
class LocalGroup : public DeviceGroup {
 public:
  int member() const override { return 0; }
  int size() const override { return 1; }
  at::Device device() const override { return at::kCPU; }
  void begin() override {}
  void sum(const std::vector<at::Tensor>& /*tensors*/) override {}
  void conclude() override {}
  void leave(Reason /*reason*/, const std::string& /*text*/) noexcept override {}
};

/// The samples [first, last) of `total` that one process holds.
struct SampleShare {
  int64_t first = 0;
  int64_t last = 0;
  int64_t total = 0;

  int64_t count() const { return last - first; }
  bool whole() const { return count() == total; }
};

/// All samples.
inline SampleShare all_samples(int64_t total) { return {0, total, total}; }
/// This member's share: the members' shares follow each other and differ by one at most.
SampleShare share_of(int64_t total, const DeviceGroup& group);

/// Whether this member does the batch with this number: every size()-th, so that the batches are the
/// same for any size.
inline bool does_batch(const DeviceGroup& group, int64_t batch) {
  return batch % group.size() == group.member();
}

/// The values added up over the members, as sum() does.
std::vector<double> sum_over(DeviceGroup& group, std::vector<double> values);

}  // namespace ptqbench
