#include "infer/context.h"

#include <algorithm>
#include <utility>

namespace calibrt::test {

bool Context::refuse(const std::string& reason) const {
  log_.error(ErrorCode::kINVALID_ARGUMENT, reason);
  return false;
}

bool Context::isInput(const std::string& name) const {
  return std::ranges::find(graph().inputs, name) != graph().inputs.end();
}
bool Context::isOutput(const std::string& name) const {
  return std::ranges::find(graph().outputs, name) != graph().outputs.end();
}

bool Context::setOptimizationProfileAsync(int32_t profile, cudaStream_t) noexcept {
  Entry("setOptimizationProfileAsync").with("profile", profile);
  if (profile < 0 || profile >= engine_.getNbOptimizationProfiles() || fails("setOptimizationProfileAsync")) {
    return refuse("Optimization profile index " + std::to_string(profile) + " is out of range.");
  }
  profile_ = profile;
  shapes_.clear();
  return true;
}

bool Context::setInputShape(char const* name, Dims const& dims) noexcept {
  const std::vector<std::int64_t> shape = fromDims(dims);
  Entry("setInputShape").with("input", name).with("dims", shape);
  if (!isInput(name) || fails("setInputShape")) return refuse("Given invalid tensor name: " + std::string(name));
  const std::vector<std::int64_t>& declared = graph().tensor(name).dims;
  const InputRange* range = engine_.range(name, profile_);
  bool fits = shape.size() == declared.size();
  for (std::size_t i = 0; fits && i < shape.size(); ++i) {
    fits = declared[i] >= 0
               ? shape[i] == declared[i]
               : range != nullptr && range->shapes[0].at(i) <= shape[i] && shape[i] <= range->shapes[2].at(i);
  }
  if (!fits)
    return refuse("Set dimension for tensor " + std::string(name) + " does not satisfy any optimization profiles.");
  shapes_[name] = shape;
  return true;
}

std::vector<std::string> Context::openInputs() const {
  std::vector<std::string> open;
  for (const std::string& input : graph().inputs) {
    const std::vector<std::int64_t>& dims = graph().tensor(input).dims;
    const bool dynamic = std::ranges::any_of(dims, [](auto dim) { return dim < 0; });
    const bool unset = dynamic && !shapes_.contains(input);
    if (unset || (graph().isShapeInput(input) && !addresses_.contains(input))) open.push_back(input);
  }
  return open;
}

Shapes Context::inputShapes() const {
  Shapes shapes;
  for (const std::string& input : graph().inputs) {
    const auto set = shapes_.find(input);
    shapes[input] = set == shapes_.end() ? graph().tensor(input).dims : set->second;
  }
  return shapes;
}

Values Context::shapeValues() const {
  Values values;
  const Shapes shapes = inputShapes();
  for (const std::string& input : graph().inputs) {
    const auto address = addresses_.find(input);
    if (!graph().isShapeInput(input) || address == addresses_.end()) continue;
    const ElementType type = graph().tensor(input).type;
    const std::vector<std::int64_t>& dims = shapes.at(input);
    values[input] = {type, dims, decode(type, address->second, static_cast<std::size_t>(volume(dims)))};
  }
  return values;
}

int32_t Context::inferShapes(int32_t most, char const** names) noexcept {
  const std::vector<std::string> open = openInputs();
  if (fails("inferShapes")) return -1;
  for (std::size_t i = 0; i < open.size() && i < static_cast<std::size_t>(most); ++i) {
    // Owned by the engine.
    names[i] = std::ranges::find(graph().inputs, open[i])->c_str();
  }
  return static_cast<int32_t>(open.size());
}

std::vector<std::int64_t> Context::shapeOf(const std::string& name) const {
  if (isInput(name)) return inputShapes().at(name);
  if (!openInputs().empty()) return graph().tensor(name).dims;
  return calibrt::test::inferShapes(graph(), inputShapes(), shapeValues()).at(name);
}

Dims Context::getTensorShape(char const* name) const noexcept {
  if (!isInput(name) && !isOutput(name)) return toDims({}, false);
  return toDims(shapeOf(name));
}

Dims Context::getTensorStrides(char const* name) const noexcept {
  std::vector<std::int64_t> dims = shapeOf(name);
  std::int64_t stride = 1;
  for (std::size_t i = dims.size(); i-- > 0;) stride *= std::exchange(dims[i], stride);
  return toDims(dims);
}

int64_t Context::getMaxOutputSize(char const* name) const noexcept {
  std::vector<std::int64_t> dims = shapeOf(name);
  // A data-dependent output has at most as many columns as its input has elements.
  for (std::int64_t& dim : dims) {
    if (dim < 0) dim = volume(inputShapes().begin()->second);
  }
  return volume(dims) * static_cast<std::int64_t>(sizeOf(graph().tensor(name).type));
}

bool Context::setTensorAddress(char const* name, void* data) noexcept {
  if (isInput(name)) return setInputTensorAddress(name, data);
  return setOutputTensorAddress(name, data);
}

bool Context::setInputTensorAddress(char const* name, void const* data) noexcept {
  Entry("setTensorAddress").with("tensor", name).with("null", data == nullptr);
  if (!isInput(name) || fails("setTensorAddress")) return refuse("Given invalid tensor name: " + std::string(name));
  addresses_[name] = const_cast<void*>(data);
  return true;
}

bool Context::setOutputTensorAddress(char const* name, void* data) noexcept {
  Entry("setTensorAddress").with("tensor", name).with("null", data == nullptr);
  if (!isOutput(name) || fails("setTensorAddress")) return refuse("Given invalid tensor name: " + std::string(name));
  addresses_[name] = data;
  return true;
}

void const* Context::getTensorAddress(char const* name) const noexcept {
  const auto found = addresses_.find(name);
  return found == addresses_.end() ? nullptr : found->second;
}

void* Context::getOutputTensorAddress(char const* name) const noexcept {
  return isOutput(name) ? const_cast<void*>(getTensorAddress(name)) : nullptr;
}

bool Context::setOutputAllocator(char const* name, IOutputAllocator* allocator) noexcept {
  Entry("setOutputAllocator").with("tensor", name).with("given", allocator != nullptr);
  if (!isOutput(name) || fails("setOutputAllocator")) return refuse("Given invalid tensor name: " + std::string(name));
  if (allocator == nullptr) {
    allocators_.erase(name);
  } else {
    allocators_[name] = allocator;
  }
  return true;
}

IOutputAllocator* Context::getOutputAllocator(char const* name) noexcept {
  const auto found = allocators_.find(name);
  return found == allocators_.end() ? nullptr : found->second;
}

bool Context::setInputConsumedEvent(cudaEvent_t event) noexcept {
  Entry("setInputConsumedEvent").with("given", event != nullptr);
  consumed_ = event;
  return true;
}

void Context::setProfiler(IProfiler* profiler) noexcept {
  Entry("setProfiler").with("given", profiler != nullptr);
  profiler_ = profiler;
}

bool Context::reportToProfiler() const noexcept {
  Entry("reportToProfiler");
  if (profiler_ == nullptr || !ran_) return false;
  // Figures that nobody can take for a measurement.
  float milliseconds = 0;
  for (const GraphNode& node : graph().nodes) profiler_->reportLayerTime(node.name.c_str(), milliseconds += 0.5F);
  return true;
}

void Context::setDeviceMemory(void* memory) noexcept {
  Entry("setDeviceMemory");
  hasMemory_ = memory != nullptr;
}

size_t Context::updateDeviceMemorySizeForShapes() noexcept {
  Entry("updateDeviceMemorySizeForShapes");
  if (!openInputs().empty()) return 0;
  // Less than the profile's greatest shapes take.
  needed_ = 4096;
  return static_cast<size_t>(needed_);
}

void Context::setDeviceMemoryV2(void* memory, int64_t size) noexcept {
  addedIn(10, 1, "setDeviceMemoryV2");
  Entry("setDeviceMemoryV2").with("bytes", size);
  hasMemory_ = memory != nullptr && size >= needed_;
}

}  // namespace calibrt::test
