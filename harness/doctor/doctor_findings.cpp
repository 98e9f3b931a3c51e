#include "harness/doctor/doctor_findings.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>

namespace ptqbench {
namespace {

/// Ranks of one host that may run on the same cores.
struct Group {
  std::vector<size_t> ranks;
  int64_t threads = 0;
};

class Findings {
 public:
  explicit Findings(const std::vector<RankFacts>& ranks) : ranks_(ranks) {
    for (size_t rank = 0; rank < ranks.size(); ++rank) {
      const auto& facts = ranks[rank];
      auto& group = groups_[{facts.host, facts.cores}];
      group.ranks.push_back(rank);
      group.threads += facts.threads;
      hosts_[facts.host].push_back(rank);
    }
  }

  std::vector<std::string> find() {
    check_cores();
    check_unused_cores();
    check_blas();
    check_versions();
    return std::move(found_);
  }

 private:
  static std::string names(const std::vector<size_t>& ranks) {
    constexpr size_t kMost = 8;
    if (ranks.size() == 1) return fmt::format("rank {}", ranks[0]);
    const std::vector<size_t> shown(
        ranks.begin(), ranks.begin() + static_cast<std::ptrdiff_t>(std::min(kMost, ranks.size())));
    return fmt::format("ranks {}{}", fmt::join(shown, ", "), ranks.size() > kMost ? ", ..." : "");
  }

  void check_cores() {
    for (const auto& [place, group] : groups_) {
      const auto& facts = ranks_[group.ranks[0]];
      const auto cores = static_cast<int64_t>(facts.cores.size());
      if (cores == 0) continue;
      const auto where = fmt::format("{} on {} (core(s) {})", names(group.ranks), facts.host_name,
                                     core_ranges(facts.cores));
      if (cores == 1 && group.ranks.size() > 1 && facts.launcher_cores.size() > 1) {
        found_.push_back(fmt::format(
            "{}: all bound to one core; start with --bind-to none, or give each rank its own cores "
            "(--map-by slot:PE=k, srun --cpus-per-task=k)",
            where));
      } else if (static_cast<int64_t>(group.ranks.size()) > cores) {
        found_.push_back(
            fmt::format("{}: more ranks than cores; start at most {} there", where, cores));
      } else if (group.threads > cores) {
        found_.push_back(fmt::format(
            "{}: {} threads on {} core(s); set 'threads: {}' or 0, or bind each rank to more cores",
            where, group.threads, cores,
            std::max<int64_t>(1, cores / static_cast<int64_t>(group.ranks.size()))));
      }
    }
  }

  /// The launcher may use cores that none of its ranks does.
  void check_unused_cores() {
    for (const auto& [host, ranks] : hosts_) {
      std::set<int> used;
      for (const size_t rank : ranks)
        used.insert(ranks_[rank].cores.begin(), ranks_[rank].cores.end());
      const auto& facts = ranks_[ranks[0]];
      const size_t available = facts.launcher_cores.size();
      if (used.empty() || used.size() >= available) continue;
      found_.push_back(fmt::format(
          "the ranks on {} may run on {} of the {} cores that are there for the job; start with "
          "--bind-to none or --map-by slot:PE=k, or srun --cpus-per-task=k",
          facts.host_name, used.size(), available));
    }
  }

  void check_blas() {
    std::vector<size_t> slow;
    for (size_t rank = 0; rank < ranks_.size(); ++rank) {
      if (ranks_[rank].reference_blas) slow.push_back(rank);
    }
    if (slow.empty()) return;
    found_.push_back(fmt::format(
        "{}: the plain reference BLAS ({}) makes linear layers very slow; install OpenBLAS",
        names(slow), ranks_[slow[0]].versions.at("BLAS")));
  }

  void check_versions() {
    for (const auto& [library, first] : ranks_.at(0).versions) {
      for (size_t rank = 1; rank < ranks_.size(); ++rank) {
        const auto& other = ranks_[rank].versions.at(library);
        if (other == first) continue;
        found_.push_back(fmt::format("{}: '{}' on {}, but '{}' on {} (rank {}): results may differ",
                                     library, first, ranks_[0].host_name, other,
                                     ranks_[rank].host_name, rank));
        break;
      }
    }
  }

  const std::vector<RankFacts>& ranks_;
  std::map<std::pair<int, std::vector<int>>, Group> groups_;
  std::map<int, std::vector<size_t>> hosts_;
  std::vector<std::string> found_;
};

}  // namespace

std::string core_ranges(const std::vector<int>& cores) {
  std::string text;
  for (size_t i = 0; i < cores.size();) {
    size_t last = i;
    while (last + 1 < cores.size() && cores[last + 1] == cores[last] + 1) ++last;
    text += text.empty() ? "" : ",";
    text += last == i ? fmt::format("{}", cores[i]) : fmt::format("{}-{}", cores[i], cores[last]);
    i = last + 1;
  }
  return text;
}

std::vector<std::string> doctor_findings(const std::vector<RankFacts>& ranks) {
  return Findings(ranks).find();
}

}  // namespace ptqbench
