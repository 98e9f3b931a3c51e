# Kernels of our own are built where LibTorch has CUDA and nvcc is there; PTQBENCH_CUDA_KERNELS says so. Without them CUDA
# devices run compositions of LibTorch's operations.
set(PTQBENCH_CUDA_ARCHITECTURES "80-real;90" CACHE STRING
  "What the CUDA kernels are compiled for (as CMAKE_CUDA_ARCHITECTURES): machine code, and PTX for newer devices")
set(PTQBENCH_CUDA_KERNELS OFF)
if(TARGET torch_cuda)
  include(CheckLanguage)
  check_language(CUDA)
  if(CMAKE_CUDA_COMPILER)
    enable_language(CUDA)
    set(PTQBENCH_CUDA_KERNELS ON)
  else()
    message(STATUS "nvcc not found: CUDA devices run without kernels of their own")
  endif()
endif()
# The same arithmetic as the CPU's loops: IEEE division and square root are nvcc's defaults, contraction is not.
set(PTQBENCH_NVCC_FLAGS -std=c++17 -O3 --fmad=false)
set(PTQBENCH_CUDA_SOURCES
  ${CMAKE_SOURCE_DIR}/methods/kernels/cuda/activation.cu
  ${CMAKE_SOURCE_DIR}/methods/kernels/cuda/gather.cu
  ${CMAKE_SOURCE_DIR}/methods/kernels/cuda/iteration.cu
  ${CMAKE_SOURCE_DIR}/methods/kernels/cuda/updates.cu)
