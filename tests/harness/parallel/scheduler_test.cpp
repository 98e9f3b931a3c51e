#include "harness/parallel/scheduler.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <map>
#include <mutex>
#include <queue>
#include <thread>

namespace ptqbench {
namespace {

/// Ranks as threads of one process, joined by mailboxes.
class Mailboxes {
 public:
  explicit Mailboxes(int size) : boxes_(static_cast<size_t>(size)) {}
  int size() const { return static_cast<int>(boxes_.size()); }

  void put(int from, int to, const std::string& text) {
    const std::lock_guard lock(mutex_);
    boxes_[static_cast<size_t>(to)].emplace(from, text);
  }
  std::optional<std::pair<int, std::string>> take(int rank) {
    const std::lock_guard lock(mutex_);
    auto& box = boxes_[static_cast<size_t>(rank)];
    if (box.empty()) return std::nullopt;
    auto message = box.front();
    box.pop();
    return message;
  }

 private:
  std::mutex mutex_;
  std::vector<std::queue<std::pair<int, std::string>>> boxes_;
};

class ThreadCommunicator : public Communicator {
 public:
  ThreadCommunicator(Mailboxes& mail, int rank) : mail_(mail), rank_(rank) {}
  int rank() const override { return rank_; }
  int size() const override { return mail_.size(); }
  std::string broadcast(const std::string& text) override { return text; }
  std::vector<std::string> gather(const std::string& text) override { return {text}; }
  void send(int to, const std::string& text) override { mail_.put(rank_, to, text); }
  std::optional<std::pair<int, std::string>> poll() override { return mail_.take(rank_); }
  [[noreturn]] void abort(int exit_code) override { std::exit(exit_code); }

 private:
  Mailboxes& mail_;
  int rank_;
};

class Recorder : public SchedulerListener {
 public:
  void started(size_t item, int /*rank*/) override { order.push_back(item); }
  void finished(size_t item, int rank, const WorkOutcome& outcome) override {
    ++times_finished[item];
    ranks.insert({item, rank});
    if (!outcome.succeeded) failed.push_back(item);
  }
  std::vector<size_t> order;
  std::map<size_t, int> times_finished;
  std::map<size_t, int> ranks;
  std::vector<size_t> failed;
};

Recorder run(int ranks, const std::vector<size_t>& items,
             const std::function<WorkOutcome(size_t)>& work) {
  Mailboxes mail(ranks);
  Recorder recorder;
  std::vector<std::thread> threads;
  for (int rank = 1; rank < ranks; ++rank) {
    threads.emplace_back([&, rank] {
      ThreadCommunicator communicator(mail, rank);
      Recorder unused;
      run_on_all_ranks(communicator, {}, work, unused);
    });
  }
  ThreadCommunicator communicator(mail, 0);
  run_on_all_ranks(communicator, items, work, recorder);
  for (auto& thread : threads) thread.join();
  return recorder;
}

class AnyRanks : public ::testing::TestWithParam<int> {};

TEST_P(AnyRanks, EveryItemIsDoneOnceAndStartedInOrder) {
  std::vector<size_t> items;
  for (size_t i = 0; i < 50; ++i) items.push_back(99 - i);
  const auto recorder = run(GetParam(), items, [](size_t) { return WorkOutcome{}; });
  EXPECT_EQ(recorder.order, items);
  EXPECT_EQ(recorder.times_finished.size(), items.size());
  for (const auto& [item, times] : recorder.times_finished) EXPECT_EQ(times, 1) << item;
}

TEST_P(AnyRanks, NothingToDoEndsAtOnce) {
  EXPECT_TRUE(run(GetParam(), {}, [](size_t) { return WorkOutcome{}; }).order.empty());
}

TEST_P(AnyRanks, FailuresAreReported) {
  const auto recorder = run(GetParam(), {0, 1, 2, 3}, [](size_t item) {
    return WorkOutcome{item != 2, "", 0};
  });
  EXPECT_EQ(recorder.failed, (std::vector<size_t>{2}));
}

INSTANTIATE_TEST_SUITE_P(Ranks, AnyRanks, ::testing::Values(1, 2, 4, 7));

TEST(Scheduler, AFreeRankTakesTheNextItemWhileAnotherIsBusy) {
  const auto recorder = run(2, {0, 1, 2, 3, 4, 5}, [](size_t item) {
    std::this_thread::sleep_for(std::chrono::milliseconds(item == 0 ? 500 : 5));
    return WorkOutcome{};
  });
  int of_the_busy_rank = 0;
  for (const auto& [item, rank] : recorder.ranks)
    of_the_busy_rank += rank == recorder.ranks.at(0) ? 1 : 0;
  EXPECT_EQ(of_the_busy_rank, 1);
}

}  // namespace
}  // namespace ptqbench
