#include "infer/config.h"

#include <cstring>
#include <memory>
#include <string_view>

#include "infer/calibration.h"
#include "infer/host_memory.h"

namespace calibrt::test {
namespace {

constexpr std::string_view kTimingMagic = "calibrt double timing cache ";

/// Counts its builds; made by this version or none.
class TimingCache final : public Doubled<ITimingCache, RefusingTimingCache> {
 public:
  ~TimingCache() override = default;
  static std::string header() { return std::string(kTimingMagic) + std::to_string(libraryVersion()) + "\n"; }

  IHostMemory* serialize() const noexcept override {
    Entry("serializeTimingCache");
    const std::string text = header();
    return std::make_unique<HostMemory>(std::vector<std::uint8_t>(text.begin(), text.end())).release();
  }
  bool combine(ITimingCache const&, bool) noexcept override { return true; }
  bool reset() noexcept override { return true; }
};

}  // namespace

#if NV_TENSORRT_MAJOR < 11
void Config::setInt8Calibrator(IInt8Calibrator* calibrator) noexcept {
  Entry("setInt8Calibrator").with("algorithm", calibrator == nullptr ? "none" : algorithmWord(*calibrator));
  calibrator_ = calibrator;
}

bool Config::setCalibrationProfile(IOptimizationProfile const* profile) noexcept {
  Entry("setCalibrationProfile");
  if (fails("setCalibrationProfile")) return false;
  calibrationProfile_ = static_cast<const Profile*>(profile);
  return true;
}
#endif

int32_t Config::addOptimizationProfile(IOptimizationProfile const* profile) noexcept {
  Entry("addOptimizationProfile");
  if (fails("addOptimizationProfile")) return -1;
  profiles_.push_back(static_cast<const Profile*>(profile)->ranges());
  return static_cast<int32_t>(profiles_.size()) - 1;
}

ITimingCache* Config::createTimingCache(void const* blob, std::size_t size) const noexcept {
  Entry("createTimingCache").with("bytes", size);
  const std::string wanted = TimingCache::header();
  const bool fits = size == 0 || (size == wanted.size() && std::memcmp(blob, wanted.data(), size) == 0);
  return fits && !fails("createTimingCache") ? std::make_unique<TimingCache>().release() : nullptr;
}

bool Config::setTimingCache(ITimingCache const& cache, bool ignoreMismatch) noexcept {
  Entry("setTimingCache").with("ignoreMismatch", ignoreMismatch);
  if (fails("setTimingCache")) return false;
  timingCache_ = &cache;
  return true;
}

}  // namespace calibrt::test
