#include "tensorrt/engine_core.h"

#include <algorithm>
#include <fstream>
#include <utility>
#include <vector>

#include "tensorrt/cuda_api.h"
#include "tensorrt/cuda_driver.h"
#include "tensorrt/describe_engine.h"

namespace calibrt::tensorrt {
namespace {

std::vector<std::uint8_t> readPlan(const std::string& path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  const std::streamoff size = file ? static_cast<std::streamoff>(file.tellg()) : -1;
  std::vector<std::uint8_t> bytes(static_cast<std::size_t>(std::max<std::streamoff>(size, 0)));
  file.seekg(0);
  file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  if (size < 0 || !file) throw Failed(FailureKind::kPlan, path + " cannot be read");
  return bytes;
}

}  // namespace

std::shared_ptr<EngineCore> EngineCore::load(const EntryPoints& library, const LoadRequest& request,
                                             std::shared_ptr<RunObserver> observer) {
  // Without a GPU the library's runtime is a pointer to nothing: the driver is asked first, each time.
  if (std::string problem = deviceProblem(request.device); !problem.empty()) {
    throw Failed(FailureKind::kNoGpu, std::move(problem));
  }
  useDevice(request.device);
  const std::shared_ptr<EngineCore> core(new EngineCore(request.device, library.version(), std::move(observer)));
  const LogScope scope(core->log_);
  core->runtime_ = library.createRuntime();
  if (!core->runtime_) throw core->log_.failed(FailureKind::kExecution, "the library makes no runtime");
  core->runtime_->setErrorRecorder(&core->log_.recorder());
  if (request.allowHostCode) core->runtime_->setEngineHostCodeAllowed(true);
  const std::vector<std::uint8_t> read =
      request.plan.empty() ? readPlan(request.planPath) : std::vector<std::uint8_t>();
  const std::vector<std::uint8_t>& plan = request.plan.empty() ? read : request.plan;
  core->engine_.reset(core->runtime_->deserializeCudaEngine(plan.data(), plan.size()));
  if (!core->engine_) throw core->log_.failed(FailureKind::kPlan, "the library makes no engine of the plan");
  if (request.weightBudget) core->setWeightBudget(*request.weightBudget);
  core->info_ = describeEngine(*core, plan.size());
  return core;
}

EngineCore::~EngineCore() {
  try {
    // Its last owner may live on a thread that never used the device.
    useDevice(device_);
  } catch (...) {
    // The library will say so.
  }
  const LogScope scope(log_);
  engine_.reset();
  // The recorder goes before the runtime would, were it not taken back.
  if (runtime_) runtime_->setErrorRecorder(nullptr);
  runtime_.reset();
}

// NOLINTNEXTLINE(readability-convert-member-functions-to-static): of TensorRT 10 it reads the version.
bool EngineCore::hasMinor(int minor) const noexcept {
#if CALIBRT_STRONGLY_TYPED
  static_cast<void>(minor);
  return true;
#else
  return libraryVersion_ >= 100000 + minor * 100;
#endif
}

void EngineCore::setWeightBudget(const LoadRequest::Budget& budget) {
  const std::int64_t streamable = engine_->getStreamableWeightsSize();
  if (streamable <= 0) {
    throw Failed(FailureKind::kInput, "the plan was not built for weight streaming: leave out its budget");
  }
  if (!hasMinor(1)) throw Failed(FailureKind::kUnsupported, "weight streaming budgets need TensorRT 10.1 or newer");
  auto bytes = static_cast<std::int64_t>(budget.value);
  if (budget.kind == LoadRequest::Budget::Kind::kAutomatic) {
    bytes = engine_->getWeightStreamingAutomaticBudget();
  } else if (budget.kind == LoadRequest::Budget::Kind::kPercent) {
    bytes = static_cast<std::int64_t>(budget.value / 100 * static_cast<double>(streamable));
  }
  if (!engine_->setWeightStreamingBudgetV2(bytes)) {
    throw log_.failed(FailureKind::kInput,
                      "the library refuses a weight streaming budget of " + std::to_string(bytes) + " bytes");
  }
}

std::unique_ptr<nvinfer1::IExecutionContext>
EngineCore::createContext(nvinfer1::ExecutionContextAllocationStrategy strategy) {
  // No version promises that an engine can make two at once.
  const std::lock_guard lock(creation_);
  return std::unique_ptr<nvinfer1::IExecutionContext>(engine_->createExecutionContext(strategy));
}

std::string EngineCore::inspect(const nvinfer1::IExecutionContext* context, RunLog& log) const {
  const std::unique_ptr<nvinfer1::IEngineInspector> inspector(engine_->createEngineInspector());
  if (!inspector) throw log.failed(FailureKind::kExecution, "the library makes no engine inspector");
  if (context != nullptr) inspector->setExecutionContext(context);
  // The inspector's own, until its next call.
  const char* text = inspector->getEngineInformation(nvinfer1::LayerInformationFormat::kJSON);
  if (text == nullptr) throw log.failed(FailureKind::kExecution, "the engine inspector tells nothing");
  return text;
}

}  // namespace calibrt::tensorrt
