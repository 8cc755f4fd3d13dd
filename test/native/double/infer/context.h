#pragma once

#include <memory>

#include "infer/engine.h"
#include "infer/gpu.h"
#include "infer/interpret.h"

namespace calibrt::test {

/// Runs the engine on the stream's thread. Checks what a GPU would not: addresses that are no memory of the device,
/// shapes outside the profile, a thread without the device's context.
class Context final : public Doubled<IExecutionContext, RefusingExecutionContext> {
 public:
  /// Null, having logged why, where there is no memory for it.
  static std::unique_ptr<Context> make(Engine& engine, ExecutionContextAllocationStrategy strategy);
  ~Context() override;

  IExecutionContext* getPImpl() noexcept override { return this; }
  ICudaEngine const& getEngine() const noexcept override { return engine_; }
  void setName(char const* name) noexcept override { name_ = name; }
  char const* getName() const noexcept override { return name_.c_str(); }
  void setErrorRecorder(IErrorRecorder* recorder) noexcept override { log_.setRecorder(recorder); }
  IErrorRecorder* getErrorRecorder() const noexcept override { return log_.recorder(); }

  bool setOptimizationProfileAsync(int32_t profile, cudaStream_t stream) noexcept override;
  int32_t getOptimizationProfile() const noexcept override { return profile_; }
  bool setInputShape(char const* name, Dims const& dims) noexcept override;
  bool allInputDimensionsSpecified() const noexcept override { return openInputs().empty(); }
  int32_t inferShapes(int32_t most, char const** names) noexcept override;
  Dims getTensorShape(char const* name) const noexcept override;
  Dims getTensorStrides(char const* name) const noexcept override;
  int64_t getMaxOutputSize(char const* name) const noexcept override;

  bool setTensorAddress(char const* name, void* data) noexcept override;
  void const* getTensorAddress(char const* name) const noexcept override;
  bool setInputTensorAddress(char const* name, void const* data) noexcept override;
  bool setOutputTensorAddress(char const* name, void* data) noexcept override;
  void* getOutputTensorAddress(char const* name) const noexcept override;
  bool setOutputAllocator(char const* name, IOutputAllocator* allocator) noexcept override;
  IOutputAllocator* getOutputAllocator(char const* name) noexcept override;
  bool setInputConsumedEvent(cudaEvent_t event) noexcept override;
  cudaEvent_t getInputConsumedEvent() const noexcept override { return consumed_; }

  bool enqueueV3(cudaStream_t stream) noexcept override;
  void setProfiler(IProfiler* profiler) noexcept override;
  IProfiler* getProfiler() const noexcept override { return profiler_; }
  void setEnqueueEmitsProfile(bool emits) noexcept override { emits_ = emits; }
  bool getEnqueueEmitsProfile() const noexcept override { return emits_; }
  bool reportToProfiler() const noexcept override;

  void setDeviceMemory(void* memory) noexcept override;
  void setDeviceMemoryV2(void* memory, int64_t size) noexcept override;
  size_t updateDeviceMemorySizeForShapes() noexcept override;
  void setPersistentCacheLimit(size_t bytes) noexcept override {
    Entry("setPersistentCacheLimit").with("bytes", bytes);
  }
  bool setNvtxVerbosity(ProfilingVerbosity) noexcept override { return true; }
  void setAuxStreams(cudaStream_t*, int32_t count) noexcept override { Entry("setAuxStreams").with("count", count); }
  void setDebugSync(bool) noexcept override {}

  /// One run, with all that it needs, so that a captured graph may repeat it.
  struct Job;

 private:
  Context(Engine& engine, const Gpu& gpu);

  [[nodiscard]] const Graph& graph() const { return engine_.plan()->graph; }
  [[nodiscard]] bool isInput(const std::string& name) const;
  [[nodiscard]] bool isOutput(const std::string& name) const;
  [[nodiscard]] std::vector<std::string> openInputs() const;
  [[nodiscard]] Shapes inputShapes() const;
  [[nodiscard]] Values shapeValues() const;
  [[nodiscard]] std::vector<std::int64_t> shapeOf(const std::string& name) const;
  bool refuse(const std::string& reason) const;
  bool checkInputs() const;
  std::unique_ptr<Job> makeJob() const;
  bool runNow(Job& job, cudaStream_t stream);

  Engine& engine_;
  const Gpu& gpu_;
  Log log_;
  std::string name_;
  int32_t profile_ = 0;
  Shapes shapes_;
  std::map<std::string, void*> addresses_;
  std::map<std::string, IOutputAllocator*> allocators_;
  cudaEvent_t consumed_ = nullptr;
  IProfiler* profiler_ = nullptr;
  bool emits_ = true;
  bool ran_ = false;
  unsigned long long scratch_ = 0;
  bool userMemory_ = false;
  bool hasMemory_ = false;
  /// Bytes of memory of the caller's that a run takes.
  std::int64_t needed_ = 0;
  // Jobs of captured graphs, which may be launched for as long as the context lives.
  std::vector<std::unique_ptr<Job>> captured_;
};

}  // namespace calibrt::test
