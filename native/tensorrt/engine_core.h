#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "tensorrt/engine.h"
#include "tensorrt/entry_points.h"
#include "tensorrt/run_log.h"

namespace calibrt::tensorrt {

/// A TensorRT runtime with its one engine, shared by what runs it.
class EngineCore {
 public:
  /// @throws Failed
  static std::shared_ptr<EngineCore> load(const EntryPoints& library, const LoadRequest& request,
                                          std::shared_ptr<RunObserver> observer);

  ~EngineCore();
  EngineCore(const EngineCore&) = delete;
  EngineCore& operator=(const EngineCore&) = delete;

  [[nodiscard]] nvinfer1::ICudaEngine& engine() const noexcept { return *engine_; }
  [[nodiscard]] const EngineInfo& info() const noexcept { return info_; }
  [[nodiscard]] RunLog& log() noexcept { return log_; }
  [[nodiscard]] int device() const noexcept { return device_; }
  /// Whether the library that runs has what TensorRT 10.`minor` brought; every other flavour has it.
  [[nodiscard]] bool hasMinor(int minor) const noexcept;
  /// An execution context, or null. Contexts may be made on several threads at once.
  std::unique_ptr<nvinfer1::IExecutionContext> createContext(nvinfer1::ExecutionContextAllocationStrategy strategy);
  /// The inspector's JSON; with `context`, of the shapes that it has.
  ///
  /// @throws Failed
  std::string inspect(const nvinfer1::IExecutionContext* context, RunLog& log) const;

 private:
  EngineCore(int device, int libraryVersion, std::shared_ptr<RunObserver> observer)
      : device_(device), libraryVersion_(libraryVersion), log_(std::move(observer)) {}
  void setWeightBudget(const LoadRequest::Budget& budget);

  const int device_;
  const int libraryVersion_;
  RunLog log_;
  std::mutex creation_;
  // Destroyed in the reverse of this order: the engine before the runtime.
  std::unique_ptr<nvinfer1::IRuntime> runtime_;
  std::unique_ptr<nvinfer1::ICudaEngine> engine_;
  EngineInfo info_;
};

}  // namespace calibrt::tensorrt
