#include <cstdint>

#include "infer/builder.h"
#include "infer/gpu.h"
#include "infer/runtime.h"

using calibrt::test::Builder;
using calibrt::test::Entry;
using calibrt::test::fails;
using calibrt::test::libraryVersion;

namespace {

/// A caller of newer headers expects methods that are not there.
bool accepts(nvinfer1::ILogger& logger, std::int32_t version) {
  if (version / 100 <= libraryVersion() / 100 && version / 10000 == libraryVersion() / 10000) return true;
  logger.log(nvinfer1::ILogger::Severity::kERROR,
             "The version of TensorRT that this was compiled with is newer than the library's.");
  return false;
}

bool hasGpu(nvinfer1::ILogger& logger) {
  std::string problem;
  if (calibrt::test::findGpu(problem) != nullptr) return true;
  logger.log(nvinfer1::ILogger::Severity::kERROR, problem.c_str());
  return false;
}

}  // namespace

extern "C" TENSORRTAPI std::int32_t getInferLibVersion() noexcept { return libraryVersion(); }

extern "C" TENSORRTAPI void* createInferBuilder_INTERNAL(void* logger, std::int32_t version) noexcept {
  Entry("createInferBuilder").with("version", version);
  auto& log = *static_cast<nvinfer1::ILogger*>(logger);
  if (!accepts(log, version) || !hasGpu(log) || fails("createInferBuilder")) return nullptr;
  return static_cast<nvinfer1::IBuilder*>(std::make_unique<Builder>(log).release());
}

extern "C" TENSORRTAPI void* createInferRuntime_INTERNAL(void* logger, std::int32_t version) noexcept {
  Entry("createInferRuntime").with("version", version);
  auto& log = *static_cast<nvinfer1::ILogger*>(logger);
  // The real 10.15 and 11.2 do this without a GPU: small, not null, and a crash for whoever uses it.
  if (!hasGpu(log)) return reinterpret_cast<void*>(std::uintptr_t{0x18});
  if (!accepts(log, version) || fails("createInferRuntime")) return nullptr;
  return static_cast<nvinfer1::IRuntime*>(std::make_unique<calibrt::test::Runtime>(log).release());
}
