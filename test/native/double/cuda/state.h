#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "common/record.h"
#include "common/settings.h"

/// What the driver's functions share. Device memory is host memory, streams are threads: work is as asynchronous as on
/// a GPU, so that what does not wait for it is seen by a sanitizer.
namespace calibrt::test {

enum Result : int {
  kSuccess = 0,
  kInvalidValue = 1,
  kOutOfMemory = 2,
  kNotInitialized = 3,
  kNoDevice = 100,
  kInvalidDevice = 101,
  kInvalidContext = 201,
  kInvalidHandle = 400,
  kNotReady = 600,
  kIllegalAddress = 700,
  kLaunchFailed = 719,
  kCaptureUnsupported = 900,
  kCaptureInvalidated = 901,
  kUnknown = 999,
};

struct Device {
  int major = 0;
  int minor = 0;
};

/// Setting `devices`: `sm86,sm90`; `none`.
int deviceCount();
Device deviceAt(int ordinal);
/// Setting `deviceMemory`, bytes.
std::uint64_t deviceMemoryBytes();

/// What most functions ask first: whether this call was told to fail (with `code`), whether the driver was initialized,
/// and whether this thread has a context.
Result enter(const char* function, Result code = kLaunchFailed);
/// The same for functions that need no context.
Result enterWithoutContext(const char* function, Result code = kUnknown);

/// Whether [address, address + bytes) lies in one allocation.
bool isAllocated(const void* address, std::size_t bytes);
/// Whether it lies in pinned host memory.
bool isPinned(const void* address, std::size_t bytes);

/// Whether this thread captures a stream: what is unsafe then ends the capture.
bool capturing();

}  // namespace calibrt::test

#define CALIBRT_CUDA extern "C" __attribute__((visibility("default"))) int
