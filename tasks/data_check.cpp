#include "tasks/data_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cctype>
#include <filesystem>
#include <functional>
#include <set>
#include <thread>

#include "support/error.h"
#include "tasks/data/dataset.h"
#include "tasks/data/exif.h"
#include "tasks/data/picture_facts.h"
#include "tasks/detection/coco/coco.h"
#include "tasks/detection/coco/coco_folder.h"
#include "tasks/task.h"
#include "tasks/text/text_datasets.h"
#include "tasks/text/vocabulary.h"

namespace ptqbench {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> splits_of(const DatasetOptions& options) {
  if (options.calibration_split == options.evaluation_split) return {options.calibration_split};
  return {options.calibration_split, options.evaluation_split};
}

/// Calls `check` for 0..count-1 on several threads; what it says, in the order of the numbers.
std::vector<std::string> check_all(size_t count, int threads,
                                   const std::function<std::string(size_t)>& check) {
  std::vector<std::string> found(count);
  std::atomic<size_t> next{0};
  const auto work = [&] {
    for (size_t i = next++; i < count; i = next++) found[i] = check(i);
  };
  std::vector<std::thread> others;
  for (int i = 1; i < threads; ++i) others.emplace_back(work);
  work();
  for (auto& other : others) other.join();
  found.erase(std::remove(found.begin(), found.end(), ""), found.end());
  return found;
}

/// What `read` throws on bad files, if anything.
std::string problem_of(const std::function<void()>& read) {
  try {
    read();
  } catch (const IoError& error) {
    return error.what();
  }
  return "";
}

/// Files with a picture's ending, whatever folder they lie in, in order.
std::vector<fs::path> pictures_below(const fs::path& folder) {
  static const std::set<std::string> endings = {".jpg", ".jpeg", ".png",  ".ppm", ".bmp",
                                                ".pgm", ".tif",  ".tiff", ".webp"};
  std::vector<fs::path> paths;
  std::error_code error;
  for (const auto& entry : fs::recursive_directory_iterator(folder, error)) {
    auto ending = entry.path().extension().string();
    for (char& c : ending) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    const bool hidden = entry.path().filename().string().rfind('.', 0) == 0;
    if (!hidden && endings.count(ending) > 0 && entry.is_regular_file(error))
      paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

class Checker {
 public:
  Checker(const TaskOptions& options, int threads) : options_(options), threads_(threads) {}

  DataCheck run() {
    const auto& task = options_.name;
    if (task == "image_classification") {
      for_each_split([&](const std::string& split) { check_images(split); });
    } else if (task == "object_detection" && options_.dataset.name == "coco") {
      for_each_split([&](const std::string& split) { check_coco(split); });
    } else if (task == "text_classification" || task == "question_answering") {
      for_each_split([&](const std::string& split) { check_texts(split); });
      if (!options_.text.vocabulary.empty())
        note(problem_of([&] { read_vocabulary(options_.text.vocabulary); }));
    }
    // What concerns both splits, and options.
    if (result_.problems.empty()) {
      note(problem_of([&] {
        for (const auto& each : make_task(options_)->notes()) result_.notes.push_back(each);
      }));
    }
    return std::move(result_);
  }

 private:
  void for_each_split(const std::function<void(const std::string&)>& check) {
    for (const auto& split : splits_of(options_.dataset)) note(problem_of([&] { check(split); }));
  }

  void note(const std::string& problem) {
    if (!problem.empty() && known_.insert(problem).second) result_.problems.push_back(problem);
  }

  void note_all(const std::vector<std::string>& problems) {
    for (const auto& problem : problems) note(problem);
  }

  void check_images(const std::string& split) {
    const fs::path root = options_.dataset.root;
    std::vector<fs::path> paths;
    const auto problem = problem_of([&] {
      const auto data = make_dataset(options_.dataset, split);
      const bool has_files = !root.empty() && fs::exists(root / data->sample_name(0));
      for (int64_t i = 0; has_files && i < data->size(); ++i)
        paths.push_back(root / data->sample_name(i));
    });
    note(problem);
    // What is wrong may be one of the pictures.
    if (!problem.empty() && !root.empty()) paths = pictures_below(root / split);
    note_all(check_all(paths.size(), threads_,
                       [&](size_t i) { return problem_of([&] { check_picture(paths[i]); }); }));
    result_.pictures += static_cast<int64_t>(paths.size());
  }

  void check_coco(const std::string& split) {
    const fs::path root = options_.dataset.root;
    std::vector<std::string> problems;
    const auto file = coco_annotations_file(root, split);
    const auto all = read_coco_annotations(file, &problems);
    note_all(problems);
    const auto folder = coco_image_folder(root, split);
    note_all(check_all(all.images.size(), threads_, [&](size_t i) {
      return problem_of([&] { check_coco_image(folder, all.images[i], file); });
    }));
    result_.pictures += static_cast<int64_t>(all.images.size());
  }

  static void check_coco_image(const fs::path& folder, const CocoImage& image,
                               const fs::path& annotations) {
    const auto path = folder / image.file_name;
    const auto facts = check_picture(path);
    const ImageSize stored{facts.height, facts.width};
    const ImageSize shown =
        swaps_sides(facts.orientation) ? ImageSize{facts.width, facts.height} : stored;
    if (image.size == ImageSize{} || image.size == stored || image.size == shown) return;
    throw IoError(fmt::format("'{}' has {}x{} pixels, but {}x{} by '{}'", path.string(),
                              stored.width, stored.height, image.size.width, image.size.height,
                              annotations.string()));
  }

  void check_texts(const std::string& split) {
    std::vector<std::string> problems;
    const auto error = problem_of([&] {
      if (options_.name == "text_classification") {
        make_text_dataset(options_.dataset, split, &problems);
      } else {
        make_question_dataset(options_.dataset, split, &problems);
      }
    });
    note_all(problems);
    note(error);
  }

  const TaskOptions& options_;
  int threads_;
  DataCheck result_;
  std::set<std::string> known_;
};

}  // namespace

DataCheck check_data(const TaskOptions& options, int threads) {
  return Checker(options, std::max(1, threads)).run();
}

}  // namespace ptqbench
