#pragma once

#include <functional>
#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace ptqbench {

class Communicator;

/// What a chosen subcommand does: runs on every rank, returns the exit code.
using Command = std::function<int(Communicator&)>;

/// Each adds one subcommand to `app`; when it is chosen, `chosen` is set.
void add_run(CLI::App& app, Command& chosen);
void add_plan(CLI::App& app, Command& chosen);
void add_table(CLI::App& app, Command& chosen);
void add_list(CLI::App& app, Command& chosen);
void add_describe(CLI::App& app, Command& chosen);
void add_doctor(CLI::App& app, Command& chosen);
void add_evaluate(CLI::App& app, Command& chosen);
void add_train(CLI::App& app, Command& chosen);
void add_published(CLI::App& app, Command& chosen);
void add_vocabulary(CLI::App& app, Command& chosen);
void add_scenes(CLI::App& app, Command& chosen);
void add_compare(CLI::App& app, Command& chosen);
void add_export(CLI::App& app, Command& chosen);
void add_history(CLI::App& app, Command& chosen);
void add_report(CLI::App& app, Command& chosen);
void add_sensitivity(CLI::App& app, Command& chosen);

/// `--set KEY=VALUE`, repeatable, into `set`.
CLI::Option* add_set_option(CLI::App& command, std::vector<std::string>& set,
                            const std::string& example);
/// `--filter EXPRESSION`; given again, all of them hold.
CLI::Option* add_filter_option(CLI::App& command, std::string& filter);

/// A command that one process does alone: the other ranks of a job do nothing.
Command on_rank_zero(const std::function<int()>& body);

}  // namespace ptqbench
