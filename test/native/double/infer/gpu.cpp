#include "infer/gpu.h"

#include <bit>
#include <dlfcn.h>
#include <mutex>

namespace calibrt::test {
namespace {

template <typename Function>
bool find(void* library, Function& function, const char* name) {
  function = reinterpret_cast<Function>(dlsym(library, name));
  return function != nullptr;
}

bool load(Gpu& gpu) {
  void* library = dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr || dlsym(library, "calibrtCudaDouble") == nullptr) return false;
  return find(library, gpu.init, "cuInit") && find(library, gpu.deviceGetCount, "cuDeviceGetCount") &&
         find(library, gpu.ctxGetCurrent, "cuCtxGetCurrent") && find(library, gpu.memAlloc, "cuMemAlloc_v2") &&
         find(library, gpu.memFree, "cuMemFree_v2") &&
         find(library, gpu.pointerGetAttribute, "cuPointerGetAttribute") &&
         find(library, gpu.launchHostFunc, "cuLaunchHostFunc") &&
         find(library, gpu.streamSynchronize, "cuStreamSynchronize") &&
         find(library, gpu.streamIsCapturing, "cuStreamIsCapturing") && find(library, gpu.eventRecord, "cuEventRecord");
}

}  // namespace

const Gpu* findGpu(std::string& problem) {
  static Gpu gpu{};
  static std::mutex mutex;
  bool loaded = false;
  {
    // Looked for again after a failure: a test may bring it later.
    const std::lock_guard lock(mutex);
    loaded = gpu.init != nullptr || load(gpu);
  }
  int count = 0;
  if (!loaded) {
    problem = "CUDA initialization failure with error: 35. Please check your CUDA installation.";
  } else if (gpu.init(0) != 0 || gpu.deviceGetCount(&count) != 0 || count == 0) {
    problem = "CUDA initialization failure with error: 100. Please check your CUDA installation.";
  } else {
    return &gpu;
  }
  return nullptr;
}

bool isDeviceMemory(const Gpu& gpu, const void* address) {
  constexpr int kMemoryType = 2;
  unsigned type = 0;
  return gpu.pointerGetAttribute(&type, kMemoryType, std::bit_cast<unsigned long long>(address)) == 0;
}

}  // namespace calibrt::test
