#include "tasks/data/dataset.h"

#include <ATen/core/Tensor.h>
#include <fmt/format.h>

#include <algorithm>

#include "support/nearest_name.h"
#include "tasks/data/cifar10.h"
#include "tasks/data/fashion_mnist.h"
#include "tasks/data/image_folder.h"
#include "tasks/data/memory_dataset.h"
#include "tasks/data/picture_transform.h"

namespace ptqbench {
namespace {

using Dataset = std::unique_ptr<ImageDataset>;

struct Entry {
  std::string name;
  std::string description;
  std::vector<double> default_mean;
  std::vector<double> default_std;
  Dataset (*make)(const DatasetOptions&, const std::string& split, const Normalization&);
};

void require_split(const std::string& split, const DatasetOptions& options) {
  const std::vector<std::string> splits = {"train", "test"};
  if (std::find(splits.begin(), splits.end(), split) == splits.end()) {
    throw ConfigError(fmt::format("data set '{}' has no split '{}'{}", options.name, split,
                                  valid_names_hint(split, splits)));
  }
}

void require_no_folder_options(const DatasetOptions& options) {
  if (!options.label_file.empty() || options.classes != 0) {
    throw ConfigError(
        fmt::format("data set '{}' has labels of its own: label_file and classes must not be given",
                    options.name));
  }
  if (options.resize != 0 || options.crop != 0) {
    throw ConfigError(fmt::format("data set '{}' has images of one size: resize and crop must be 0",
                                  options.name));
  }
  require_no_picture_options(options);
}

void require_root(const DatasetOptions& options, const char* layout) {
  if (options.root.empty()) {
    throw ConfigError(
        fmt::format("data set '{}' needs root, the folder with {}", options.name, layout));
  }
}

Dataset make_fashion_mnist(const DatasetOptions& options, const std::string& split,
                           const Normalization& normalization) {
  require_split(split, options);
  require_no_folder_options(options);
  // Networks for CIFAR-sized inputs take it as 32x32.
  constexpr int kPadding = 2;
  const std::string root = options.root.empty() ? fashion_mnist_root() : options.root;
  return std::make_unique<MemoryDataset>(read_fashion_mnist(root, split), kFashionMnistClasses,
                                         kPadding, split, normalization);
}

Dataset make_cifar10(const DatasetOptions& options, const std::string& split,
                     const Normalization& normalization) {
  require_split(split, options);
  require_no_folder_options(options);
  require_root(options, "data_batch_1.bin to data_batch_5.bin and test_batch.bin");
  return std::make_unique<MemoryDataset>(read_cifar10(options.root, split), kCifar10Classes, 0,
                                         split, normalization);
}

Dataset make_image_folder(const DatasetOptions& options, const std::string& split,
                          const Normalization& normalization) {
  require_root(options, "<split>/<class>/, a folder of pictures each");
  if (split.empty())
    throw ConfigError("data set '" + options.name + "' needs the name of a split's folder");
  ImageFolderOptions folder;
  folder.root = options.root;
  folder.split = split;
  folder.label_file = options.label_file;
  folder.classes = options.classes;
  folder.transform = picture_transform(options);
  return std::make_unique<ImageFolder>(folder, normalization);
}

const std::vector<Entry>& entries() {
  static const std::vector<Entry> all = {
      {"fashion_mnist",
       "28x28 grey clothing in 10 classes, padded to 32x32, in three equal channels (Debian "
       "package "
       "dataset-fashion-mnist)",
       {0.2860},
       {0.3530},
       make_fashion_mnist},
      {"cifar10",
       "32x32 colour pictures in 10 classes (root: folder of the binary version)",
       {0.4914, 0.4822, 0.4465},
       {0.2470, 0.2435, 0.2616},
       make_cifar10},
      {"image_folder",
       "pictures in <root>/<split>/<class>/, or in <root>/<split>/ with a label file",
       {0.485, 0.456, 0.406},
       {0.229, 0.224, 0.225},
       make_image_folder},
      {"imagenet",
       "an image_folder that holds ImageNet (ILSVRC 2012): the name that published numbers go by",
       {0.485, 0.456, 0.406},
       {0.229, 0.224, 0.225},
       make_image_folder},
  };
  return all;
}

const Entry& find_entry(const std::string& name) {
  const auto found = std::find_if(entries().begin(), entries().end(),
                                  [&](const Entry& entry) { return entry.name == name; });
  if (found == entries().end()) {
    throw ConfigError(
        fmt::format("unknown data set '{}'{}", name, valid_names_hint(name, dataset_names())));
  }
  return *found;
}

constexpr int64_t kMaxSide = 8192;
constexpr int64_t kMaxClasses = 1000000;

void require_side(int64_t side, const char* option) {
  if (side < 0 || side > kMaxSide) {
    throw ConfigError(
        fmt::format("{} of a data set must be in 0..{}, but is {}", option, kMaxSide, side));
  }
}

}  // namespace

at::Tensor PictureDataset::sample(int64_t index) const { return normalization_(picture(index)); }

void require_no_picture_options(const DatasetOptions& options) {
  const DatasetOptions defaults;
  if (options.squash.empty() && options.crop_fraction == 0 &&
      options.interpolation == defaults.interpolation && options.antialias == defaults.antialias)
    return;
  throw ConfigError(
      fmt::format("data set '{}' resizes no pictures by options: resize: [H, W], crop_fraction, "
                  "interpolation and antialias must not be given",
                  options.name));
}

const std::vector<Field<DatasetOptions>>& DatasetOptions::fields() {
  using S = DatasetOptions;
  static const std::vector<Field<S>> all = {
      {"name", &S::name, "data set"},
      {"root", &S::root,
       "folder of the files; empty: where the Debian package puts them (fashion_mnist only)"},
      {"label_file", &S::label_file,
       "labels of a split whose pictures lie flat; empty: <root>/<split>.txt (image_folder)"},
      {"classes", &S::classes, "number of classes, 0: as many as there are (image_folder)", 0,
       kMaxClasses},
      {"resize", &S::resize,
       "length in pixels of the shorter side after resizing, 0: as it is (image_folder)", 0,
       kMaxSide},
      {"crop", &S::crop,
       "side in pixels of the middle square that is cut out, 0: none (image_folder)", 0, kMaxSide},
      Field<S>("squash", &S::squash,
               "height and width in pixels that pictures are resized to, whatever their sides; "
               "also written resize: [H, W] (image_folder)",
               1, kMaxSide)
          .left_out_at_default(),
      Field<S>("crop_fraction", &S::crop_fraction,
               "instead of resize: the part of the shorter side that crop keeps, 0: not given "
               "(image_folder)",
               0, 1)
          .left_out_at_default(),
      Field<S>("interpolation", &S::interpolation, "filter of resizing (image_folder)", 0, 0,
               interpolation_names())
          .left_out_at_default(),
      Field<S>("antialias", &S::antialias,
               "whether the filter of resizing widens when it shrinks, as Pillow's (image_folder)")
          .left_out_at_default(),
      {"mean", &S::mean,
       "subtracted from pixels in 0..1, one value or one a channel; empty: usual for the data set",
       -1e3, 1e3},
      {"std", &S::std, "then divided by, one value or one a channel; empty: usual for the data set",
       1e-6, 1e3},
      {"calibration_split", &S::calibration_split, "split that calibration samples are drawn from"},
      {"evaluation_split", &S::evaluation_split, "split that the metric is measured on"},
      Field<S>("category_offset", &S::category_offset,
               "added to the ids of categories, for files that count from 0 (coco)", -100000,
               100000)
          .left_out_at_default(),
      Field<S>("quoting", &S::quoting,
               "csv: fields may be quoted as spreadsheet programs write them (glue_*)", -1e300,
               1e300, {"none", "csv"})
          .left_out_at_default(),
  };
  return all;
}

void require_no_box_options(const DatasetOptions& options) {
  if (options.category_offset == 0) return;
  throw ConfigError(
      fmt::format("data set '{}' has no categories: remove category_offset, which is for 'coco'",
                  options.name));
}

void require_no_table_options(const DatasetOptions& options) {
  if (options.quoting == "none") return;
  throw ConfigError(fmt::format(
      "data set '{}' is no table: remove quoting, which is for the tables of GLUE", options.name));
}

std::vector<std::string> dataset_names() {
  std::vector<std::string> names;
  for (const auto& entry : entries()) names.push_back(entry.name);
  return names;
}

std::string dataset_description(const std::string& name) { return find_entry(name).description; }

std::unique_ptr<ImageDataset> make_dataset(const DatasetOptions& options,
                                           const std::string& split) {
  const Entry& entry = find_entry(options.name);
  require_no_box_options(options);
  require_no_table_options(options);
  require_side(options.resize, "resize");
  require_side(options.crop, "crop");
  const Normalization normalization(options.mean.empty() ? entry.default_mean : options.mean,
                                    options.std.empty() ? entry.default_std : options.std);
  return entry.make(options, split, normalization);
}

}  // namespace ptqbench
