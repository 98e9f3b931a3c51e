#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "support/options.h"

namespace at {
class Tensor;
}

namespace ptqbench {

/// Which labelled images, and how they become network inputs. fields() says what each member means.
struct DatasetOptions {
  std::string name = "fashion_mnist";
  std::string root;
  std::string label_file;
  int64_t classes = 0;
  int64_t resize = 0;
  int64_t crop = 0;
  std::vector<double> mean;
  std::vector<double> std;
  std::string calibration_split = "train";
  std::string evaluation_split = "test";
  int64_t category_offset = 0;
  std::string quoting = "none";

  static const std::vector<Field<DatasetOptions>>& fields();
};

/// One split of a labelled image data set. Reading is thread-safe.
/// An index that is not in 0..size()-1 is a bug of the caller and throws std::out_of_range.
class ImageDataset {
 public:
  virtual ~ImageDataset() = default;

  virtual int64_t size() const = 0;
  virtual int64_t classes() const = 0;
  virtual int64_t label(int64_t index) const = 0;
  /// A name that a person can find the sample by: the file below the root, or "train/123".
  virtual std::string sample_name(int64_t index) const = 0;
  /// Normalised network input [3, H, W], float32; every sample of a data set has the same shape.
  /// Throws IoError naming the file of an image that cannot be decoded.
  virtual at::Tensor sample(int64_t index) const = 0;
  /// SHA-256 (hex) that tells this split's samples from others, wherever they are kept: of all
  /// pixels and labels where they are in memory, else of the names, labels and sizes of the files,
  /// in order, since reading them all could take hours. Computed on each call. Throws IoError.
  virtual std::string content_key() const = 0;
};

/// Throws ConfigError when the options have one that is for annotated boxes or for tables of texts.
void require_no_box_options(const DatasetOptions& options);
void require_no_table_options(const DatasetOptions& options);

/// Names that make_dataset knows, in the order to list them.
std::vector<std::string> dataset_names();

/// One line on what a data set is and where its files come from. Throws ConfigError for an unknown
/// name.
std::string dataset_description(const std::string& name);

/// Opens one split; `split` stands apart from the options because a task opens both of theirs.
/// Throws ConfigError for an unknown name or split and for an option that is out of range, missing
/// or not used by the data set; IoError for missing or malformed files.
std::unique_ptr<ImageDataset> make_dataset(const DatasetOptions& options, const std::string& split);

}  // namespace ptqbench
