#pragma once

#include <map>

#include "infer/doubled.h"
#include "infer/element_types.h"

namespace calibrt::test {

/// Shapes, or for a shape tensor values, by OptProfileSelector.
struct InputRange {
  std::vector<std::int64_t> shapes[3];
  std::vector<std::int64_t> values[3];
};

using ProfileRanges = std::map<std::string, InputRange>;

class Profile final : public Doubled<IOptimizationProfile, RefusingOptimizationProfile> {
 public:
  ~Profile() override = default;
  [[nodiscard]] const ProfileRanges& ranges() const { return ranges_; }

  bool setDimensions(char const* input, OptProfileSelector select, Dims const& dims) noexcept override {
    const std::vector<std::int64_t> shape = fromDims(dims);
    Entry("setDimensions").with("input", input).with("select", nameOf(select)).with("dims", shape);
    if (fails("setDimensions")) return false;
    ranges_[input].shapes[static_cast<int>(select)] = shape;
    return true;
  }
  Dims getDimensions(char const* input, OptProfileSelector select) const noexcept override {
    const auto found = ranges_.find(input);
    return found == ranges_.end() ? toDims({}, false) : toDims(found->second.shapes[static_cast<int>(select)]);
  }
  bool setShapeValuesV2(char const* input, OptProfileSelector select, int64_t const* values,
                        int32_t count) noexcept override {
    addedIn(10, 11, "setShapeValuesV2");
    const std::vector<std::int64_t> wide(values, values + count);
    Entry("setShapeValuesV2").with("input", input).with("select", nameOf(select)).with("values", wide);
    ranges_[input].values[static_cast<int>(select)] = wide;
    return true;
  }
#if NV_TENSORRT_MAJOR < 11
  bool setShapeValues(char const* input, OptProfileSelector select, int32_t const* values,
                      int32_t count) noexcept override {
    const std::vector<std::int64_t> wide(values, values + count);
    Entry("setShapeValues").with("input", input).with("select", nameOf(select)).with("values", wide);
    ranges_[input].values[static_cast<int>(select)] = wide;
    return true;
  }
#endif
  bool isValid() const noexcept override { return true; }
  bool setExtraMemoryTarget(float) noexcept override { return true; }

 private:
  ProfileRanges ranges_;
};

}  // namespace calibrt::test
