#include "results/hdf5/hdf5.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "results/error.h"

namespace ptqbench::hdf5 {
namespace {

/// Up to here a dataset is stored in its object header (which has room for 64 KiB), beyond it in
/// chunks.
constexpr uint64_t kCompactBytes = 16 << 10;
constexpr uint64_t kChunkBytes = 64 << 20;

/// HDF5's own words for the innermost cause of the last failed call of this thread.
std::string reason() {
  std::string text;
  const auto take_first = [](unsigned depth, const H5E_error2_t* error, void* out) -> herr_t {
    if (depth == 0 && error->desc != nullptr) *static_cast<std::string*>(out) = error->desc;
    return 0;
  };
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, take_first, &text);
  return text.empty() ? "unknown HDF5 error" : text;
}

uint64_t product(const std::vector<uint64_t>& shape) {
  uint64_t count = 1;
  for (const uint64_t extent : shape) count *= extent;
  return count;
}

}  // namespace

Handle& Handle::operator=(Handle&& other) noexcept {
  if (this != &other) {
    close();
    id_ = std::exchange(other.id_, -1);
    close_ = other.close_;
  }
  return *this;
}

Handle::~Handle() { close(); }

bool Handle::close() {
  if (id_ < 0) return true;
  return close_(std::exchange(id_, -1)) >= 0;
}

Handle checked(hid_t id, Handle::Close close, const std::string& where, const std::string& action) {
  if (id < 0) throw ResultsError(fmt::format("{}: cannot {}: {}", where, action, reason()));
  return Handle(id, close);
}

void check(herr_t status, const std::string& where, const std::string& action) {
  if (status < 0) throw ResultsError(fmt::format("{}: cannot {}: {}", where, action, reason()));
}

Handle string_type(std::size_t length) {
  Handle type = checked(H5Tcopy(H5T_C_S1), H5Tclose, "HDF5", "make a string type");
  check(H5Tset_size(type.get(), std::max<std::size_t>(length, 1)), "HDF5", "size a string type");
  H5Tset_strpad(type.get(), H5T_STR_NULLPAD);
  H5Tset_cset(type.get(), H5T_CSET_UTF8);
  return type;
}

Handle bool_type() {
  Handle type = checked(H5Tenum_create(H5T_NATIVE_INT8), H5Tclose, "HDF5", "make a bool type");
  for (const auto& [name, value] : {std::pair("FALSE", int8_t{0}), std::pair("TRUE", int8_t{1})}) {
    check(H5Tenum_insert(type.get(), name, &value), "HDF5", "make a bool type");
  }
  return type;
}

void keep_order(hid_t creation_properties) {
  H5Pset_attr_creation_order(creation_properties, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED);
  H5Pset_link_creation_order(creation_properties, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED);
}

std::string unpadded(const char* text, std::size_t length) {
  while (length > 0 && text[length - 1] == '\0') --length;
  return {text, length};
}

Group::Group(Handle id, std::string location, uint64_t file_bytes)
    : id_(std::move(id)), location_(std::move(location)), file_bytes_(file_bytes) {}

std::string Group::location_of(const std::string& name) const {
  return location_.back() == '/' ? location_ + name : location_ + "/" + name;
}

Group Group::create_group(const std::string& name) {
  const std::string where = location_of(name);
  const Handle properties =
      checked(H5Pcreate(H5P_GROUP_CREATE), H5Pclose, where, "create the group");
  H5Pset_obj_track_times(properties.get(), false);
  keep_order(properties.get());
  Handle group =
      checked(H5Gcreate2(id_.get(), name.c_str(), H5P_DEFAULT, properties.get(), H5P_DEFAULT),
              H5Gclose, where, "create the group");
  return {std::move(group), where, file_bytes_};
}

Group Group::open_group(const std::string& name) const {
  const std::string where = location_of(name);
  Handle group =
      checked(H5Gopen2(id_.get(), name.c_str(), H5P_DEFAULT), H5Gclose, where, "open the group");
  return {std::move(group), where, file_bytes_};
}

bool Group::contains(const std::string& name) const {
  const htri_t found = H5Lexists(id_.get(), name.c_str(), H5P_DEFAULT);
  check(found, location_of(name), "look it up");
  return found > 0;
}

