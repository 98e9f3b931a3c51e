#pragma once

#include <string>
#include <vector>

#include "results/published/published.h"

namespace ptqbench {

/// A text and the file that messages say it is from.
struct PublishedFile {
  std::string name;
  std::string text;
};

/// Reads files of published numbers, one paper each, in the format that results/published/README.md
/// describes. Throws one ConfigError with file, line and key of everything that is wrong: unknown
/// and missing keys, wrong types, tables without source or rows, ids used twice.
PublishedPapers read_published(const std::vector<PublishedFile>& files);

/// The files of results/published/, which the program carries inside.
const std::vector<PublishedFile>& shipped_published_files();

/// `read_published` of these.
PublishedPapers shipped_published();

}  // namespace ptqbench
