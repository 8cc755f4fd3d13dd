#include "tensorrt/cuda_api.h"

#include <map>
#include <mutex>
#include <type_traits>

#include "tensorrt/failed.h"
#include "tensorrt/shared_object.h"

namespace calibrt::tensorrt {
namespace {

Failed noGpu(std::string reason) { return {FailureKind::kNoGpu, std::move(reason)}; }

/// Looks functions up by name and remembers the first that is missing.
class Lookup {
 public:
  explicit Lookup(const SharedObject& library) : library_(library) {}

  template <typename Function>
  void operator()(Function& function, const char* name) {
    function = library_.function<Function>(name);
    if (function == nullptr && missing_ == nullptr) missing_ = name;
  }

  [[nodiscard]] const char* missing() const { return missing_; }

 private:
  const SharedObject& library_;
  const char* missing_ = nullptr;
};

CudaApi load() {
  std::string error;
  const std::optional<SharedObject> library = SharedObject::open("libcuda.so.1", error);
  if (!library) throw noGpu("there is no NVIDIA driver (libcuda.so.1)");
  CudaApi api{};
  Lookup find(*library);
  find(api.init, "cuInit");
  find(api.getErrorName, "cuGetErrorName");
  find(api.deviceGet, "cuDeviceGet");
  find(api.deviceGetAttribute, "cuDeviceGetAttribute");
  find(api.devicePrimaryCtxRetain, "cuDevicePrimaryCtxRetain");
  find(api.ctxSetCurrent, "cuCtxSetCurrent");
  find(api.memAlloc, "cuMemAlloc_v2");
  find(api.memAllocManaged, "cuMemAllocManaged");
  find(api.memFree, "cuMemFree_v2");
  find(api.memHostAlloc, "cuMemHostAlloc");
  find(api.memFreeHost, "cuMemFreeHost");
  find(api.memcpyHtoDAsync, "cuMemcpyHtoDAsync_v2");
  find(api.memcpyDtoHAsync, "cuMemcpyDtoHAsync_v2");
  find(api.streamCreate, "cuStreamCreate");
  find(api.streamDestroy, "cuStreamDestroy_v2");
  find(api.streamSynchronize, "cuStreamSynchronize");
  find(api.streamWaitEvent, "cuStreamWaitEvent");
  find(api.streamBeginCapture, "cuStreamBeginCapture_v2");
  find(api.streamEndCapture, "cuStreamEndCapture");
  find(api.launchHostFunc, "cuLaunchHostFunc");
  find(api.eventCreate, "cuEventCreate");
  find(api.eventDestroy, "cuEventDestroy_v2");
  find(api.eventRecord, "cuEventRecord");
  find(api.eventSynchronize, "cuEventSynchronize");
  find(api.eventElapsedTime, "cuEventElapsedTime");
  find(api.graphInstantiate, "cuGraphInstantiateWithFlags");
  find(api.graphLaunch, "cuGraphLaunch");
  find(api.graphDestroy, "cuGraphDestroy");
  find(api.graphExecDestroy, "cuGraphExecDestroy");
  if (find.missing() != nullptr) {
    throw noGpu(std::string("the NVIDIA driver is too old: it has no ") + find.missing());
  }
  if (const CudaResult result = api.init(0); result != kCudaSuccess) {
    throw noGpu("the NVIDIA driver does not start: " + api.describe(result));
  }
  return api;
}

}  // namespace

const CudaApi& CudaApi::get() {
  // A failure is not kept: the next call looks again.
  static const CudaApi api = load();
  return api;
}

std::string CudaApi::describe(CudaResult result) const {
  const char* name = nullptr;
  const bool known = getErrorName(result, &name) == kCudaSuccess && name != nullptr;
  return known ? name : "CUDA error " + std::to_string(result);
}

void CudaApi::check(CudaResult result, const char* what) const {
  if (result != kCudaSuccess) throw Failed(FailureKind::kExecution, std::string(what) + ": " + describe(result));
}

void useDevice(int ordinal) {
  static std::mutex mutex;
  // Never destroyed: threads may outlive main().
  static auto* const retained = new std::map<int, CudaContext>;
  const CudaApi& cuda = CudaApi::get();
  CudaContext context = nullptr;
  {
    const std::lock_guard lock(mutex);
    if (const auto known = retained->find(ordinal); known != retained->end()) {
      context = known->second;
    } else {
      CudaDeviceId device = 0;
      cuda.check(cuda.deviceGet(&device, ordinal), "cuDeviceGet");
      cuda.check(cuda.devicePrimaryCtxRetain(&context, device), "cuDevicePrimaryCtxRetain");
      retained->emplace(ordinal, context);
    }
  }
  cuda.check(cuda.ctxSetCurrent(context), "cuCtxSetCurrent");
}

}  // namespace calibrt::tensorrt