void Group::write_attribute(const std::string& name, const Scalar& value) {
  const std::string where = fmt::format("{}, attribute '{}'", location_, name);
  const Handle space = checked(H5Screate(H5S_SCALAR), H5Sclose, where, "create it");
  const auto write = [&](hid_t type, const void* data) {
    const Handle attribute =
        checked(H5Acreate2(id_.get(), name.c_str(), type, space.get(), H5P_DEFAULT, H5P_DEFAULT),
                H5Aclose, where, "create it");
    check(H5Awrite(attribute.get(), type, data), where, "write it");
  };
  if (const auto* integer = std::get_if<int64_t>(&value)) {
    write(H5T_NATIVE_INT64, integer);
  } else if (const auto* number = std::get_if<double>(&value)) {
    write(H5T_NATIVE_DOUBLE, number);
  } else if (const auto* flag = std::get_if<bool>(&value)) {
    const int8_t byte = *flag ? 1 : 0;
    write(bool_type().get(), &byte);
  } else {
    const auto& text = std::get<std::string>(value);
    write(string_type(text.size()).get(), text.c_str());
  }
}

bool Group::has_attribute(const std::string& name) const {
  const htri_t found = H5Aexists(id_.get(), name.c_str());
  check(found, location_, fmt::format("look up attribute '{}'", name));
  return found > 0;
}

Scalar Group::read_attribute(const std::string& name) const {
  const std::string where = fmt::format("{}, attribute '{}'", location_, name);
  return read_attribute(
      checked(H5Aopen(id_.get(), name.c_str(), H5P_DEFAULT), H5Aclose, where, "open it"), where);
}

Scalar Group::read_attribute(Handle attribute, const std::string& where) const {
  const Handle type = checked(H5Aget_type(attribute.get()), H5Tclose, where, "read its type");
  const Handle space = checked(H5Aget_space(attribute.get()), H5Sclose, where, "read its shape");
  if (H5Sget_simple_extent_npoints(space.get()) != 1) {
    throw ResultsError(where + ": expected a single value");
  }
  const auto read = [&](hid_t memory_type, void* data) {
    check(H5Aread(attribute.get(), memory_type, data), where, "read it");
  };
  switch (H5Tget_class(type.get())) {
    case H5T_INTEGER: {
      int64_t value = 0;
      read(H5T_NATIVE_INT64, &value);
      return value;
    }
    case H5T_FLOAT: {
      double value = 0;
      read(H5T_NATIVE_DOUBLE, &value);
      return value;
    }
    case H5T_ENUM: {
      int8_t value = 0;
      read(bool_type().get(), &value);
      return value != 0;
    }
    case H5T_STRING: {
      const std::size_t length = H5Tget_size(type.get());
      if (H5Tis_variable_str(type.get()) != 0 || length > file_bytes_) break;
      std::string text(length, '\0');
      read(type.get(), text.data());
      return unpadded(text.data(), length);
    }
    default:
      break;
  }
  throw ResultsError(where + ": expected a number, a bool or a string of fixed length");
}

std::vector<std::pair<std::string, Scalar>> Group::read_attributes() const {
  std::vector<std::string> names;
  const auto take_name = [](hid_t, const char* name, const H5A_info_t*, void* out) -> herr_t {
    static_cast<std::vector<std::string>*>(out)->emplace_back(name);
    return 0;
  };
  check(H5Aiterate2(id_.get(), H5_INDEX_CRT_ORDER, H5_ITER_INC, nullptr, take_name, &names),
        location_, "list the attributes");
  std::vector<std::pair<std::string, Scalar>> attributes;
  attributes.reserve(names.size());
  for (const auto& name : names) attributes.emplace_back(name, read_attribute(name));
  return attributes;
}

void Group::write_elements(const std::string& name, hid_t type, const std::vector<uint64_t>& shape,
                           const void* elements) {
  const std::string where = location_of(name);
  const std::vector<hsize_t> extents(shape.begin(), shape.end());
  const Handle space =
      checked(H5Screate_simple(static_cast<int>(extents.size()), extents.data(), nullptr), H5Sclose,
              where, "shape the dataset");
  const Handle properties =
      checked(H5Pcreate(H5P_DATASET_CREATE), H5Pclose, where, "create the dataset");
  H5Pset_obj_track_times(properties.get(), false);

  const uint64_t bytes = product(shape) * H5Tget_size(type);
  if (bytes <= kCompactBytes) {
    check(H5Pset_layout(properties.get(), H5D_COMPACT), where, "lay out the dataset");
  } else {
    std::vector<hsize_t> chunk = extents;
    const uint64_t row_bytes = bytes / chunk[0];
    chunk[0] = std::clamp<hsize_t>(kChunkBytes / row_bytes, 1, chunk[0]);
    check(H5Pset_chunk(properties.get(), static_cast<int>(chunk.size()), chunk.data()), where,
          "lay out the dataset");
    check(H5Pset_fletcher32(properties.get()), where, "add a checksum");
  }
  const Handle dataset = checked(H5Dcreate2(id_.get(), name.c_str(), type, space.get(), H5P_DEFAULT,
                                            properties.get(), H5P_DEFAULT),
                                 H5Dclose, where, "create the dataset");
  if (bytes > 0) {
    check(H5Dwrite(dataset.get(), type, H5S_ALL, H5S_ALL, H5P_DEFAULT, elements), where,
          "write the dataset");
  }
}

