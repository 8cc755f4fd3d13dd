#pragma once

#include <memory>

#include "infer/element_types.h"
#include "infer/log.h"
#include "infer/plan.h"

namespace calibrt::test {

class Engine final : public Doubled<ICudaEngine, RefusingCudaEngine> {
 public:
  Engine(std::shared_ptr<const Plan> plan, ILogger& logger);
  ~Engine() override { Entry("destroyEngine"); }

  [[nodiscard]] const std::shared_ptr<const Plan>& plan() const { return plan_; }
  [[nodiscard]] const Log& log() const { return log_; }
  /// Ranges of an input, or null where it has none.
  [[nodiscard]] const InputRange* range(const std::string& name, int32_t profile) const;

  ICudaEngine* getPImpl() noexcept override { return this; }
  int32_t getNbLayers() const noexcept override { return static_cast<int32_t>(graph().nodes.size()); }
  IHostMemory* serialize() const noexcept override;
  ISerializationConfig* createSerializationConfig() noexcept override;
  IHostMemory* serializeWithConfig(ISerializationConfig& config) const noexcept override;
  IExecutionContext* createExecutionContext(ExecutionContextAllocationStrategy strategy) noexcept override;
  bool isRefittable() const noexcept override { return plan_->refittable; }
  char const* getName() const noexcept override { return graph().name.c_str(); }
  int32_t getNbOptimizationProfiles() const noexcept override;
  EngineCapability getEngineCapability() const noexcept override { return EngineCapability::kSTANDARD; }
  void setErrorRecorder(IErrorRecorder* recorder) noexcept override { log_.setRecorder(recorder); }
  IErrorRecorder* getErrorRecorder() const noexcept override { return log_.recorder(); }
  ProfilingVerbosity getProfilingVerbosity() const noexcept override;
  IEngineInspector* createEngineInspector() const noexcept override;
  int32_t getNbIOTensors() const noexcept override {
    return static_cast<int32_t>(graph().inputs.size() + graph().outputs.size());
  }
  char const* getIOTensorName(int32_t index) const noexcept override;
  Dims getTensorShape(char const* name) const noexcept override;
  DataType getTensorDataType(char const* name) const noexcept override { return toDataType(graph().tensor(name).type); }
  TensorLocation getTensorLocation(char const* name) const noexcept override;
  bool isShapeInferenceIO(char const* name) const noexcept override { return graph().isShapeInput(name); }
  TensorIOMode getTensorIOMode(char const* name) const noexcept override;
  int32_t getTensorBytesPerComponentV2(char const* name, int32_t) const noexcept override {
    return static_cast<int32_t>(sizeOf(graph().tensor(name).type));
  }
  int32_t getTensorBytesPerComponent(char const* name) const noexcept override {
    return getTensorBytesPerComponentV2(name, 0);
  }
  int32_t getTensorComponentsPerElement(char const*) const noexcept override { return 1; }
  int32_t getTensorComponentsPerElementV2(char const*, int32_t) const noexcept override { return 1; }
  TensorFormat getTensorFormat(char const*) const noexcept override { return TensorFormat::kLINEAR; }
  TensorFormat getTensorFormatV2(char const*, int32_t) const noexcept override { return TensorFormat::kLINEAR; }
  char const* getTensorFormatDesc(char const*) const noexcept override { return "Row-major linear format"; }
  char const* getTensorFormatDescV2(char const*, int32_t) const noexcept override { return "Row-major linear format"; }
  int32_t getTensorVectorizedDim(char const*) const noexcept override { return -1; }
  int32_t getTensorVectorizedDimV2(char const*, int32_t) const noexcept override { return -1; }
  Dims getProfileShape(char const* name, int32_t profile, OptProfileSelector select) const noexcept override;
  int64_t const* getProfileTensorValuesV2(char const* name, int32_t profile,
                                          OptProfileSelector select) const noexcept override;
  HardwareCompatibilityLevel getHardwareCompatibilityLevel() const noexcept override {
    return HardwareCompatibilityLevel::kNONE;
  }
  int32_t getNbAuxStreams() const noexcept override { return 0; }
  TacticSources getTacticSources() const noexcept override { return 0; }
  bool isDebugTensor(char const*) const noexcept override { return false; }

  int64_t getDeviceMemorySizeV2() const noexcept override;
  int64_t getDeviceMemorySizeForProfileV2(int32_t) const noexcept override { return getDeviceMemorySizeV2(); }
  int64_t getStreamableWeightsSize() const noexcept override;
  bool setWeightStreamingBudgetV2(int64_t bytes) noexcept override;
  int64_t getWeightStreamingBudgetV2() const noexcept override;
  int64_t getWeightStreamingAutomaticBudget() const noexcept override;
  int64_t getWeightStreamingScratchMemorySize() const noexcept override;
  int64_t getEngineStat(EngineStat stat) const noexcept override;
  char const* getAliasedInputTensor(char const*) const noexcept override {
    addedIn(10, 15, "getAliasedInputTensor");
    return nullptr;
  }
#if NV_TENSORRT_MAJOR < 11
  bool hasImplicitBatchDimension() const noexcept override { return false; }
  size_t getDeviceMemorySize() const noexcept override { return memory(); }
  size_t getDeviceMemorySizeForProfile(int32_t) const noexcept override { return memory(); }
  int32_t const* getProfileTensorValues(char const*, int32_t, OptProfileSelector) const noexcept override {
    return nullptr;
  }
#endif

 private:
  [[nodiscard]] const Graph& graph() const { return plan_->graph; }
  [[nodiscard]] std::size_t memory() const { return 4096 * (graph().nodes.size() + 1); }

  std::shared_ptr<const Plan> plan_;
  Log log_;
  std::int64_t budget_;
};

}  // namespace calibrt::test
