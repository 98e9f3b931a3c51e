#include "harness/parallel/scheduler.h"

#include <algorithm>
#include <deque>
#include <exception>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <thread>

#include "support/printable.h"

namespace ptqbench {
namespace {

using Json = nlohmann::json;

std::string to_text(const Json& message) { return message.dump(); }

Json outcome_message(size_t item, const WorkOutcome& outcome) {
  return {{"done", item},
          {"ok", outcome.succeeded},
          {"stopped", outcome.stopped},
          {"lasting", outcome.lasting},
          {"summary", printable(outcome.summary)},
          {"seconds", outcome.seconds}};
}

WorkOutcome outcome_of(const Json& message) {
  return {message.at("ok").get<bool>(), message.at("summary").get<std::string>(),
          message.at("seconds").get<double>(), message.at("stopped").get<bool>(),
          message.at("lasting").get<bool>()};
}

/// The items still to do and the listener, shared by rank 0's two threads.
class WorkList {
 public:
  WorkList(const std::vector<size_t>& items, SchedulerListener& listener,
           const SchedulerRules& rules)
      : untried_(items.begin(), items.end()),
        unfinished_(items.size()),
        listener_(listener),
        rules_(rules) {}

  /// The next item for a rank that has nothing to do; none if there is none for it now.
  std::optional<size_t> take(int rank) {
    const std::lock_guard lock(mutex_);
    stopping_ = stopping_ || rules_.stop();
    idle_.insert(rank);
    const auto item = stopping_ ? std::nullopt : next_for(rank);
    if (!item) return std::nullopt;
    idle_.erase(rank);
    ++running_;
    listener_.started(*item, rank);
    return item;
  }

  void finish(size_t item, int rank, const WorkOutcome& outcome) {
    const std::lock_guard lock(mutex_);
    --running_;
    if (outcome.stopped) {
      stopping_ = true;
      listener_.stopped(item, rank);
    } else if (!outcome.succeeded && !outcome.lasting && failures_[item]++ < rules_.retries) {
      failed_.push_back({item, rank});
      listener_.set_back(item, rank, outcome);
    } else {
      --unfinished_;
      listener_.finished(item, rank, outcome);
    }
  }

  /// Nothing runs and nothing will be handed out any more.
  bool over() {
    const std::lock_guard lock(mutex_);
    return running_ == 0 && (stopping_ || (untried_.empty() && failed_.empty()));
  }

  bool all_finished() {
    const std::lock_guard lock(mutex_);
    return unfinished_ == 0;
  }

  /// One of the two threads cannot go on: the first reason is kept, and the other thread leaves as
  /// soon as it looks.
  void give_up(std::exception_ptr reason) {
    const std::lock_guard lock(mutex_);
    if (!failure_) failure_ = std::move(reason);
  }

  /// Throws what was given up for.
  void rethrow_failure() {
    const std::lock_guard lock(mutex_);
    if (failure_) std::rethrow_exception(failure_);
  }

  bool given_up() {
    const std::lock_guard lock(mutex_);
    return failure_ != nullptr;
  }

 private:
  struct FailedItem {
    size_t item;
    int rank;
  };

  std::optional<size_t> next_for(int rank) {
    if (!untried_.empty()) {
      const size_t item = untried_.front();
      untried_.pop_front();
      return item;
    }
    // `rank` itself is idle.
    const bool others_are_free = idle_.size() > 1;
    const auto found = std::find_if(failed_.begin(), failed_.end(), [&](const FailedItem& failed) {
      return failed.rank != rank || !others_are_free;
    });
    if (found == failed_.end()) return std::nullopt;
    const size_t item = found->item;
    failed_.erase(found);
    return item;
  }

  std::mutex mutex_;
  std::deque<size_t> untried_;
  /// To be tried again, in the order in which they failed.
  std::deque<FailedItem> failed_;
  std::map<size_t, int64_t> failures_;
  std::set<int> idle_;
  size_t running_ = 0;
  size_t unfinished_;
  bool stopping_ = false;
  std::exception_ptr failure_;
  SchedulerListener& listener_;
  const SchedulerRules& rules_;
};

/// Gives each waiting rank an item, or sends it away when there will be none. Returns how many were
/// sent away.
int answer(Communicator& communicator, WorkList& list, std::set<int>& waiting) {
  int sent_away = 0;
  for (auto rank = waiting.begin(); rank != waiting.end();) {
    const bool over = list.over();
    const auto item = list.take(*rank);
    if (!item && !over) {
      ++rank;
      continue;
    }
    communicator.send(*rank, item ? Json{{"item", *item}}.dump() : Json{{"stop", true}}.dump());
    sent_away += item ? 0 : 1;
    rank = waiting.erase(rank);
  }
  return sent_away;
}

/// Answers the other ranks until each of them has been told to stop.
void serve(Communicator& communicator, WorkList& list) {
  int active = communicator.size() - 1;
  std::set<int> waiting;
  while (active > 0 && !list.given_up()) {
    if (const auto arrived = communicator.poll()) {
      const auto& [rank, text] = *arrived;
      const Json message = Json::parse(text);
      if (message.contains("done"))
        list.finish(message.at("done").get<size_t>(), rank, outcome_of(message));
      waiting.insert(rank);
    } else {
      std::this_thread::sleep_for(kPollInterval);
    }
    active -= answer(communicator, list, waiting);
  }
}

void work_for_rank_zero(Communicator& communicator,
                        const std::function<WorkOutcome(size_t)>& work) {
  communicator.send(0, Json{{"ready", true}}.dump());
  while (true) {
    const Json message = Json::parse(wait_for_text(communicator));
    if (message.contains("stop")) return;
    const auto item = message.at("item").get<size_t>();
    communicator.send(0, to_text(outcome_message(item, work(item))));
  }
}

/// Rank 0's own share of the work.
void work_beside_server(WorkList& list, const std::function<WorkOutcome(size_t)>& work) {
  while (!list.over() && !list.given_up()) {
    if (const auto item = list.take(0)) {
      list.finish(*item, 0, work(*item));
    } else {
      std::this_thread::sleep_for(kPollInterval);
    }
  }
}

}  // namespace

bool run_on_all_ranks(Communicator& communicator, const std::vector<size_t>& items,
                      const std::function<WorkOutcome(size_t item)>& work,
                      SchedulerListener& listener, const SchedulerRules& rules) {
  if (communicator.rank() != 0) {
    work_for_rank_zero(communicator, work);
    return true;
  }
  WorkList list(items, listener, rules);
  const auto guarded = [&list](const auto& body) {
    try {
      body();
    } catch (...) {
      list.give_up(std::current_exception());
    }
  };
  std::thread server([&] { guarded([&] { serve(communicator, list); }); });
  guarded([&] { work_beside_server(list, work); });
  server.join();
  list.rethrow_failure();
  return list.all_finished();
}

}  // namespace ptqbench
