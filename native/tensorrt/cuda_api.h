#pragma once

#include <cstddef>
#include <string>

// The names that cuda.h and the runtime's header give the driver's opaque types, so that TensorRT takes them as they
// are.
struct CUctx_st;
struct CUstream_st;
struct CUevent_st;
struct CUgraph_st;
struct CUgraphExec_st;

/// The CUDA driver's functions that running an engine takes, opened at run time. Names are cuda.h's without `cu`;
/// what cuda.h renames by macro is looked up with its `_v2`, or it would be the 32-bit ABI.
namespace calibrt::tensorrt {

// Of cuda.h, whose types are C and whose values never change.
using CudaResult = int;
using CudaDeviceId = int;
using CudaAddress = unsigned long long;
using CudaContext = ::CUctx_st*;
using CudaStream = ::CUstream_st*;
using CudaEvent = ::CUevent_st*;
using CudaGraph = ::CUgraph_st*;
using CudaGraphExec = ::CUgraphExec_st*;
using CudaHostFunction = void (*)(void* data);

inline constexpr CudaResult kCudaSuccess = 0;
inline constexpr CudaResult kCudaOutOfMemory = 2;
inline constexpr int kCudaMaxPersistingL2 = 108;
inline constexpr unsigned kCudaEventDefault = 0;
inline constexpr unsigned kCudaEventBlockingSync = 1;
inline constexpr unsigned kCudaEventDisableTiming = 2;
inline constexpr unsigned kCudaStreamDefault = 0;
inline constexpr unsigned kCudaStreamNonBlocking = 1;
inline constexpr unsigned kCudaHostPortable = 1;
inline constexpr unsigned kCudaAttachGlobal = 1;
inline constexpr int kCudaCaptureThreadLocal = 1;

struct CudaApi {
  CudaResult (*init)(unsigned flags);
  CudaResult (*getErrorName)(CudaResult error, const char** name);
  CudaResult (*deviceGet)(CudaDeviceId* device, int ordinal);
  CudaResult (*deviceGetAttribute)(int* value, int attribute, CudaDeviceId device);
  CudaResult (*devicePrimaryCtxRetain)(CudaContext* context, CudaDeviceId device);
  CudaResult (*ctxSetCurrent)(CudaContext context);
  CudaResult (*memAlloc)(CudaAddress* address, std::size_t bytes);
  CudaResult (*memAllocManaged)(CudaAddress* address, std::size_t bytes, unsigned flags);
  CudaResult (*memFree)(CudaAddress address);
  CudaResult (*memHostAlloc)(void** memory, std::size_t bytes, unsigned flags);
  CudaResult (*memFreeHost)(void* memory);
  CudaResult (*memcpyHtoDAsync)(CudaAddress to, const void* from, std::size_t bytes, CudaStream stream);
  CudaResult (*memcpyDtoHAsync)(void* to, CudaAddress from, std::size_t bytes, CudaStream stream);
  CudaResult (*streamCreate)(CudaStream* stream, unsigned flags);
  CudaResult (*streamDestroy)(CudaStream stream);
  CudaResult (*streamSynchronize)(CudaStream stream);
  CudaResult (*streamWaitEvent)(CudaStream stream, CudaEvent event, unsigned flags);
  CudaResult (*streamBeginCapture)(CudaStream stream, int mode);
  CudaResult (*streamEndCapture)(CudaStream stream, CudaGraph* graph);
  CudaResult (*launchHostFunc)(CudaStream stream, CudaHostFunction function, void* data);
  CudaResult (*eventCreate)(CudaEvent* event, unsigned flags);
  CudaResult (*eventDestroy)(CudaEvent event);
  CudaResult (*eventRecord)(CudaEvent event, CudaStream stream);
  CudaResult (*eventSynchronize)(CudaEvent event);
  CudaResult (*eventElapsedTime)(float* milliseconds, CudaEvent start, CudaEvent end);
  CudaResult (*graphInstantiate)(CudaGraphExec* exec, CudaGraph graph, unsigned long long flags);
  CudaResult (*graphLaunch)(CudaGraphExec exec, CudaStream stream);
  CudaResult (*graphDestroy)(CudaGraph graph);
  CudaResult (*graphExecDestroy)(CudaGraphExec exec);

  /// The driver, opened and initialized by the first call.
  ///
  /// @throws Failed kNoGpu, saying what is missing
  static const CudaApi& get();

  /// `CUDA_ERROR_OUT_OF_MEMORY`
  [[nodiscard]] std::string describe(CudaResult result) const;
  /// @throws Failed kExecution naming `what` where `result` is an error
  void check(CudaResult result, const char* what) const;
};

/// Makes the primary context of a device, which TensorRT uses, the calling thread's. Every thread that calls TensorRT
/// or the driver must have it. The context is retained for as long as the process lives, as TensorRT's own runtime
/// does.
///
/// @throws Failed kNoGpu without a driver, kExecution where it refuses; see deviceProblem()
void useDevice(int ordinal);

}  // namespace calibrt::tensorrt
