#include "harness/config/full_precision_gate.h"

#include <stdexcept>

namespace ptqbench {

std::string on_mismatch_name(OnMismatch action) {
  return action == OnMismatch::kFail ? "fail" : "continue";
}

std::vector<std::string> on_mismatch_names() { return {"fail", "continue"}; }

OnMismatch on_mismatch_from_name(const std::string& name) {
  if (name == "fail") return OnMismatch::kFail;
  if (name == "continue") return OnMismatch::kContinue;
  throw std::invalid_argument("unknown action '" + name + "'");
}

}  // namespace ptqbench