StoredDataset Group::open_dataset(const std::string& name) const {
  StoredDataset stored;
  stored.location = location_of(name);
  stored.dataset = checked(H5Dopen2(id_.get(), name.c_str(), H5P_DEFAULT), H5Dclose,
                           stored.location, "open the dataset");
  stored.type = checked(H5Dget_type(stored.dataset.get()), H5Tclose, stored.location,
                        "read the dataset's type");
  const Handle space = checked(H5Dget_space(stored.dataset.get()), H5Sclose, stored.location,
                               "read the dataset's shape");
  const int rank = H5Sget_simple_extent_ndims(space.get());
  check(rank, stored.location, "read the dataset's shape");
  std::vector<hsize_t> extents(static_cast<std::size_t>(rank));
  check(H5Sget_simple_extent_dims(space.get(), extents.data(), nullptr), stored.location,
        "read the dataset's shape");
  stored.shape.assign(extents.begin(), extents.end());

  const uint64_t room = file_bytes_ / std::max<std::size_t>(H5Tget_size(stored.type.get()), 1);
  stored.elements = 1;
  for (const uint64_t extent : stored.shape) {
    if (extent != 0 && stored.elements > room / extent) {
      throw ResultsError(fmt::format(
          "{}: claims {} elements, more than the file has room for: the file is corrupt",
          stored.location, fmt::join(stored.shape, " x ")));
    }
    stored.elements *= extent;
  }
  return stored;
}

void Group::write_integers(const std::string& name, const std::vector<int64_t>& values,
                           std::vector<uint64_t> shape) {
  if (shape.empty()) shape = {values.size()};
  write_elements(name, H5T_NATIVE_INT64, shape, values.data());
}

void Group::write_doubles(const std::string& name, const std::vector<double>& values,
                          std::vector<uint64_t> shape) {
  if (shape.empty()) shape = {values.size()};
  write_elements(name, H5T_NATIVE_DOUBLE, shape, values.data());
}

void Group::write_strings(const std::string& name, const std::vector<std::string>& values) {
  std::size_t length = 1;
  for (const auto& value : values) length = std::max(length, value.size());
  std::string padded;
  for (const auto& value : values) {
    padded += value;
    padded.append(length - value.size(), '\0');
  }
  write_elements(name, string_type(length).get(), {values.size()}, padded.data());
}

std::vector<int64_t> Group::read_integers(const std::string& name) const {
  const StoredDataset stored = open_dataset(name);
  if (H5Tget_class(stored.type.get()) != H5T_INTEGER) {
    throw ResultsError(stored.location + ": expected integers");
  }
  std::vector<int64_t> values(stored.elements);
  check(
      H5Dread(stored.dataset.get(), H5T_NATIVE_INT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()),
      stored.location, "read the dataset");
  return values;
}

std::vector<double> Group::read_doubles(const std::string& name) const {
  const StoredDataset stored = open_dataset(name);
  if (H5Tget_class(stored.type.get()) != H5T_FLOAT) {
    throw ResultsError(stored.location + ": expected floating-point numbers");
  }
  std::vector<double> values(stored.elements);
  check(H5Dread(stored.dataset.get(), H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT,
                values.data()),
        stored.location, "read the dataset");
  return values;
}

std::vector<std::string> Group::read_strings(const std::string& name) const {
  const StoredDataset stored = open_dataset(name);
  if (H5Tget_class(stored.type.get()) != H5T_STRING || H5Tis_variable_str(stored.type.get()) != 0) {
    throw ResultsError(stored.location + ": expected strings of fixed length");
  }
  const std::size_t length = H5Tget_size(stored.type.get());
  std::string padded(stored.elements * length, '\0');
  check(H5Dread(stored.dataset.get(), stored.type.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT,
                padded.data()),
        stored.location, "read the dataset");
  std::vector<std::string> values;
  for (std::size_t i = 0; i < stored.elements; ++i) {
    values.push_back(unpadded(padded.data() + i * length, length));
  }
  return values;
}

}  // namespace ptqbench::hdf5
