#pragma once

#include <cstddef>
#include <string>

/// The double of the CUDA driver, as this library finds it: by name, like TensorRT finds the real one. The real one is
/// never used: no double runs on a GPU.
namespace calibrt::test {

struct Gpu {
  int (*init)(unsigned flags);
  int (*deviceGetCount)(int* count);
  int (*ctxGetCurrent)(void** context);
  int (*memAlloc)(unsigned long long* address, std::size_t bytes);
  int (*memFree)(unsigned long long address);
  int (*pointerGetAttribute)(void* value, int attribute, unsigned long long address);
  int (*launchHostFunc)(void* stream, void (*function)(void*), void* data);
  int (*streamSynchronize)(void* stream);
  int (*streamIsCapturing)(void* stream, int* status);
  int (*eventRecord)(void* event, void* stream);
};

/// Null where there is no driver, or one that finds no GPU; `problem` is then what TensorRT logs.
const Gpu* findGpu(std::string& problem);

/// Whether a kernel could read and write there. Host memory that was not pinned is none such.
bool isDeviceMemory(const Gpu& gpu, const void* address);

}  // namespace calibrt::test
