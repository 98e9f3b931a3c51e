#include "tasks/text/text_lines.h"

#include <algorithm>
#include <iterator>

namespace ptqbench {

std::vector<std::string> text_lines(const std::vector<uint8_t>& bytes) {
  constexpr uint8_t kMark[] = {0xef, 0xbb, 0xbf};
  auto begin = bytes.begin();
  if (bytes.size() >= 3 && std::equal(std::begin(kMark), std::end(kMark), begin)) begin += 3;
  std::vector<std::string> lines;
  while (begin != bytes.end()) {
    const auto end = std::find(begin, bytes.end(), uint8_t{'\n'});
    lines.emplace_back(begin, end);
    if (!lines.back().empty() && lines.back().back() == '\r') lines.back().pop_back();
    begin = end == bytes.end() ? end : end + 1;
  }
  return lines;
}

}  // namespace ptqbench
