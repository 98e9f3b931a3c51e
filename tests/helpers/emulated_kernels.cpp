// The kernels of CUDA devices as C++.
#include "tests/helpers/cuda_emulator.h"

#include "methods/kernels/cuda/activation.cu"
#include "methods/kernels/cuda/gather.cu"
#include "methods/kernels/cuda/iteration.cu"
#include "methods/kernels/cuda/updates.cu"
