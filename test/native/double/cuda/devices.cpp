#include <array>
#include <atomic>
#include <cstdio>
#include <cstring>
#include <map>

#include "cuda/state.h"

namespace calibrt::test {
namespace {

std::atomic<bool> initialized{false};
thread_local void* current = nullptr;

/// Contexts are told apart by their addresses alone.
std::array<int, 16> primaryContexts{};

struct Name {
  int code;
  const char* name;
  const char* text;
};

constexpr std::array kNames = std::to_array<Name>({
    {kSuccess, "CUDA_SUCCESS", "no error"},
    {kInvalidValue, "CUDA_ERROR_INVALID_VALUE", "invalid argument"},
    {kOutOfMemory, "CUDA_ERROR_OUT_OF_MEMORY", "out of memory"},
    {kNotInitialized, "CUDA_ERROR_NOT_INITIALIZED", "initialization error"},
    {kNoDevice, "CUDA_ERROR_NO_DEVICE", "no CUDA-capable device is detected"},
    {kInvalidDevice, "CUDA_ERROR_INVALID_DEVICE", "invalid device ordinal"},
    {kInvalidContext, "CUDA_ERROR_INVALID_CONTEXT", "invalid device context"},
    {kInvalidHandle, "CUDA_ERROR_INVALID_HANDLE", "invalid resource handle"},
    {kNotReady, "CUDA_ERROR_NOT_READY", "device not ready"},
    {kIllegalAddress, "CUDA_ERROR_ILLEGAL_ADDRESS", "an illegal memory access was encountered"},
    {kLaunchFailed, "CUDA_ERROR_LAUNCH_FAILED", "unspecified launch failure"},
    {kCaptureUnsupported, "CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED", "operation not permitted when stream is capturing"},
    {kCaptureInvalidated, "CUDA_ERROR_STREAM_CAPTURE_INVALIDATED", "operation failed due to a previous error"},
    {kUnknown, "CUDA_ERROR_UNKNOWN", "unknown error"},
});

int describe(int error, const char** text, const char* Name::* field) {
  for (const Name& each : kNames) {
    if (each.code != error) continue;
    *text = each.*field;
    return kSuccess;
  }
  *text = nullptr;
  return kInvalidValue;
}

}  // namespace

int deviceCount() {
  const std::vector<std::string> devices = listSetting("devices", "sm86");
  return devices.size() == 1 && devices[0] == "none" ? 0 : static_cast<int>(devices.size());
}

Device deviceAt(int ordinal) {
  int capability = 0;
  std::sscanf(listSetting("devices", "sm86").at(static_cast<std::size_t>(ordinal)).c_str(), "sm%d", &capability);
  return {capability / 10, capability % 10};
}

std::uint64_t deviceMemoryBytes() { return static_cast<std::uint64_t>(numberSetting("deviceMemory", 8LL << 30)); }

Result enterWithoutContext(const char* function, Result code) {
  if (numberSetting("recordCuda", 0) != 0) Entry entry(function);
  if (fails(function)) return code;
  return initialized ? kSuccess : kNotInitialized;
}

Result enter(const char* function, Result code) {
  const Result result = enterWithoutContext(function, code);
  if (result != kSuccess) return result;
  return current == nullptr ? kInvalidContext : kSuccess;
}

}  // namespace calibrt::test

using namespace calibrt::test;

/// Marks the double: TensorRT's double uses no other driver.
CALIBRT_CUDA calibrtCudaDouble() { return 1; }

/// Lets Node map this library by its path (process.dlopen), after which every search for `libcuda.so.1` finds it.
extern "C" __attribute__((visibility("default"))) void* napi_register_module_v1(void*, void* exports) {
  return exports;
}

CALIBRT_CUDA cuInit(unsigned) {
  const Result result = enterWithoutContext("cuInit");
  if (result == kUnknown) return result;
  if (deviceCount() == 0) return kNoDevice;
  initialized = true;
  return kSuccess;
}

CALIBRT_CUDA cuDriverGetVersion(int* version) {
#ifdef CALIBRT_DOUBLE_OLD_DRIVER
  *version = static_cast<int>(numberSetting("driver", 11000));
#else
  *version = static_cast<int>(numberSetting("driver", 12080));
#endif
  return fails("cuDriverGetVersion") ? kUnknown : kSuccess;
}

CALIBRT_CUDA cuGetErrorName(int error, const char** name) { return describe(error, name, &Name::name); }
CALIBRT_CUDA cuGetErrorString(int error, const char** text) { return describe(error, text, &Name::text); }

CALIBRT_CUDA cuDeviceGetCount(int* count) {
  *count = deviceCount();
  return enterWithoutContext("cuDeviceGetCount");
}

CALIBRT_CUDA cuDeviceGet(int* device, int ordinal) {
  if (ordinal < 0 || ordinal >= deviceCount()) return kInvalidDevice;
  *device = ordinal;
  return enterWithoutContext("cuDeviceGet");
}

CALIBRT_CUDA cuDeviceGetName(char* name, int length, int device) {
  const Device found = deviceAt(device);
  std::snprintf(name, static_cast<std::size_t>(length), "Double of sm%d", found.major * 10 + found.minor);
  return enterWithoutContext("cuDeviceGetName");
}

CALIBRT_CUDA cuDeviceGetAttribute(int* value, int attribute, int device) {
  // Threads per block, clock, multiprocessors, memory clock, bus width, L2, capability, persisting L2.
  static const std::map<int, int> kValues = {{1, 1024}, {13, 1000000}, {16, 4},        {36, 1000000},
                                             {37, 128}, {38, 1 << 20}, {108, 1 << 19}, {8, 49152}};
  const Device found = deviceAt(device);
  const auto known = kValues.find(attribute);
  *value = known == kValues.end() ? 0 : known->second;
  if (attribute == 75) *value = found.major;
  if (attribute == 76) *value = found.minor;
  return enterWithoutContext("cuDeviceGetAttribute");
}

CALIBRT_CUDA cuDeviceTotalMem_v2(std::size_t* bytes, int) {
  *bytes = deviceMemoryBytes();
  return enterWithoutContext("cuDeviceTotalMem_v2");
}

CALIBRT_CUDA cuDeviceGetPCIBusId(char* id, int length, int device) {
  std::snprintf(id, static_cast<std::size_t>(length), "0000:%02x:00.0", device);
  return enterWithoutContext("cuDeviceGetPCIBusId");
}

CALIBRT_CUDA cuDevicePrimaryCtxRetain(void** context, int device) {
  if (device < 0 || device >= deviceCount()) return kInvalidDevice;
  *context = &primaryContexts.at(static_cast<std::size_t>(device));
  return enterWithoutContext("cuDevicePrimaryCtxRetain");
}

CALIBRT_CUDA cuDevicePrimaryCtxRelease_v2(int) { return enterWithoutContext("cuDevicePrimaryCtxRelease_v2"); }

CALIBRT_CUDA cuCtxSetCurrent(void* context) {
  const Result result = enterWithoutContext("cuCtxSetCurrent");
  if (result == kSuccess) current = context;
  return result;
}

CALIBRT_CUDA cuCtxGetCurrent(void** context) {
  *context = current;
  return enterWithoutContext("cuCtxGetCurrent");
}

CALIBRT_CUDA cuCtxGetDevice(int* device) {
  *device = current == nullptr ? 0 : static_cast<int>(static_cast<int*>(current) - primaryContexts.data());
  return enter("cuCtxGetDevice");
}
