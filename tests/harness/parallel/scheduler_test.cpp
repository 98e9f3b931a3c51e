#include "harness/parallel/scheduler.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <map>
#include <mutex>
#include <queue>
#include <stdexcept>
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
  bool allows_threads() const override { return true; }
  std::unique_ptr<Communicator> split(int /*number*/) override { return nullptr; }
  std::unique_ptr<DeviceGroup> device_group(const at::Device& /*device*/) override {
    return nullptr;
  }
  [[noreturn]] void abort(int exit_code) override { std::exit(exit_code); }

 private:
  Mailboxes& mail_;
  int rank_;
};

class Recorder : public SchedulerListener {
 public:
  void started(size_t item, int /*rank*/) override { order.push_back(item); }
  void set_back(size_t item, int rank, const WorkOutcome& /*outcome*/) override {
    ++times_set_back[item];
    failed_on.push_back(rank);
  }
  void stopped(size_t item, int /*rank*/) override { stopped_items.push_back(item); }
  void finished(size_t item, int rank, const WorkOutcome& outcome) override {
    ++times_finished[item];
    ranks.insert({item, rank});
    if (!outcome.succeeded) failed.push_back(item);
  }
  std::vector<size_t> order;
  std::map<size_t, int> times_finished;
  std::map<size_t, int> ranks;
  std::vector<size_t> failed;
  std::map<size_t, int> times_set_back;
  std::vector<int> failed_on;
  std::vector<size_t> stopped_items;
  bool all_finished = false;
};

Recorder run(int ranks, const std::vector<size_t>& items,
             const std::function<WorkOutcome(size_t)>& work, const SchedulerRules& rules = {}) {
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
  recorder.all_finished = run_on_all_ranks(communicator, items, work, recorder, rules);
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

TEST_P(AnyRanks, AFailureThatLastsIsNotTriedAgain) {
  std::atomic<int> tries{0};
  const auto work = [&](size_t item) {
    WorkOutcome outcome{item != 1, "", 0};
    outcome.lasting = item == 1;
    if (item == 1) ++tries;
    return outcome;
  };
  SchedulerRules rules;
  rules.retries = 5;
  const auto recorder = run(GetParam(), {0, 1, 2}, work, rules);
  EXPECT_EQ(tries, 1);
  EXPECT_EQ(recorder.failed, (std::vector<size_t>{1}));
  EXPECT_TRUE(recorder.times_set_back.empty());
  EXPECT_TRUE(recorder.all_finished);
}

TEST_P(AnyRanks, WhatFailsIsTriedAgainAfterAllOthers) {
  std::atomic<int> tries{0};
  const auto work = [&](size_t item) { return WorkOutcome{item != 1 || ++tries > 2, "", 0}; };
  SchedulerRules rules;
  rules.retries = 2;
  const auto recorder = run(GetParam(), {0, 1, 2, 3}, work, rules);
  EXPECT_TRUE(recorder.all_finished);
  EXPECT_TRUE(recorder.failed.empty());
  EXPECT_EQ(recorder.times_set_back, (std::map<size_t, int>{{1, 2}}));
  EXPECT_EQ(recorder.order, (std::vector<size_t>{0, 1, 2, 3, 1, 1}));
  EXPECT_EQ(recorder.times_finished.size(), 4U);
}

TEST_P(AnyRanks, RetriesAreBounded) {
  std::atomic<int> tries{0};
  const auto work = [&](size_t) {
    ++tries;
    return WorkOutcome{false, "", 0};
  };
  SchedulerRules rules;
  rules.retries = 3;
  const auto recorder = run(GetParam(), {7}, work, rules);
  EXPECT_EQ(tries, 4);
  EXPECT_EQ(recorder.failed, (std::vector<size_t>{7}));
  EXPECT_TRUE(recorder.all_finished) << "it failed for good";
}

TEST_P(AnyRanks, AfterAStopNothingIsHandedOut) {
  std::atomic<int> begun{0};
  SchedulerRules rules;
  rules.stop = [&] { return begun >= 2; };
  const auto work = [&](size_t) {
    ++begun;
    return WorkOutcome{};
  };
  std::vector<size_t> items(1000);
  const auto recorder = run(GetParam(), items, work, rules);
  EXPECT_FALSE(recorder.all_finished);
  // Those that had been handed out by then.
  EXPECT_LE(begun, 2 + GetParam());
  EXPECT_TRUE(run(GetParam(), {}, work, rules).all_finished);
}

TEST_P(AnyRanks, AStoppedItemStopsAllAndIsNoFailure) {
  const auto work = [](size_t item) {
    if (item == 2) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    WorkOutcome outcome;
    outcome.stopped = item == 1;
    outcome.succeeded = !outcome.stopped;
    return outcome;
  };
  SchedulerRules rules;
  rules.retries = 5;
  std::vector<size_t> items = {0, 1};
  items.resize(1000, 2);
  const auto recorder = run(GetParam(), items, work, rules);
  EXPECT_FALSE(recorder.all_finished);
  EXPECT_EQ(recorder.stopped_items, (std::vector<size_t>{1}));
  EXPECT_TRUE(recorder.failed.empty());
  EXPECT_TRUE(recorder.times_set_back.empty());
  EXPECT_LT(recorder.order.size(), items.size());
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

TEST(Scheduler, AFailedItemGoesToAnotherRankIfOneIsFree) {
  // Item 0 takes long and fails while the other ranks have nothing to do.
  std::atomic<int> tries{0};
  const auto work = [&](size_t item) {
    if (item == 0 && ++tries == 1) {
      std::this_thread::sleep_for(std::chrono::milliseconds(200));
      return WorkOutcome{false, "", 0};
    }
    return WorkOutcome{};
  };
  SchedulerRules rules;
  rules.retries = 1;
  const auto recorder = run(3, {0, 1, 2}, work, rules);
  ASSERT_EQ(recorder.failed_on.size(), 1U);
  EXPECT_NE(recorder.ranks.at(0), recorder.failed_on[0]);
}

/// Fails when it hears of one rank's first item.
class FailingListener : public SchedulerListener {
 public:
  explicit FailingListener(int rank) : rank_(rank) {}
  void started(size_t /*item*/, int rank) override {
    if (rank == rank_) throw std::runtime_error("cannot say so");
  }
  void finished(size_t /*item*/, int /*rank*/, const WorkOutcome& /*outcome*/) override {}

 private:
  int rank_;
};

class FailingRank : public ::testing::TestWithParam<int> {};

// Rank 1 is served by a thread of its own, rank 0 by the one that calls.
TEST_P(FailingRank, WhatIsThrownWhileItIsServedComesOutOfTheCall) {
  Mailboxes mail(2);
  const auto work = [](size_t) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return WorkOutcome{};
  };
  std::thread other([&] {
    ThreadCommunicator communicator(mail, 1);
    Recorder unused;
    run_on_all_ranks(communicator, {}, work, unused);
  });
  ThreadCommunicator communicator(mail, 0);
  FailingListener listener(GetParam());
  EXPECT_THROW(run_on_all_ranks(communicator, std::vector<size_t>(1000), work, listener),
               std::runtime_error);
  // In a job of processes the caller ends it instead.
  communicator.send(1, R"({"stop": true})");
  other.join();
}

INSTANTIATE_TEST_SUITE_P(Ranks, FailingRank, ::testing::Values(0, 1));

}  // namespace
}  // namespace ptqbench
