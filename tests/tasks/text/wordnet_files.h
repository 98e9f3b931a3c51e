#pragma once

#include <string>

#include "tests/helpers/files.h"

namespace ptqbench::testing {

/// Writes the four data files: data.noun as given, one entry in each of the others.
inline void write_wordnet(const TemporaryFolder& folder, const std::string& nouns) {
  folder.write("data.noun", nouns);
  folder.write("data.verb", "1 29 v 01 breathe 0 000 01 + 02 00 | draw air in and out\n");
  folder.write("data.adj", "1 00 s 01 galore(ip) 0 000 | in great numbers\n");
  folder.write("data.adv", "1 02 r 01 con_brio 0 000 | with spirit\n");
}

}  // namespace ptqbench::testing
