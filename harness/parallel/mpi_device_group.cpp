#include "harness/parallel/mpi_device_group.h"

#include <fmt/format.h>
#include <torch/types.h>

#include <algorithm>
#include <stdexcept>

#include "support/stop_request.h"

namespace ptqbench {
namespace {

/// MPI counts in int.
constexpr int64_t kMostElements = int64_t{1} << 30;

/// Adds `flat` up on the first member and hands the sum to all: whatever the order in which MPI
/// adds, all members get the same bits.
template <class Element>
void add_up_over(MPI_Comm ranks, MPI_Datatype type, bool first, at::Tensor& flat) {
  auto* data = flat.data_ptr<Element>();
  for (int64_t at = 0; at < flat.numel(); at += kMostElements) {
    const int count = static_cast<int>(std::min(kMostElements, flat.numel() - at));
    MPI_Reduce(first ? MPI_IN_PLACE : data + at, data + at, count, type, MPI_SUM, 0, ranks);
    MPI_Bcast(data + at, count, type, 0, ranks);
  }
}

}  // namespace

MpiDeviceGroup::MpiDeviceGroup(MPI_Comm ranks) {
  MPI_Comm_dup(ranks, &ranks_);
  MPI_Comm_rank(ranks_, &member_);
  MPI_Comm_size(ranks_, &size_);
}

MpiDeviceGroup::~MpiDeviceGroup() { MPI_Comm_free(&ranks_); }

void MpiDeviceGroup::sum(const std::vector<at::Tensor>& tensors) {
  const torch::NoGradGuard no_grad;
  require_all();
  for (const auto type : {at::kFloat, at::kDouble}) {
    std::vector<at::Tensor> parts;
    for (const auto& tensor : tensors) {
      if (tensor.scalar_type() == type) parts.push_back(tensor.reshape({-1}));
    }
    if (parts.empty()) continue;
    auto flat = at::cat(parts);
    add_up(flat);
    int64_t offset = 0;
    for (const auto& tensor : tensors) {
      if (tensor.scalar_type() != type) continue;
      tensor.copy_(flat.slice(0, offset, offset + tensor.numel()).reshape(tensor.sizes()));
      offset += tensor.numel();
    }
  }
}

void MpiDeviceGroup::add_up(at::Tensor& flat) {
  if (!flat.is_cpu()) throw std::logic_error("MPI adds up tensors on the CPU only");
  if (flat.scalar_type() == at::kFloat) {
    add_up_over<float>(ranks_, MPI_FLOAT, leads(), flat);
  } else {
    add_up_over<double>(ranks_, MPI_DOUBLE, leads(), flat);
  }
}

std::optional<MpiDeviceGroup::Told> MpiDeviceGroup::first_to_tell(bool tells,
                                                                  const std::string& text) const {
  const int candidate = tells ? member_ : size_;
  int teller = size_;
  MPI_Allreduce(&candidate, &teller, 1, MPI_INT, MPI_MIN, ranks_);
  if (teller == size_) return std::nullopt;
  int length = static_cast<int>(text.size());
  MPI_Bcast(&length, 1, MPI_INT, teller, ranks_);
  Told told{teller, teller == member_ ? text : std::string(static_cast<size_t>(length), '\0')};
  MPI_Bcast(told.text.data(), length, MPI_CHAR, teller, ranks_);
  return told;
}

MpiDeviceGroup::Verdict MpiDeviceGroup::hear(State mine, const std::string& text) {
  Verdict verdict;
  const int state = static_cast<int>(mine);
  int gravest = 0;
  MPI_Allreduce(&state, &gravest, 1, MPI_INT, MPI_MAX, ranks_);
  verdict.state = static_cast<State>(gravest);
  if (verdict.state == State::kFine) return verdict;
  open_ = false;
  ++partings_;
  verdict.told = first_to_tell(mine == verdict.state, text);
  return verdict;
}

void MpiDeviceGroup::require_all() {
  const auto verdict = hear(State::kFine, "");
  if (verdict.state == State::kStopped) throw Stopped();
  if (verdict.state == State::kFailed) {
    throw PartnerLeft(
        fmt::format("on device {} of the group: {}", verdict.told->member, verdict.told->text));
  }
}

void MpiDeviceGroup::conclude() {
  require_all();
  open_ = false;
}

void MpiDeviceGroup::leave(Reason reason, const std::string& text) noexcept {
  if (!open_) return;
  hear(reason == Reason::kStopped ? State::kStopped : State::kFailed, text);
}

}  // namespace ptqbench
