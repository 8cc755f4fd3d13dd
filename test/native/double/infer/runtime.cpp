#include "infer/runtime.h"

#include <algorithm>

#include "infer/engine.h"

namespace calibrt::test {

ICudaEngine* Runtime::deserializeCudaEngine(void const* blob, std::size_t size) noexcept {
  Entry("deserializeCudaEngine").with("bytes", size);
  log_.info("Loaded engine size: " + std::to_string(size >> 20) + " MiB");
  std::optional<Plan> plan = decodePlan({static_cast<const std::uint8_t*>(blob), size});
  if (fails("deserialize") || !plan) {
    log_.error(ErrorCode::kINTERNAL_ERROR,
               "Serialization assertion magicTagRead == kMAGIC_TAG failed. Magic tag does not "
               "match");
    return nullptr;
  }
  if (plan->version != libraryVersion()) {
    log_.error(ErrorCode::kINVALID_ARGUMENT,
               "The engine plan file is not compatible with this version of TensorRT, expecting library version " +
                   std::to_string(libraryVersion()) + " got " + std::to_string(plan->version) + ", please rebuild.");
    return nullptr;
  }
  return std::make_unique<Engine>(std::make_shared<const Plan>(std::move(*plan)), log_.logger()).release();
}

ICudaEngine* Runtime::deserializeCudaEngineV2(IStreamReaderV2& reader) noexcept {
  addedIn(10, 7, "deserializeCudaEngineV2");
  std::vector<std::uint8_t> bytes;
  for (;;) {
    const std::size_t start = bytes.size();
    bytes.resize(start + 4096);
    const std::int64_t count = reader.read(bytes.data() + start, 4096, nullptr);
    bytes.resize(start + static_cast<std::size_t>(std::max<std::int64_t>(count, 0)));
    if (count <= 0) break;
  }
  return deserializeCudaEngine(bytes.data(), bytes.size());
}

IPluginRegistry& Runtime::getPluginRegistry() noexcept { return pluginRegistry(); }

}  // namespace calibrt::test
