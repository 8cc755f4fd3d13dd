#pragma once

#include <map>

#include "infer/profile.h"

namespace calibrt::test {

template <typename Value>
void recordSetting(const char* name, Value value) {
  if constexpr (std::is_enum_v<Value>) {
    Entry(name).with("value", nameOf(value));
  } else {
    Entry(name).with("value", value);
  }
}

// A recorded setter with its getter; sixteen of them would drown what differs.
#define CALIBRT_DOUBLE_SETTING(Name, Type, initial)                                                                    \
  void set##Name(Type value) noexcept override {                                                                       \
    recordSetting("set" #Name, value);                                                                                 \
    value##Name##_ = value;                                                                                            \
  }                                                                                                                    \
  Type get##Name() const noexcept override { return value##Name##_; }                                                  \
  Type value##Name##_ = initial;
// The same where the setter may refuse: `fail=setNAME`.
#define CALIBRT_DOUBLE_CHECKED_SETTING(Name, Type, initial)                                                            \
  bool set##Name(Type value) noexcept override {                                                                       \
    recordSetting("set" #Name, value);                                                                                 \
    if (fails("set" #Name)) return false;                                                                              \
    value##Name##_ = value;                                                                                            \
    return true;                                                                                                       \
  }                                                                                                                    \
  Type get##Name() const noexcept override { return value##Name##_; }                                                  \
  Type value##Name##_ = initial;

class Config final : public Doubled<IBuilderConfig, RefusingBuilderConfig> {
 public:
  ~Config() override { Entry("destroyConfig"); }

  CALIBRT_DOUBLE_SETTING(AvgTimingIterations, int32_t, 1)
  CALIBRT_DOUBLE_SETTING(EngineCapability, EngineCapability, EngineCapability::kSTANDARD)
  CALIBRT_DOUBLE_SETTING(DLACore, int32_t, -1)
  CALIBRT_DOUBLE_SETTING(DefaultDeviceType, DeviceType, DeviceType::kGPU)
  CALIBRT_DOUBLE_SETTING(ProfilingVerbosity, ProfilingVerbosity, ProfilingVerbosity::kLAYER_NAMES_ONLY)
  CALIBRT_DOUBLE_SETTING(BuilderOptimizationLevel, int32_t, 3)
  CALIBRT_DOUBLE_SETTING(HardwareCompatibilityLevel, HardwareCompatibilityLevel, HardwareCompatibilityLevel::kNONE)
  CALIBRT_DOUBLE_CHECKED_SETTING(TacticSources, TacticSources, 0)
#if NV_TENSORRT_MAJOR < 11
  CALIBRT_DOUBLE_SETTING(MaxAuxStreams, int32_t, -1)
  CALIBRT_DOUBLE_SETTING(QuantizationFlags, QuantizationFlags, 0)
#else
  CALIBRT_DOUBLE_CHECKED_SETTING(MaxAuxStreams, int32_t, -1)
#endif

  void setRuntimePlatform(RuntimePlatform value) noexcept override {
    addedIn(10, 2, "setRuntimePlatform");
    recordSetting("setRuntimePlatform", value);
  }
  void setMaxNbTactics(int32_t value) noexcept override {
    addedIn(10, 4, "setMaxNbTactics");
    recordSetting("setMaxNbTactics", value);
  }
  bool setTilingOptimizationLevel(TilingOptimizationLevel value) noexcept override {
    addedIn(10, 8, "setTilingOptimizationLevel");
    recordSetting("setTilingOptimizationLevel", value);
    return true;
  }
  bool setL2LimitForTiling(int64_t value) noexcept override {
    addedIn(10, 8, "setL2LimitForTiling");
    recordSetting("setL2LimitForTiling", value);
    return true;
  }
  bool setRemoteAutoTuningConfig(char const* value) noexcept override {
    addedIn(10, 13, "setRemoteAutoTuningConfig");
    recordSetting("setRemoteAutoTuningConfig", value);
    return true;
  }

  void setFlag(BuilderFlag flag) noexcept override {
    recordSetting("setFlag", flag);
    flags_ |= 1U << static_cast<unsigned>(flag);
  }
  void clearFlag(BuilderFlag flag) noexcept override {
    recordSetting("clearFlag", flag);
    flags_ &= ~(1U << static_cast<unsigned>(flag));
  }
  bool getFlag(BuilderFlag flag) const noexcept override { return (flags_ >> static_cast<unsigned>(flag) & 1U) != 0; }
  void setFlags(BuilderFlags flags) noexcept override { flags_ = flags; }
  BuilderFlags getFlags() const noexcept override { return flags_; }

#if NV_TENSORRT_MAJOR < 11
  void setInt8Calibrator(IInt8Calibrator* calibrator) noexcept override;
  IInt8Calibrator* getInt8Calibrator() const noexcept override { return calibrator_; }
  bool setCalibrationProfile(IOptimizationProfile const* profile) noexcept override;
  IOptimizationProfile const* getCalibrationProfile() noexcept override { return calibrationProfile_; }
  void setQuantizationFlag(QuantizationFlag flag) noexcept override {
    recordSetting("setQuantizationFlag", flag);
    valueQuantizationFlags_ |= 1U << static_cast<unsigned>(flag);
  }
  void clearQuantizationFlag(QuantizationFlag flag) noexcept override {
    valueQuantizationFlags_ &= ~(1U << static_cast<unsigned>(flag));
  }
  bool getQuantizationFlag(QuantizationFlag flag) const noexcept override {
    return (valueQuantizationFlags_ >> static_cast<unsigned>(flag) & 1U) != 0;
  }
  [[nodiscard]] const Profile* calibrationProfile() const { return calibrationProfile_; }
#endif

  int32_t addOptimizationProfile(IOptimizationProfile const* profile) noexcept override;
  int32_t getNbOptimizationProfiles() const noexcept override { return static_cast<int32_t>(profiles_.size()); }
  [[nodiscard]] const std::vector<ProfileRanges>& profiles() const { return profiles_; }

  ITimingCache* createTimingCache(void const* blob, std::size_t size) const noexcept override;
  bool setTimingCache(ITimingCache const& cache, bool ignoreMismatch) noexcept override;
  ITimingCache const* getTimingCache() const noexcept override { return timingCache_; }

  void setMemoryPoolLimit(MemoryPoolType pool, std::size_t bytes) noexcept override {
    Entry("setMemoryPoolLimit").with("pool", nameOf(pool)).with("bytes", bytes);
    pools_[pool] = bytes;
  }
  std::size_t getMemoryPoolLimit(MemoryPoolType pool) const noexcept override {
    const auto found = pools_.find(pool);
    return found == pools_.end() ? std::size_t{8} << 30 : found->second;
  }
  void setPreviewFeature(PreviewFeature feature, bool enable) noexcept override {
    Entry("setPreviewFeature").with("feature", nameOf(feature)).with("enable", enable);
  }
  bool getPreviewFeature(PreviewFeature) const noexcept override { return false; }
  void setDeviceType(ILayer const* layer, DeviceType type) noexcept override {
    Entry("setDeviceType").with("layer", layer->getName()).with("type", nameOf(type));
  }
  bool canRunOnDLA(ILayer const*) const noexcept override { return false; }
  void setPluginsToSerialize(char const* const* paths, int32_t count) noexcept override {
    Entry("setPluginsToSerialize").with("paths", std::vector<std::string>(paths, paths + count));
  }
  void setProgressMonitor(IProgressMonitor* monitor) noexcept override {
    Entry("setProgressMonitor").with("given", monitor != nullptr);
    monitor_ = monitor;
  }
  IProgressMonitor* getProgressMonitor() const noexcept override { return monitor_; }
  void setProfileStream(const cudaStream_t) noexcept override { Entry("setProfileStream"); }

 private:
  BuilderFlags flags_ = 1U << static_cast<unsigned>(BuilderFlag::kTF32);
  std::vector<ProfileRanges> profiles_;
  std::map<MemoryPoolType, std::size_t> pools_;
  IProgressMonitor* monitor_ = nullptr;
  const ITimingCache* timingCache_ = nullptr;
#if NV_TENSORRT_MAJOR < 11
  IInt8Calibrator* calibrator_ = nullptr;
  const Profile* calibrationProfile_ = nullptr;
#endif
};

}  // namespace calibrt::test
