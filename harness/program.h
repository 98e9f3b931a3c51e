#pragma once

namespace ptqbench {

/// The program ptqbench: parses the command line, runs the command on this rank and returns its
/// exit code. A program with methods, models and tasks of its own registers them first
/// (methods/recipes/registry.h, tasks/models/registry.h, tasks/task_registry.h), the same on all
/// ranks.
int run_program(int argc, char** argv);

}  // namespace ptqbench
