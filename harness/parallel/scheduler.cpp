#include "harness/parallel/scheduler.h"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>

namespace ptqbench {
namespace {

/// How often a waiting rank looks for messages. Cells take seconds to hours; busy waiting would
/// cost a core.
constexpr auto kPollInterval = std::chrono::milliseconds(2);

using Json = nlohmann::json;

/// Summaries may quote file names in any encoding, which JSON does not allow.
std::string to_text(const Json& message) {
  return message.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json outcome_message(size_t item, const WorkOutcome& outcome) {
  return {{"done", item},
          {"ok", outcome.succeeded},
          {"summary", outcome.summary},
          {"seconds", outcome.seconds}};
}

WorkOutcome outcome_of(const Json& message) {
  return {message.at("ok").get<bool>(), message.at("summary").get<std::string>(),
          message.at("seconds").get<double>()};
}

/// The items still to do and the listener, shared by rank 0's two threads.
class WorkList {
 public:
  WorkList(const std::vector<size_t>& items, SchedulerListener& listener)
      : items_(items), listener_(listener) {}

  std::optional<size_t> take(int rank) {
    const std::lock_guard lock(mutex_);
    if (next_ == items_.size()) return std::nullopt;
    const size_t item = items_[next_++];
    listener_.started(item, rank);
    return item;
  }

  void finish(size_t item, int rank, const WorkOutcome& outcome) {
    const std::lock_guard lock(mutex_);
    listener_.finished(item, rank, outcome);
  }

 private:
  std::mutex mutex_;
  const std::vector<size_t>& items_;
  SchedulerListener& listener_;
  size_t next_ = 0;
};

/// Answers the other ranks until each of them has been told to stop.
void serve(Communicator& communicator, WorkList& list) {
  int active = communicator.size() - 1;
  while (active > 0) {
    const auto arrived = communicator.poll();
    if (!arrived) {
      std::this_thread::sleep_for(kPollInterval);
      continue;
    }
    const auto& [rank, text] = *arrived;
    const Json message = Json::parse(text);
    if (message.contains("done"))
      list.finish(message.at("done").get<size_t>(), rank, outcome_of(message));
    const auto item = list.take(rank);
    communicator.send(rank, item ? Json{{"item", *item}}.dump() : Json{{"stop", true}}.dump());
    if (!item) --active;
  }
}

void work_for_rank_zero(Communicator& communicator,
                        const std::function<WorkOutcome(size_t)>& work) {
  communicator.send(0, Json{{"ready", true}}.dump());
  while (true) {
    const auto arrived = communicator.poll();
    if (!arrived) {
      std::this_thread::sleep_for(kPollInterval);
      continue;
    }
    const Json message = Json::parse(arrived->second);
    if (message.contains("stop")) return;
    const auto item = message.at("item").get<size_t>();
    communicator.send(0, to_text(outcome_message(item, work(item))));
  }
}

}  // namespace

void run_on_all_ranks(Communicator& communicator, const std::vector<size_t>& items,
                      const std::function<WorkOutcome(size_t item)>& work,
                      SchedulerListener& listener) {
  if (communicator.rank() != 0) return work_for_rank_zero(communicator, work);
  WorkList list(items, listener);
  std::thread server([&] { serve(communicator, list); });
  while (const auto item = list.take(0)) list.finish(*item, 0, work(*item));
  server.join();
}

}  // namespace ptqbench
