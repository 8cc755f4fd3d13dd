#pragma once

#include <memory>

#include "infer/log.h"
#include "infer/plan.h"

namespace calibrt::test {

class Runtime final : public Doubled<IRuntime, RefusingRuntime> {
 public:
  explicit Runtime(ILogger& logger) : log_(logger) {}
  ~Runtime() override { Entry("destroyRuntime"); }

  IRuntime* getPImpl() noexcept override { return this; }
  ICudaEngine* deserializeCudaEngine(void const* blob, std::size_t size) noexcept override;
  ICudaEngine* deserializeCudaEngineV2(IStreamReaderV2& reader) noexcept override;
  void setErrorRecorder(IErrorRecorder* recorder) noexcept override { log_.setRecorder(recorder); }
  IErrorRecorder* getErrorRecorder() const noexcept override { return log_.recorder(); }
  ILogger* getLogger() const noexcept override { return &log_.logger(); }
  void setDLACore(int32_t core) noexcept override { Entry("runtime.setDLACore").with("value", core); }
  int32_t getDLACore() const noexcept override { return -1; }
  int32_t getNbDLACores() const noexcept override { return static_cast<int32_t>(numberSetting("dlaCores", 0)); }
  bool setMaxThreads(int32_t threads) noexcept override {
    Entry("runtime.setMaxThreads").with("value", threads);
    return true;
  }
  void setEngineHostCodeAllowed(bool allowed) noexcept override {
    Entry("setEngineHostCodeAllowed").with("value", allowed);
    hostCode_ = allowed;
  }
  bool getEngineHostCodeAllowed() const noexcept override { return hostCode_; }
  void setTemporaryDirectory(char const* path) noexcept override { Entry("setTemporaryDirectory").with("path", path); }
  IPluginRegistry& getPluginRegistry() noexcept override;

 private:
  Log log_;
  bool hostCode_ = false;
};

/// The registry of both.
IPluginRegistry& pluginRegistry();

}  // namespace calibrt::test
