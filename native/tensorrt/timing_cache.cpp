#include "tensorrt/timing_cache.h"

namespace calibrt::tensorrt {

#if CALIBRT_RTX
std::unique_ptr<nvinfer1::ITimingCache> attachTimingCache(nvinfer1::IBuilderConfig& /*config*/,
                                                          const BuildRequest& request, LogSink& log) {
  // Its headers keep the functions, as no-ops, and a cache that was made without a GPU cannot even be read back.
  if (!request.timingCache.empty()) log.message(Severity::kWarning, "TensorRT-RTX has no use for a timing cache");
  return nullptr;
}
#else
std::unique_ptr<nvinfer1::ITimingCache> attachTimingCache(nvinfer1::IBuilderConfig& config, const BuildRequest& request,
                                                          LogSink& log) {
  if (!request.timingCache.empty()) {
    std::unique_ptr<nvinfer1::ITimingCache> given(
        config.createTimingCache(request.timingCache.data(), request.timingCache.size()));
    if (given && config.setTimingCache(*given, false)) return given;
    log.message(Severity::kWarning, "the timing cache is of another TensorRT or GPU, or damaged: starting a new one");
  }
  std::unique_ptr<nvinfer1::ITimingCache> fresh(config.createTimingCache(nullptr, 0));
  if (fresh && config.setTimingCache(*fresh, false)) return fresh;
  return nullptr;
}
#endif

std::vector<std::uint8_t> serializeTimingCache(const nvinfer1::ITimingCache* cache) {
  if (cache == nullptr) return {};
  const std::unique_ptr<nvinfer1::IHostMemory> bytes(cache->serialize());
  return copyBytes(bytes.get());
}

std::vector<std::uint8_t> copyBytes(const nvinfer1::IHostMemory* memory) {
  if (memory == nullptr) return {};
  const auto* begin = static_cast<const std::uint8_t*>(memory->data());
  return {begin, begin + memory->size()};
}

}  // namespace calibrt::tensorrt
