#include "tasks/data/picture_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "support/data_error.h"

namespace ptqbench {
namespace {

namespace fs = std::filesystem;

std::string lower_case(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
  return text;
}

bool is_one_of(const std::vector<std::string>& all, const std::string& text) {
  return std::find(all.begin(), all.end(), text) != all.end();
}

/// Adds the files of one folder, whose path below the first one is `below`; returns its folders.
std::vector<std::string> list(const fs::path& folder, const std::string& below,
                              PictureFiles& files) {
  std::vector<std::string> folders;
  std::vector<std::string> pictures;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (is_leftover(name)) continue;
    if (entry.is_directory()) {
      folders.push_back(name);
    } else if (is_picture_file(entry.path())) {
      pictures.push_back(name);
    } else {
      ++files.others[lower_case(entry.path().extension().string())];
    }
  }
  std::sort(pictures.begin(), pictures.end());
  for (const auto& name : pictures) files.pictures.push_back(below + name);
  return folders;
}

}  // namespace

bool is_picture_file(const fs::path& path) {
  static const std::vector<std::string> endings = {".jpg", ".jpeg", ".png",  ".ppm", ".bmp",
                                                   ".pgm", ".tif",  ".tiff", ".webp"};
  return is_one_of(endings, lower_case(path.extension().string()));
}

bool is_leftover(const std::string& name) {
  static const std::vector<std::string> leftovers = {"$recycle.bin", "@eadir",     "__macosx",
                                                     "__pycache__",  "desktop.ini", "lost+found",
                                                     "system volume information", "thumbs.db"};
  return name.empty() || name[0] == '.' || is_one_of(leftovers, lower_case(name));
}

std::vector<std::string> class_folders(const fs::path& folder) {
  PictureFiles ignored;
  auto names = list(folder, "", ignored);
  std::sort(names.begin(), names.end());
  return names;
}

PictureFiles picture_files(const fs::path& folder) {
  PictureFiles files;
  list(folder, "", files);
  return files;
}

PictureFiles picture_files_below(const fs::path& folder) {
  // Deeper than anybody sorts pictures.
  constexpr size_t kMostLevels = 32;
  std::vector<std::vector<std::string>> levels = {{""}};
  while (!levels.back().empty()) {
    if (levels.size() > kMostLevels) {
      throw DataError(fmt::format("'{}' has more than {} levels of folders, perhaps by symbolic "
                                  "links in a circle",
                                  (folder / levels.back().front()).string(), kMostLevels));
    }
    std::vector<std::string> deeper;
    for (const auto& below : levels.back()) {
      PictureFiles ignored;
      for (const auto& name : list(folder / below, "", ignored))
        deeper.push_back(below.empty() ? name : below + "/" + name);
    }
    levels.push_back(std::move(deeper));
  }
  std::vector<std::string> folders;
  for (const auto& level : levels) folders.insert(folders.end(), level.begin(), level.end());
  std::sort(folders.begin(), folders.end());
  PictureFiles files;
  for (const auto& below : folders)
    list(folder / below, below.empty() ? "" : below + "/", files);
  return files;
}

}  // namespace ptqbench
