#include "tasks/data/prefetch.h"

#include <fmt/format.h>
#include <torch/types.h>

#include <algorithm>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <exception>
#include <mutex>
#include <stdexcept>
#include <thread>

#include "support/error.h"
#include "tasks/data/batch.h"

namespace ptqbench {

class PrefetchingLoader::State {
 public:
  State(const ImageDataset& data, std::vector<int64_t> indices, const PrefetchOptions& options)
      : data_(data), indices_(std::move(indices)), options_(options) {
    if (options.batch_size < 1 || options.threads < 1 || options.batches_ahead < 1)
      throw std::invalid_argument("PrefetchingLoader: sizes must be at least 1");
    if (indices_.empty()) return;
    shape_ = data.sample(indices_[0]).sizes().vec();
    try {
      for (int i = 0; i < options.threads; ++i) threads_.emplace_back([this] { work(); });
    } catch (...) {
      stop();
      throw;
    }
  }

  ~State() { stop(); }

  std::optional<Batch> next() {
    std::unique_lock<std::mutex> lock(mutex_);
    if (failed_ || taken_ * options_.batch_size >= count()) return std::nullopt;
    batch_done_.wait(lock, [this] { return !pending_.empty() && pending_.front()->missing == 0; });
    const std::unique_ptr<Pending> batch = std::move(pending_.front());
    pending_.pop_front();
    ++taken_;
    failed_ = batch->error != nullptr;
    lock.unlock();
    room_.notify_all();
    if (batch->error) std::rethrow_exception(batch->error);
    return std::move(batch->batch);
  }

 private:
  struct Pending {
    Batch batch;
    int64_t missing = 0;
    /// Of the sample at `error_position`, the first of those that failed.
    std::exception_ptr error;
    int64_t error_position = 0;
  };

  /// One sample to decode: its place in `indices_` and the batch that it goes to.
  struct Ticket {
    int64_t position = 0;
    Pending* batch = nullptr;
  };

  int64_t count() const { return static_cast<int64_t>(indices_.size()); }

  void stop() {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      stopping_ = true;
    }
    room_.notify_all();
    for (auto& thread : threads_) thread.join();
    threads_.clear();
  }

  /// Samples are handed out in order, so that the batch the caller waits for is finished first.
  bool take_ticket(Ticket& ticket) {
    std::unique_lock<std::mutex> lock(mutex_);
    room_.wait(lock, [this] {
      return stopping_ || failed_ || next_ >= count() ||
             next_ / options_.batch_size < taken_ + options_.batches_ahead;
    });
    if (stopping_ || failed_ || next_ >= count()) return false;
    ticket.position = next_++;
    if (ticket.position % options_.batch_size == 0 && !start_batch(ticket.position)) return false;
    ticket.batch = pending_.back().get();
    return true;
  }

  /// Makes room for the batch whose first sample is at `first`; false, and an error for the caller,
  /// where that fails. Under the lock.
  bool start_batch(int64_t first) {
    pending_.push_back(std::make_unique<Pending>());
    Pending& pending = *pending_.back();
    try {
      const int64_t size = std::min(options_.batch_size, count() - first);
      std::vector<int64_t> shape = shape_;
      shape.insert(shape.begin(), size);
      pending.batch.inputs = at::empty(shape, at::kFloat);
      const auto begin = indices_.begin() + first;
      pending.batch.labels = load_labels(data_, {begin, begin + size});
      pending.missing = size;
      return true;
    } catch (...) {
      pending.error = std::current_exception();
      next_ = count();
      batch_done_.notify_one();
      return false;
    }
  }

  /// Copies byte by byte: a tensor operation would start threads of its own on each of ours.
  void decode(const Ticket& ticket) const {
    const int64_t index = indices_[static_cast<size_t>(ticket.position)];
    const at::Tensor sample = data_.sample(index).contiguous();
    if (sample.sizes() != shape_) {
      throw IoError(fmt::format("sample '{}' has another shape than '{}'", data_.sample_name(index),
                                data_.sample_name(indices_[0])));
    }
    float* const target = ticket.batch->batch.inputs.data_ptr<float>() +
                          ticket.position % options_.batch_size * sample.numel();
    std::memcpy(target, sample.data_ptr<float>(),
                static_cast<size_t>(sample.numel()) * sizeof(float));
  }

  void work() {
    Ticket ticket;
    while (take_ticket(ticket)) {
      std::exception_ptr error;
      try {
        decode(ticket);
      } catch (...) {
        error = std::current_exception();
      }
      const std::lock_guard<std::mutex> lock(mutex_);
      Pending& batch = *ticket.batch;
      if (error && (!batch.error || ticket.position < batch.error_position)) {
        batch.error = error;
        batch.error_position = ticket.position;
      }
      if (--batch.missing == 0) batch_done_.notify_one();
    }
  }

  const ImageDataset& data_;
  const std::vector<int64_t> indices_;
  const PrefetchOptions options_;
  std::vector<int64_t> shape_;

  std::mutex mutex_;
  std::condition_variable room_;
  std::condition_variable batch_done_;
  /// Started and not yet taken, in order.
  std::deque<std::unique_ptr<Pending>> pending_;
  /// Position of the next sample to hand out.
  int64_t next_ = 0;
  /// Batches that the caller has taken.
  int64_t taken_ = 0;
  bool failed_ = false;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

PrefetchingLoader::PrefetchingLoader(const ImageDataset& data, std::vector<int64_t> indices,
                                     const PrefetchOptions& options)
    : state_(std::make_unique<State>(data, std::move(indices), options)) {}

PrefetchingLoader::~PrefetchingLoader() = default;

std::optional<Batch> PrefetchingLoader::next() { return state_->next(); }

}  // namespace ptqbench
