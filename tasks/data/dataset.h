#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "support/options.h"
#include "tasks/data/image.h"
#include "tasks/data/transform.h"

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
  std::vector<double> squash;
  double crop_fraction = 0;
  std::string interpolation = "bilinear";
  bool antialias = true;
  std::vector<double> mean;
  std::vector<double> std;
  std::string calibration_split = "train";
  std::string evaluation_split = "test";
  int64_t category_offset = 0;
  std::string quoting = "none";

  static const std::vector<Field<DatasetOptions>>& fields();
};

struct PictureSides {
  int64_t height = 0;
  int64_t width = 0;
};

/// One split of a labelled image data set. Reading is thread-safe.
/// An index that is not in 0..size()-1 is a bug of the caller and throws std::out_of_range.
class ImageDataset {
 public:
  virtual ~ImageDataset() = default;

  virtual int64_t size() const = 0;
  virtual int64_t classes() const = 0;
  virtual int64_t label(int64_t index) const = 0;
  /// Names of the classes by number; empty where the data have numbers only.
  virtual std::vector<std::string> class_names() const { return {}; }
  /// A name that a person can find the sample by: the file below the root, or "train/123".
  virtual std::string sample_name(int64_t index) const = 0;
  /// Normalised network input [3, H, W], float32; every sample of a data set has the same shape.
  /// Throws IoError naming the file of an image that cannot be decoded.
  virtual at::Tensor sample(int64_t index) const = 0;
  /// SHA-256 (hex) that tells this split's samples from others, wherever they are kept: of all
  /// pixels and labels where they are in memory, else of the names, labels and sizes of the files,
  /// in order, since reading them all could take hours. Computed on each call. Throws IoError.
  virtual std::string content_key() const = 0;
  /// What was let pass up to now, a sentence each: files left out, warnings of decoders.
  virtual std::vector<std::string> notes() const { return {}; }
};

/// A data set of 8-bit pictures that are only normalised on their way into a network.
class PictureDataset : public ImageDataset {
 public:
  explicit PictureDataset(const Normalization& normalization) : normalization_(normalization) {}

  /// Throws IoError naming the file of an image that cannot be decoded or has not the size of the
  /// others.
  virtual Image picture(int64_t index) const = 0;
  /// Of every picture.
  virtual PictureSides sides() const = 0;
  /// SHA-256 (hex) of all that decides the pixels: which files there are, of which size and when
  /// they were changed, how they are resized and cut, and which libraries decode them. Computed on
  /// each call. Throws IoError.
  virtual std::string pixels_key() const = 0;
  at::Tensor sample(int64_t index) const final;
  const Normalization& normalization() const { return normalization_; }

 private:
  Normalization normalization_;
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

/// Throws ConfigError where the options say how pictures are resized and cut, for data sets `name`
/// whose pictures have one size, and for data that are none.
void require_no_picture_options(const DatasetOptions& options);

}  // namespace ptqbench
