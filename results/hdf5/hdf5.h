#pragma once

#include <hdf5.h>

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

/// A thin layer over the HDF5 C library: owned identifiers, and exceptions that name the file and
/// the object.
///
/// What it writes is made to be checked on reading: the 1.10 file format keeps a checksum of every
/// piece of metadata, strings have fixed lengths (the heap of variable-length strings has no
/// checksum), and datasets sit either in that metadata or in chunks with a Fletcher-32 checksum. A
/// flipped bit is an error, not another number. Time stamps are left out, so equal content gives
/// equal bytes.
///
/// The HDF5 library may be built without locks: call from one thread at a time.
namespace ptqbench::hdf5 {

/// Owns one HDF5 identifier and closes it.
class Handle {
 public:
  using Close = herr_t (*)(hid_t);

  Handle() = default;
  Handle(hid_t id, Close close) : id_(id), close_(close) {}
  Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, -1)), close_(other.close_) {}
  Handle& operator=(Handle&& other) noexcept;
  ~Handle();

  hid_t get() const { return id_; }
  /// Closes now; false if HDF5 reports an error.
  bool close();

 private:
  hid_t id_ = -1;
  Close close_ = nullptr;
};

/// Takes ownership of `id`. Throws ResultsError "<where>: cannot <action>: <HDF5's reason>" if it
/// is negative.
Handle checked(hid_t id, Handle::Close close, const std::string& where, const std::string& action);

/// Throws as above if `status` is negative.
void check(herr_t status, const std::string& where, const std::string& action);

using Scalar = std::variant<int64_t, double, bool, std::string>;

/// Text of a fixed length of at least `length` bytes (and at least 1), UTF-8, padded with NUL.
Handle string_type(std::size_t length);
/// What h5py reads as `bool`.
Handle bool_type();
/// Lets attributes and links of a group or file about to be created keep the order in which they
/// are made.
void keep_order(hid_t creation_properties);
/// The bytes of a padded string of `length` bytes.
std::string unpadded(const char* text, std::size_t length);

/// An open dataset whose content is known to fit into memory.
struct StoredDataset {
  Handle dataset;
  Handle type;
  std::string location;
  std::vector<uint64_t> shape;
  uint64_t elements = 0;
};

/// A group of an open file; keeps the file open. All functions throw ResultsError.
class Group {
 public:
  Group(Handle id, std::string location, uint64_t file_bytes);

  hid_t id() const { return id_.get(); }
  /// "<file>:/path/of/group".
  const std::string& location() const { return location_; }

  Group create_group(const std::string& name);
  Group open_group(const std::string& name) const;
  bool contains(const std::string& name) const;

  void write_attribute(const std::string& name, const Scalar& value);
  bool has_attribute(const std::string& name) const;
  Scalar read_attribute(const std::string& name) const;
  /// In the order in which they were written.
  std::vector<std::pair<std::string, Scalar>> read_attributes() const;

  /// `shape` empty: one dimension.
  void write_integers(const std::string& name, const std::vector<int64_t>& values,
                      std::vector<uint64_t> shape = {});
  void write_doubles(const std::string& name, const std::vector<double>& values,
                     std::vector<uint64_t> shape = {});
  void write_strings(const std::string& name, const std::vector<std::string>& values);
  /// The elements in row-major order.
  std::vector<int64_t> read_integers(const std::string& name) const;
  std::vector<double> read_doubles(const std::string& name) const;
  std::vector<std::string> read_strings(const std::string& name) const;

  /// Elements of the HDF5 type `type`, in memory as in the file.
  void write_elements(const std::string& name, hid_t type, const std::vector<uint64_t>& shape,
                      const void* elements);
  /// Refuses a dataset that claims to hold more bytes than the file has.
  StoredDataset open_dataset(const std::string& name) const;

 private:
  std::string location_of(const std::string& name) const;
  Scalar read_attribute(Handle attribute, const std::string& where) const;

  Handle id_;
  std::string location_;
  uint64_t file_bytes_;
};

}  // namespace ptqbench::hdf5
