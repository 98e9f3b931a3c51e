#include "tasks/models/onnx/blocks.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "support/error.h"
#include "support/nearest_name.h"
#include "tasks/models/onnx/scopes.h"

namespace ptqbench::onnx {
namespace {

/// Steps [first, last).
struct Stretch {
  size_t first = 0;
  size_t last = 0;
};

class Finder {
 public:
  Finder(const Network& network, const std::vector<Step>& steps)
      : network_(network), steps_(steps), weighted_(steps.size()) {
    for (size_t n = 0; n < steps.size(); ++n) {
      scopes_.push_back(scope_of(steps[n].node));
      weighted_[n] = network.weight_input(steps[n].node) >= 0;
    }
    count_alive();
    find_stretches();
  }

  std::vector<std::string> by_names() const {
    const auto inner = innermost_joins();
    std::set<std::string> patterns;
    for (const auto& scope : inner) patterns.insert(scope_pattern(scope));
    std::vector<std::string> chosen;
    for (const auto& [scope, stretch] : stretches_) {
      const bool joins = std::count(inner.begin(), inner.end(), scope) != 0;
      if (patterns.count(scope_pattern(scope)) == 0) continue;
      if (!joins && (weights_in(stretch) < 2 || held_by(scope, inner) > 1)) continue;
      chosen.push_back(scope);
    }
    return assign(outermost(chosen));
  }

  std::vector<std::string> by_patterns(const std::vector<std::string>& patterns) const {
    std::vector<std::string> chosen;
    for (const auto& pattern : patterns) {
      const auto all = all_scopes();
      std::vector<std::string> matching;
      for (const auto& scope : all) {
        if (matches_pattern(scope, pattern)) matching.push_back(scope);
      }
      if (matching.empty()) {
        throw ConfigError(fmt::format("blocks: no part of the network is called '{}'{}", pattern,
                                      valid_names_hint(pattern, all)));
      }
      for (const auto& scope : matching) {
        if (stretches_.count(scope) == 0) {
          throw ConfigError(fmt::format(
              "blocks: '{}' is no stretch of the network with one tensor at its end", scope));
        }
        chosen.push_back(scope);
      }
    }
    return assign(outermost(chosen));
  }

  std::vector<std::string> by_cuts() const {
    std::vector<std::string> blocks(steps_.size());
    size_t first = 0;
    int number = 0;
    for (size_t n = 1; n <= steps_.size(); ++n) {
      if (alive_[n] > 1) continue;
      if (n - first > 1 && weights_in({first, n}) > 0) {
        const auto name = fmt::format("block{}", ++number);
        std::fill(blocks.begin() + static_cast<std::ptrdiff_t>(first),
                  blocks.begin() + static_cast<std::ptrdiff_t>(n), name);
      }
      first = n;
    }
    return blocks;
  }

 private:
  /// alive_[n]: tensors that steps before n give and steps from n on, or the caller, read.
  void count_alive() {
    std::map<std::string, size_t> last_reader;
    for (size_t n = 0; n < steps_.size(); ++n) {
      for (const auto& input : steps_[n].node.inputs) last_reader[input] = n;
    }
    for (const auto& output : network_.outputs) last_reader[output] = steps_.size();
    std::set<std::string> weighed;
    std::vector<int> change(steps_.size() + 2, 0);
    for (size_t n = 0; n < steps_.size(); ++n) {
      const NodeDef& node = steps_[n].node;
      const bool counts =
          weighted_[n] || std::any_of(node.inputs.begin(), node.inputs.end(),
                                      [&](const auto& input) { return weighed.count(input) != 0; });
      if (!counts) continue;
      for (const auto& output : node.outputs) {
        weighed.insert(output);
        const auto reader = last_reader.find(output);
        if (reader == last_reader.end()) continue;
        ++change[n + 1];
        --change[reader->second + 1];
      }
    }
    int alive = 0;
    for (size_t n = 0; n <= steps_.size(); ++n) alive_.push_back(alive += change[n]);
  }

