#include "tests/helpers/golden.h"

#include <hdf5.h>
#include <torch/types.h>

#include <cstdlib>
#include <stdexcept>

namespace ptqbench::testing {
namespace {

hid_t checked(hid_t id, const std::string& what) {
  if (id < 0) throw std::runtime_error("golden numbers: cannot open " + what);
  return id;
}

}  // namespace

std::string golden_file(const std::string& name) {
  const char* folder = std::getenv("PTQBENCH_GOLDEN");
  return std::string(folder != nullptr ? folder : PTQBENCH_SOURCE_DIR "/tests/golden") + "/" + name;
}

struct GoldenGroup::Impl {
  Impl(hid_t id, std::string path, bool is_file, std::shared_ptr<Impl> parent)
      : id(id), path(std::move(path)), is_file(is_file), parent(std::move(parent)) {}
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() { is_file ? H5Fclose(id) : H5Gclose(id); }

  hid_t id;
  std::string path;
  bool is_file;
  /// Keeps the file open.
  std::shared_ptr<Impl> parent;
};

GoldenGroup GoldenGroup::open(const std::string& file) {
  const std::string path = golden_file(file);
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  return GoldenGroup(std::make_shared<Impl>(
      checked(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), path), path, true, nullptr));
}

std::vector<std::string> GoldenGroup::children() const {
  H5G_info_t info;
  H5Gget_info(impl_->id, &info);
  std::vector<std::string> names;
  for (hsize_t i = 0; i < info.nlinks; ++i) {
    char name[256];
    H5Lget_name_by_idx(impl_->id, ".", H5_INDEX_NAME, H5_ITER_INC, i, name, sizeof name,
                       H5P_DEFAULT);
    names.emplace_back(name);
  }
  return names;
}

bool GoldenGroup::has(const std::string& name) const {
  return H5Lexists(impl_->id, name.c_str(), H5P_DEFAULT) > 0;
}

GoldenGroup GoldenGroup::group(const std::string& name) const {
  const std::string path = impl_->path + "/" + name;
  return GoldenGroup(std::make_shared<Impl>(
      checked(H5Gopen2(impl_->id, name.c_str(), H5P_DEFAULT), path), path, false, impl_));
}

at::Tensor GoldenGroup::tensor(const std::string& name) const {
  const hid_t set =
      checked(H5Dopen2(impl_->id, name.c_str(), H5P_DEFAULT), impl_->path + "/" + name);
  const hid_t space = H5Dget_space(set);
  const hid_t type = H5Dget_type(set);
  std::vector<hsize_t> dims(static_cast<size_t>(H5Sget_simple_extent_ndims(space)));
  if (!dims.empty()) H5Sget_simple_extent_dims(space, dims.data(), nullptr);
  const std::vector<int64_t> shape(dims.begin(), dims.end());
  const bool real = H5Tget_class(type) == H5T_FLOAT;
  const bool wide = H5Tget_size(type) == 8;
  auto out = at::empty(shape, real ? (wide ? at::kDouble : at::kFloat) : at::kLong);
  const hid_t memory = real ? (wide ? H5T_NATIVE_DOUBLE : H5T_NATIVE_FLOAT) : H5T_NATIVE_INT64;
  // h5py stores booleans as an enumeration of 8-bit integers, which HDF5 does not convert.
  herr_t status;
  if (H5Tget_class(type) == H5T_ENUM) {
    auto bytes = at::empty(shape, at::kChar);
    status = H5Dread(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes.data_ptr());
    out = bytes.to(at::kLong);
  } else {
    status = H5Dread(set, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, out.data_ptr());
  }
  H5Tclose(type);
  H5Sclose(space);
  H5Dclose(set);
  if (status < 0)
    throw std::runtime_error("golden numbers: cannot read " + impl_->path + "/" + name);
  return out;
}

bool GoldenGroup::has_attribute(const std::string& attribute) const {
  return H5Aexists(impl_->id, attribute.c_str()) > 0;
}

double GoldenGroup::number(const std::string& attribute) const {
  const hid_t id = checked(H5Aopen(impl_->id, attribute.c_str(), H5P_DEFAULT),
                           impl_->path + " attribute " + attribute);
  const hid_t type = H5Aget_type(id);
  double value = 0;
  if (H5Tget_class(type) == H5T_ENUM) {
    int8_t flag = 0;
    H5Aread(id, type, &flag);
    value = flag;
  } else {
    H5Aread(id, H5T_NATIVE_DOUBLE, &value);
  }
  H5Tclose(type);
  H5Aclose(id);
  return value;
}

std::string GoldenGroup::text(const std::string& attribute) const {
  const hid_t id = checked(H5Aopen(impl_->id, attribute.c_str(), H5P_DEFAULT),
                           impl_->path + " attribute " + attribute);
  const hid_t type = H5Aget_type(id);
  char* value = nullptr;
  H5Aread(id, type, &value);
  std::string text = value == nullptr ? "" : value;
  H5free_memory(value);
  H5Tclose(type);
  H5Aclose(id);
  return text;
}

std::vector<std::string> GoldenGroup::texts(const std::string& name) const {
  const std::string path = impl_->path + "/" + name;
  const hid_t set = checked(H5Dopen2(impl_->id, name.c_str(), H5P_DEFAULT), path);
  const hid_t space = H5Dget_space(set);
  const hid_t type = H5Dget_type(set);
  std::vector<char*> values(static_cast<size_t>(H5Sget_simple_extent_npoints(space)), nullptr);
  const herr_t status = H5Dread(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data());
  std::vector<std::string> texts;
  for (char* value : values) {
    texts.emplace_back(value == nullptr ? "" : value);
    H5free_memory(value);
  }
  H5Tclose(type);
  H5Sclose(space);
  H5Dclose(set);
  if (status < 0) throw std::runtime_error("golden numbers: cannot read " + path);
  return texts;
}

}  // namespace ptqbench::testing
