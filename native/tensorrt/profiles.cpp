#include "tensorrt/profiles.h"

#include <algorithm>

#include "tensorrt/dims.h"
#include "tensorrt/failed.h"
#include "tensorrt/network_view.h"

namespace calibrt::tensorrt {
namespace {

using nvinfer1::OptProfileSelector;

Failed refuse(std::string message) { return {FailureKind::kProfile, std::move(message)}; }

bool isDynamic(const nvinfer1::ITensor& input) {
  const nvinfer1::Dims dims = input.getDimensions();
  return input.isShapeTensor() ||
         std::any_of(dims.d, dims.d + std::max(dims.nbDims, 0), [](auto dim) { return dim < 0; });
}

const ShapeRange* find(const Profile& profile, const char* input) {
  const auto range = std::ranges::find_if(profile, [&](const auto& each) { return each.input == input; });
  return range == profile.end() ? nullptr : &*range;
}

void checkShape(const TensorInfo& input, const std::vector<std::int64_t>& shape) {
  bool fits = shape.size() == input.dims.size() && shape.size() <= nvinfer1::Dims::MAX_DIMS;
  for (std::size_t i = 0; fits && i < shape.size(); ++i) {
    fits = shape[i] >= 0 && (input.dims[i] < 0 || input.dims[i] == shape[i]);
  }
  if (fits) return;
  throw refuse("input '" + input.name + "' is " + shapeText(input.dims) + " (-1: dynamic); the profile's shape " +
               shapeText(shape) + " does not fit it");
}

void checkOrder(const ShapeRange& range) {
  bool ordered = range.min.size() == range.opt.size() && range.opt.size() == range.max.size();
  for (std::size_t i = 0; ordered && i < range.min.size(); ++i) {
    ordered = range.min[i] <= range.opt[i] && range.opt[i] <= range.max[i];
  }
  if (ordered) return;
  throw refuse("input '" + range.input + "' has min " + shapeText(range.min) + ", opt " + shapeText(range.opt) +
               ", max " + shapeText(range.max) + "; each dimension needs min <= opt <= max");
}

bool setShapeValues(nvinfer1::IOptimizationProfile& profile, const char* name, OptProfileSelector select,
                    const std::vector<std::int64_t>& values, [[maybe_unused]] const Capability& capability) {
  const auto count = static_cast<std::int32_t>(values.size());
#if !CALIBRT_STRONGLY_TYPED
  if (!capability.hasMinor(11)) {
    std::vector<std::int32_t> narrow;
    for (const std::int64_t value : values) narrow.push_back(static_cast<std::int32_t>(value));
    return profile.setShapeValues(name, select, narrow.data(), count);
  }
#endif
  return profile.setShapeValuesV2(name, select, values.data(), count);
}

void setRange(nvinfer1::IOptimizationProfile& profile, const nvinfer1::ITensor& input, const TensorInfo& info,
              const ShapeRange& range, const Capability& capability) {
  checkOrder(range);
  const char* name = input.getName();
  bool accepted = true;
  const auto each = {std::pair{OptProfileSelector::kMIN, &range.min}, std::pair{OptProfileSelector::kOPT, &range.opt},
                     std::pair{OptProfileSelector::kMAX, &range.max}};
  for (const auto& [select, shape] : each) {
    if (input.isShapeTensor()) {
      accepted = accepted && setShapeValues(profile, name, select, *shape, capability);
      continue;
    }
    checkShape(info, *shape);
    accepted = accepted && profile.setDimensions(name, select, toDims(*shape));
  }
  if (!accepted) throw refuse("the library refuses the profile of input '" + range.input + "'");
}

void checkNames(const std::vector<TensorInfo>& inputs, const Profile& profile) {
  for (const ShapeRange& range : profile) {
    const auto same = [&](const TensorInfo& input) { return input.name == range.input; };
    if (std::ranges::any_of(inputs, same)) continue;
    std::string names;
    for (const TensorInfo& input : inputs) names += (names.empty() ? "'" : ", '") + input.name + "'";
    throw refuse("the model has no input '" + range.input + "'; its inputs are " + names);
  }
}

}  // namespace

nvinfer1::IOptimizationProfile* makeProfile(nvinfer1::IBuilder& builder, const nvinfer1::INetworkDefinition& network,
                                            const Profile& profile, const Capability& capability) {
  const std::vector<TensorInfo> inputs = networkInputs(network);
  checkNames(inputs, profile);
  nvinfer1::IOptimizationProfile& made = *builder.createOptimizationProfile();
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const nvinfer1::ITensor& input = *network.getInput(static_cast<std::int32_t>(i));
    const ShapeRange* range = find(profile, input.getName());
    if (range == nullptr && !isDynamic(input)) continue;
    if (range == nullptr) {
      throw refuse("input '" + inputs[i].name + "' is dynamic (" + shapeText(inputs[i].dims) +
                   "): give its least, expected and greatest shape");
    }
    setRange(made, input, inputs[i], *range, capability);
  }
  return &made;
}

void addProfiles(nvinfer1::IBuilder& builder, const nvinfer1::INetworkDefinition& network,
                 nvinfer1::IBuilderConfig& config, const BuildRequest& request, const Capability& capability) {
  // One without ranges stands for none: it is complete exactly where no input is dynamic.
  const std::vector<Profile> profiles = request.profiles.empty() ? std::vector<Profile>(1) : request.profiles;
  for (const Profile& profile : profiles) {
    nvinfer1::IOptimizationProfile* made = makeProfile(builder, network, profile, capability);
    if (!profile.empty() && config.addOptimizationProfile(made) < 0) {
      throw refuse("the library refuses an optimization profile");
    }
  }
}

}  // namespace calibrt::tensorrt
