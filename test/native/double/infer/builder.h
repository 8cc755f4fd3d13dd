#pragma once

#include <memory>
#include <optional>

#include "infer/config.h"
#include "infer/log.h"

namespace calibrt::test {

class Builder final : public Doubled<IBuilder, RefusingBuilder> {
 public:
  explicit Builder(ILogger& logger) : log_(logger) {}
  ~Builder() override { Entry("destroyBuilder"); }

  IBuilderConfig* createBuilderConfig() noexcept override;
  INetworkDefinition* createNetworkV2(NetworkDefinitionCreationFlags flags) noexcept override;
  IOptimizationProfile* createOptimizationProfile() noexcept override;
  IHostMemory* buildSerializedNetwork(INetworkDefinition& network, IBuilderConfig& config) noexcept override;
  bool buildSerializedNetworkToStream(INetworkDefinition& network, IBuilderConfig& config,
                                      IStreamWriter& writer) noexcept override;
  bool isNetworkSupported(INetworkDefinition const&, IBuilderConfig const&) const noexcept override { return true; }
  void setErrorRecorder(IErrorRecorder* recorder) noexcept override { log_.setRecorder(recorder); }
  IErrorRecorder* getErrorRecorder() const noexcept override { return log_.recorder(); }
  ILogger* getLogger() const noexcept override { return &log_.logger(); }
  void reset() noexcept override {}
  bool setMaxThreads(int32_t threads) noexcept override {
    Entry("setMaxThreads").with("value", threads);
    threads_ = threads;
    return true;
  }
  int32_t getMaxThreads() const noexcept override { return threads_; }
  int32_t getNbDLACores() const noexcept override { return static_cast<int32_t>(numberSetting("dlaCores", 0)); }
  int32_t getMaxDLABatchSize() const noexcept override { return 0; }
  IPluginRegistry& getPluginRegistry() noexcept override;
#if NV_TENSORRT_MAJOR < 11
  bool platformHasFastFp16() const noexcept override { return true; }
  bool platformHasFastInt8() const noexcept override { return true; }
  bool platformHasTf32() const noexcept override { return true; }
#endif

 private:
  std::optional<std::vector<std::uint8_t>> build(INetworkDefinition& network, IBuilderConfig& config);

  Log log_;
  int32_t threads_ = 1;
  // Owned by the builder, as TensorRT's are.
  std::vector<std::unique_ptr<Profile>> profiles_;
};

}  // namespace calibrt::test
