#include "tensorrt/bindings.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "tensorrt/dims.h"
#include "tensorrt/name_tables.h"
#include "tensorrt/network_view.h"

namespace calibrt::tensorrt {
namespace {

std::size_t bitsOf(nvinfer1::DataType type) {
  using nvinfer1::DataType;
  switch (type) {
    case DataType::kFLOAT:
    case DataType::kINT32:
      return 32;
    case DataType::kINT64:
      return 64;
    case DataType::kHALF:
    case DataType::kBF16:
      return 16;
    case DataType::kINT4:
    case DataType::kFP4:
      return 4;
    case DataType::kINT8:
    case DataType::kBOOL:
    case DataType::kUINT8:
    case DataType::kFP8:
    case DataType::kE8M0:
      return 8;
  }
  throw Failed(FailureKind::kUnsupported, "the engine has a tensor of an unknown type");
}

}  // namespace

Bindings::Bindings(const EngineCore& core, nvinfer1::IExecutionContext& context, RunLog& log, bool managed)
    : core_(core), context_(context), log_(log), managed_(managed) {
  for (const EngineTensor& tensor : core.info().tensors) {
    Binding& made = (tensor.isInput ? inputs_ : outputs_).emplace_back();
    made.tensor = &tensor;
    // The name came from this very table.
    made.type = *valueOf(kDataTypes, tensor.dtype);  // NOLINT(bugprone-unchecked-optional-access)
    made.dims = tensor.dims;
  }
}

Binding& Bindings::input(const std::string& name) {
  const auto found = std::ranges::find_if(inputs_, [&](const Binding& each) { return each.tensor->name == name; });
  if (found == inputs_.end()) throw Failed(FailureKind::kInput, "the engine has no input '" + name + "'");
  return *found;
}

void Bindings::setShape(Binding& input, const std::vector<std::int64_t>& dims) {
  const bool fits = dims.size() <= nvinfer1::Dims::MAX_DIMS;
  if (!fits || !context_.setInputShape(input.name(), toDims(dims))) {
    throw log_.failed(FailureKind::kInput, "input '" + input.tensor->name + "' takes no shape " + shapeText(dims));
  }
  input.dims = dims;
}

void Bindings::setValues(Binding& input, std::span<const std::byte> values) {
  if (input.host.bytes() < values.size() || input.host.data() == nullptr) {
    input.host = HostPool::instance().take(values.size());
  }
  std::ranges::copy(values, input.host.data());
  if (!context_.setInputTensorAddress(input.name(), input.host.data())) {
    throw log_.failed(FailureKind::kExecution, "the library takes no values for '" + input.tensor->name + "'");
  }
}

bool Bindings::resolve() {
  // The names come back as pointers into the engine.
  std::vector<const char*> missing(inputs_.size());
  const std::int32_t open = context_.inferShapes(static_cast<std::int32_t>(missing.size()), missing.data());
  if (open > 0) {
    throw log_.failed(FailureKind::kInput, std::string("input '") + missing.front() + "' needs a shape or values");
  }
  if (open < 0) throw log_.failed(FailureKind::kInput, "the library finds no shapes for these inputs");
  bool moved = false;
  for (Binding& input : inputs_) {
    if (!input.tensor->isShapeTensor) moved = bind(input) || moved;
  }
  for (Binding& output : outputs_) {
    output.dims = toVector(context_.getTensorShape(output.name()));
    moved = bind(output) || moved;
  }
  return moved;
}

bool Bindings::bind(Binding& binding) {
  const auto accept = [&](bool accepted) {
    if (!accepted)
      throw log_.failed(FailureKind::kExecution, "the library refuses memory for '" + binding.tensor->name + "'");
  };
  if (isOpen(binding.dims)) {
    binding.bytes = 0;
    const bool fresh = !binding.dynamic;
    if (fresh) binding.dynamic = std::make_unique<DynamicOutput>(binding.device, managed_);
    accept(context_.setOutputAllocator(binding.name(), binding.dynamic.get()));
    accept(context_.setTensorAddress(binding.name(), binding.device.pointer()));
    return fresh;
  }
  if (binding.dynamic) {
    accept(context_.setOutputAllocator(binding.name(), nullptr));
    binding.dynamic.reset();
  }
  binding.bytes = sizeOf(binding);
  if (binding.tensor->isShapeTensor) {
    binding.host = HostPool::instance().take(binding.bytes);
    accept(context_.setTensorAddress(binding.name(), binding.host.data()));
    return true;
  }
  const bool moved = binding.device.ensure(binding.bytes, managed_);
  accept(context_.setTensorAddress(binding.name(), binding.device.pointer()));
  return moved;
}

std::size_t Bindings::sizeOf(const Binding& binding) const {
  const char* name = binding.name();
  const std::vector<std::int64_t>& dims = binding.dims;
  std::int64_t elements = 1;
  if (binding.tensor->isLinear) {
    for (const std::int64_t dim : dims) elements *= dim;
  } else {
    // Padded and vectorized layouts: the dimension with the greatest reach decides.
    const nvinfer1::Dims strides = context_.getTensorStrides(name);
    const std::int32_t vectorized = core_.engine().getTensorVectorizedDim(name, 0);
    const std::int64_t lanes = std::max(core_.engine().getTensorComponentsPerElement(name, 0), 1);
    for (std::size_t i = 0; i < dims.size(); ++i) {
      if (dims[i] == 0) return 0;
      const bool split = std::cmp_equal(i, vectorized);
      elements = std::max(elements, (split ? (dims[i] + lanes - 1) / lanes : dims[i]) * strides.d[i]);
    }
    if (vectorized >= 0) elements *= lanes;
  }
  return (static_cast<std::size_t>(elements) * bitsOf(binding.type) + 7) / 8;
}

bool Bindings::isDataDependent() const noexcept {
  return std::ranges::any_of(outputs_, [](const Binding& output) { return output.dynamic != nullptr; });
}

void Bindings::fetchShapes() {
  for (Binding& output : outputs_) {
    if (!output.dynamic) continue;
    output.dims = output.dynamic->dims();
    if (isOpen(output.dims)) {
      throw log_.failed(FailureKind::kExecution, "the library told no shape of '" + output.tensor->name + "'");
    }
    output.bytes = sizeOf(output);
  }
}

std::int64_t Bindings::memoryBytes() const noexcept {
  std::size_t bytes = 0;
  for (const auto* bindings : {&inputs_, &outputs_}) {
    for (const Binding& binding : *bindings) bytes += binding.device.bytes();
  }
  return static_cast<std::int64_t>(bytes);
}

}  // namespace calibrt::tensorrt
