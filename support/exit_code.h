#pragma once

namespace ptqbench {

/// What the program ends with when all went well but for this. 0: everything did.
namespace exit_code {

/// A cell failed, a comparison found a regression, a saved model gave other metrics than recorded,
/// or something unforeseen happened.
inline constexpr int kFailed = 1;
/// The command line, a configuration or a file that it names is wrong.
inline constexpr int kBadInput = 2;
/// `compare` and `evaluate` had nothing to compare.
inline constexpr int kNothingCompared = 3;
/// `run` was asked to stop before all was done: EX_TEMPFAIL of sysexits.h, try again later.
inline constexpr int kStopped = 75;

}  // namespace exit_code
}  // namespace ptqbench
