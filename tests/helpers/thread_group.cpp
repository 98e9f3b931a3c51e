#include "tests/helpers/thread_group.h"

#include <torch/types.h>

#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>

namespace ptqbench::testing {
namespace {

/// Where the threads meet.
class Meeting {
 public:
  explicit Meeting(int size) : tensors_(static_cast<size_t>(size)) {}

  int size() const { return static_cast<int>(tensors_.size()); }

  /// Adds up in the order of the members when all have come. Throws PartnerLeft if one has left.
  void sum(int member, const std::vector<at::Tensor>& tensors) {
    std::unique_lock lock(mutex_);
    tensors_[static_cast<size_t>(member)] = tensors;
    const int round = round_;
    if (++arrived_ == size()) {
      add_up();
      arrived_ = 0;
      ++round_;
      changed_.notify_all();
    }
    changed_.wait(lock, [&] { return round_ != round || left_; });
    if (round_ == round) throw PartnerLeft("a member left");
  }

  void leave() {
    const std::lock_guard lock(mutex_);
    left_ = true;
    changed_.notify_all();
  }

 private:
  void add_up() {
    const torch::NoGradGuard no_grad;
    for (size_t i = 0; i < tensors_[0].size(); ++i) {
      auto total = tensors_[0][i].clone();
      for (size_t member = 1; member < tensors_.size(); ++member) total += tensors_[member][i];
      for (auto& of_member : tensors_) of_member[i].copy_(total);
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::vector<at::Tensor>> tensors_;
  int arrived_ = 0;
  int round_ = 0;
  bool left_ = false;
};

class ThreadGroup : public DeviceGroup {
 public:
  ThreadGroup(Meeting& meeting, int member) : meeting_(meeting), member_(member) {}

  int member() const override { return member_; }
  int size() const override { return meeting_.size(); }
  at::Device device() const override { return at::kCPU; }
  void begin() override {}
  void sum(const std::vector<at::Tensor>& tensors) override { meeting_.sum(member_, tensors); }
  void conclude() override {}
  void leave(Reason /*reason*/, const std::string& /*text*/) noexcept override { meeting_.leave(); }

 private:
  Meeting& meeting_;
  int member_;
};

}  // namespace

void run_as_group(int size, const std::function<void(DeviceGroup& group)>& body) {
  Meeting meeting(size);
  std::vector<std::exception_ptr> errors(static_cast<size_t>(size));
  std::vector<std::thread> threads;
  for (int member = 0; member < size; ++member) {
    threads.emplace_back([&, member] {
      ThreadGroup group(meeting, member);
      try {
        body(group);
      } catch (...) {
        errors[static_cast<size_t>(member)] = std::current_exception();
        group.leave(DeviceGroup::Reason::kFailed, "");
      }
    });
  }
  for (auto& thread : threads) thread.join();
  for (const auto& error : errors) {
    if (error) std::rethrow_exception(error);
  }
}

}  // namespace ptqbench::testing