  std::vector<std::string> all_scopes() const {
    std::set<std::string> all;
    for (auto scope : scopes_) {
      for (; !scope.empty(); scope = parent_scope(scope)) all.insert(scope);
    }
    return {all.begin(), all.end()};
  }

  /// Scopes whose steps stand together, with cuts at both ends and weights in between.
  void find_stretches() {
    std::map<std::string, Stretch> spans;
    std::map<std::string, size_t> counts;
    for (size_t n = 0; n < steps_.size(); ++n) {
      for (auto scope = scopes_[n]; !scope.empty(); scope = parent_scope(scope)) {
        const auto [found, inserted] = spans.insert({scope, {n, n + 1}});
        found->second.last = n + 1;
        ++counts[scope];
      }
    }
    for (const auto& [scope, span] : spans) {
      const bool together = counts.at(scope) == span.last - span.first;
      if (together && alive_[span.first] <= 1 && alive_[span.last] <= 1 && weights_in(span) > 0)
        stretches_.insert({scope, span});
    }
  }

  size_t weights_in(const Stretch& stretch) const {
    return static_cast<size_t>(
        std::count(weighted_.begin() + static_cast<std::ptrdiff_t>(stretch.first),
                   weighted_.begin() + static_cast<std::ptrdiff_t>(stretch.last), true));
  }

  bool has_join(const Stretch& stretch) const {
    for (size_t n = stretch.first + 1; n < stretch.last; ++n) {
      if (alive_[n] > 1) return true;
    }
    return false;
  }

  /// Stretches with a join that hold none of the same kind.
  std::vector<std::string> innermost_joins() const {
    std::vector<std::string> joins;
    for (const auto& [scope, stretch] : stretches_) {
      if (has_join(stretch)) joins.push_back(scope);
    }
    std::vector<std::string> innermost;
    for (const auto& scope : joins) {
      if (held_by(scope, joins) == 1) innermost.push_back(scope);
    }
    return innermost;
  }

  /// How many of the scopes are within one.
  static size_t held_by(const std::string& outer, const std::vector<std::string>& scopes) {
    return static_cast<size_t>(std::count_if(
        scopes.begin(), scopes.end(), [&](const auto& scope) { return is_within(scope, outer); }));
  }

  static std::vector<std::string> outermost(const std::vector<std::string>& scopes) {
    std::vector<std::string> result;
    for (const auto& scope : scopes) {
      const bool inside = std::any_of(scopes.begin(), scopes.end(), [&](const std::string& other) {
        return other != scope && is_within(scope, other);
      });
      if (!inside) result.push_back(scope);
    }
    return result;
  }

  std::vector<std::string> assign(const std::vector<std::string>& chosen) const {
    std::vector<std::string> blocks(steps_.size());
    for (const auto& scope : chosen) {
      const Stretch& stretch = stretches_.at(scope);
      std::fill(blocks.begin() + static_cast<std::ptrdiff_t>(stretch.first),
                blocks.begin() + static_cast<std::ptrdiff_t>(stretch.last), scope);
    }
    return blocks;
  }

  const Network& network_;
  const std::vector<Step>& steps_;
  std::vector<bool> weighted_;
  std::vector<std::string> scopes_;
  std::vector<int> alive_;
  std::map<std::string, Stretch> stretches_;
};

bool any_block(const std::vector<std::string>& blocks) {
  return std::any_of(blocks.begin(), blocks.end(),
                     [](const auto& block) { return !block.empty(); });
}

}  // namespace

std::vector<std::string> find_blocks(const Network& network, const std::vector<Step>& steps,
                                     const std::vector<std::string>& patterns) {
  const Finder finder(network, steps);
  if (!patterns.empty()) return finder.by_patterns(patterns);
  auto blocks = finder.by_names();
  return any_block(blocks) ? blocks : finder.by_cuts();
}

}  // namespace ptqbench::onnx
