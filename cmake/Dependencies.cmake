# Every library the project uses, found once. Targets name what they need; nothing is linked globally.
# LibTorch looks for its parts in the system's folders first, where those of another LibTorch may be.
if(Torch_DIR AND EXISTS ${Torch_DIR}/../Caffe2/Caffe2Config.cmake)
  get_filename_component(Caffe2_DIR ${Torch_DIR}/../Caffe2 ABSOLUTE)
  get_filename_component(torch_libraries ${Torch_DIR}/../../../lib ABSOLUTE)
  set(CMAKE_LIBRARY_PATH ${torch_libraries})
endif()
find_package(Torch REQUIRED)
unset(CMAKE_LIBRARY_PATH)
if(PTQBENCH_CUDA AND NOT TARGET torch_cuda)
  message(FATAL_ERROR "the LibTorch in '${Torch_DIR}' has no CUDA: set the environment variable Torch_DIR to the folder of "
    "the TorchConfig.cmake of one that has, such as site-packages/torch/share/cmake/Torch of the Python wheel")
endif()
find_package(OpenMP REQUIRED)
find_package(MPI REQUIRED COMPONENTS CXX)
find_package(HDF5 REQUIRED COMPONENTS C)
find_package(yaml-cpp REQUIRED)
# Boost.Math, which is headers only.
find_package(Boost REQUIRED CONFIG)
find_package(CLI11 REQUIRED)
find_package(fmt REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(OpenSSL REQUIRED COMPONENTS Crypto)
find_package(ZLIB REQUIRED)
find_package(PNG REQUIRED)
find_package(ICU REQUIRED COMPONENTS uc)
find_package(PkgConfig REQUIRED)
find_package(JPEG REQUIRED)
find_package(TIFF REQUIRED)
pkg_check_modules(WEBP REQUIRED IMPORTED_TARGET libwebp libwebpdemux)
# stb_image.
pkg_check_modules(STB REQUIRED IMPORTED_TARGET stb)
# Reads protobuf's wire format; headers only, since LibTorch brings a protobuf library into the process.
find_path(PROTOZERO_INCLUDE_DIR protozero/pbf_reader.hpp REQUIRED)
add_library(ptq_protozero INTERFACE)
target_include_directories(ptq_protozero SYSTEM INTERFACE ${PROTOZERO_INCLUDE_DIR})

# LibTorch puts its include folders, definitions and libraries into variables and its own `torch` target; one interface
# target of ours marks the headers as system headers, so that our warnings are about our code.
add_library(ptq_torch INTERFACE)
target_include_directories(ptq_torch SYSTEM INTERFACE ${TORCH_INCLUDE_DIRS})
# at::parallel_for is header code that runs serially unless it is compiled with OpenMP.
target_link_libraries(ptq_torch INTERFACE ${TORCH_LIBRARIES} OpenMP::OpenMP_CXX)
# PyTorch's wheels bring headers of a fmt of their own, which come before the system's and do not fit its library.
foreach(folder IN LISTS TORCH_INCLUDE_DIRS)
  if(EXISTS ${folder}/fmt/format.h AND NOT folder STREQUAL "/usr/include")
    target_compile_definitions(ptq_torch INTERFACE FMT_HEADER_ONLY)
  endif()
endforeach()
separate_arguments(torch_flags NATIVE_COMMAND "${TORCH_CXX_FLAGS}")
target_compile_options(ptq_torch INTERFACE ${torch_flags})
# The wheels' libraries export parts of a C++ library of their own, whose std::filesystem calls through null pointers. The
# library that comes first wins, in the linker and at run time, so libstdc++ stands before all others, needed or not.
target_link_options(ptq_torch INTERFACE "SHELL:-Wl,--push-state,--no-as-needed -lstdc++ -Wl,--pop-state")
# What the wheels' libraries themselves need lies in packages beside them. Their own search paths lead there at run time,
# but not every linker follows these.
file(GLOB wheel_neighbours ${Torch_DIR}/../../../../nvidia/*/lib)
foreach(folder IN LISTS wheel_neighbours)
  get_filename_component(folder ${folder} ABSOLUTE)
  target_link_options(ptq_torch INTERFACE "LINKER:-rpath-link,${folder}")
endforeach()

# NCCL joins the CUDA devices that share a cell; the wheel of PyTorch brings it as a package beside itself.
if(TARGET torch_cuda)
  set(nccl_of_wheel ${Torch_DIR}/../../../../nvidia/nccl)
  find_path(NCCL_INCLUDE_DIR nccl.h HINTS $ENV{NCCL_ROOT}/include ${nccl_of_wheel}/include)
  find_library(NCCL_LIBRARY NAMES nccl libnccl.so.2 HINTS $ENV{NCCL_ROOT}/lib ${nccl_of_wheel}/lib)
  if(NCCL_INCLUDE_DIR AND NCCL_LIBRARY)
    add_library(ptq_nccl INTERFACE)
    target_include_directories(ptq_nccl SYSTEM INTERFACE ${NCCL_INCLUDE_DIR})
    target_compile_definitions(ptq_nccl INTERFACE PTQBENCH_WITH_NCCL)
    target_link_libraries(ptq_nccl INTERFACE ${NCCL_LIBRARY})
    # LibTorch needs it, too, and where the linker looks by itself there may be an older one.
    target_link_libraries(ptq_torch INTERFACE ${NCCL_LIBRARY})
  else()
    message(STATUS "NCCL not found: a cell runs on one CUDA device")
  endif()
endif()

add_library(ptq_hdf5 INTERFACE)
target_include_directories(ptq_hdf5 SYSTEM INTERFACE ${HDF5_C_INCLUDE_DIRS})
target_compile_definitions(ptq_hdf5 INTERFACE ${HDF5_C_DEFINITIONS})
target_link_libraries(ptq_hdf5 INTERFACE ${HDF5_C_LIBRARIES})
