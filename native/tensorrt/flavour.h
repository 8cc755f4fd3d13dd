#pragma once

#include <NvInfer.h>
#include <NvOnnxParser.h>

/// Which TensorRT this bridge is compiled against; every difference between flavours is decided here or by these.
namespace calibrt::tensorrt {

#ifdef TRT_MAJOR_RTX
#define CALIBRT_RTX 1
inline constexpr char kFlavour[] = "rtx";
inline constexpr char kProduct[] = "TensorRT-RTX";
static_assert(NV_TENSORRT_MAJOR == 1, "the bridge knows TensorRT-RTX 1.x");
#else
#define CALIBRT_RTX 0
inline constexpr char kProduct[] = "TensorRT";
#if NV_TENSORRT_MAJOR == 10
inline constexpr char kFlavour[] = "10";
#elif NV_TENSORRT_MAJOR == 11
inline constexpr char kFlavour[] = "11";
#else
#error "the bridge knows TensorRT 10.x, 11.x and TensorRT-RTX 1.x"
#endif
#endif

/// Types are the network's alone (TensorRT 11 and TensorRT-RTX): no precision flags, no calibrators.
#if CALIBRT_RTX || NV_TENSORRT_MAJOR >= 11
#define CALIBRT_STRONGLY_TYPED 1
#else
#define CALIBRT_STRONGLY_TYPED 0
#endif

/// The headers' version, in the library's own encoding.
inline constexpr int kHeaderVersion = static_cast<int>(NV_TENSORRT_VERSION);

}  // namespace calibrt::tensorrt
