#include "tensorrt/profiles.h"

#include <algorithm>

#include "tensorrt/network_view.h"

namespace calibrt::tensorrt {
namespace {

using nvinfer1::OptProfileSelector;

Failure refuse(std::string message) { return {FailureKind::kProfile, std::move(message), {}}; }

bool isDynamic(const nvinfer1::ITensor& input) {
  const nvinfer1::Dims dims = input.getDimensions();
  return input.isShapeTensor() ||
         std::any_of(dims.d, dims.d + std::max(dims.nbDims, 0), [](auto dim) { return dim < 0; });
}

const ShapeRange* find(const Profile& profile, const char* input) {
  const auto range = std::ranges::find_if(profile, [&](const auto& each) { return each.input == input; });
  return range == profile.end() ? nullptr : &*range;
}

nvinfer1::Dims toDims(const std::vector<std::int64_t>& shape) {
  nvinfer1::Dims dims{};
  dims.nbDims = static_cast<std::int32_t>(shape.size());
  std::ranges::copy(shape, dims.d);
  return dims;
}

std::optional<Failure> checkShape(const TensorInfo& input, const std::vector<std::int64_t>& shape) {
  bool fits = shape.size() == input.dims.size() && shape.size() <= nvinfer1::Dims::MAX_DIMS;
  for (std::size_t i = 0; fits && i < shape.size(); ++i) {
    fits = shape[i] >= 0 && (input.dims[i] < 0 || input.dims[i] == shape[i]);
  }
  if (fits) return std::nullopt;
  return refuse("input '" + input.name + "' is " + shapeText(input.dims) + " (-1: dynamic); the profile's shape " +
                shapeText(shape) + " does not fit it");
}

std::optional<Failure> checkOrder(const ShapeRange& range) {
  bool ordered = range.min.size() == range.opt.size() && range.opt.size() == range.max.size();
  for (std::size_t i = 0; ordered && i < range.min.size(); ++i) {
    ordered = range.min[i] <= range.opt[i] && range.opt[i] <= range.max[i];
  }
  if (ordered) return std::nullopt;
  return refuse("input '" + range.input + "' has min " + shapeText(range.min) + ", opt " + shapeText(range.opt) +
                ", max " + shapeText(range.max) + "; each dimension needs min <= opt <= max");
}

bool setShapeValues(nvinfer1::IOptimizationProfile& profile, const char* name, OptProfileSelector select,
                    const std::vector<std::int64_t>& values) {
  return profile.setShapeValuesV2(name, select, values.data(), static_cast<std::int32_t>(values.size()));
}

std::optional<Failure> setRange(nvinfer1::IOptimizationProfile& profile, const nvinfer1::ITensor& input,
                                const TensorInfo& info, const ShapeRange& range) {
  if (auto failure = checkOrder(range)) return failure;
  const char* name = input.getName();
  bool accepted = true;
  const auto each = {std::pair{OptProfileSelector::kMIN, &range.min}, std::pair{OptProfileSelector::kOPT, &range.opt},
                     std::pair{OptProfileSelector::kMAX, &range.max}};
  for (const auto& [select, shape] : each) {
    if (input.isShapeTensor()) {
      accepted = accepted && setShapeValues(profile, name, select, *shape);
      continue;
    }
    if (auto failure = checkShape(info, *shape)) return failure;
    accepted = accepted && profile.setDimensions(name, select, toDims(*shape));
  }
  if (accepted) return std::nullopt;
  return refuse("the library refuses the profile of input '" + range.input + "'");
}

std::optional<Failure> checkNames(const std::vector<TensorInfo>& inputs, const Profile& profile) {
  for (const ShapeRange& range : profile) {
    const auto same = [&](const TensorInfo& input) { return input.name == range.input; };
    if (std::ranges::any_of(inputs, same)) continue;
    std::string names;
    for (const TensorInfo& input : inputs) names += (names.empty() ? "'" : ", '") + input.name + "'";
    return refuse("the model has no input '" + range.input + "'; its inputs are " + names);
  }
  return std::nullopt;
}

}  // namespace

std::optional<Failure> addProfiles(nvinfer1::IBuilder& builder, const nvinfer1::INetworkDefinition& network,
                                   nvinfer1::IBuilderConfig& config, const BuildRequest& request) {
  const std::vector<TensorInfo> inputs = networkInputs(network);
  // One without ranges stands for none: it is complete exactly where no input is dynamic.
  const std::vector<Profile> profiles = request.profiles.empty() ? std::vector<Profile>(1) : request.profiles;
  for (const Profile& profile : profiles) {
    if (auto failure = checkNames(inputs, profile)) return failure;
    // Owned by the builder.
    nvinfer1::IOptimizationProfile& made = *builder.createOptimizationProfile();
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      const nvinfer1::ITensor& input = *network.getInput(static_cast<std::int32_t>(i));
      const ShapeRange* range = find(profile, input.getName());
      if (range == nullptr && !isDynamic(input)) continue;
      if (range == nullptr) {
        return refuse("input '" + inputs[i].name + "' is dynamic (" + shapeText(inputs[i].dims) +
                      "): give its least, expected and greatest shape");
      }
      if (auto failure = setRange(made, input, inputs[i], *range)) return failure;
    }
    if (!profile.empty() && config.addOptimizationProfile(&made) < 0) {
      return refuse("the library refuses an optimization profile");
    }
  }
  return std::nullopt;
}

}  // namespace calibrt::tensorrt
