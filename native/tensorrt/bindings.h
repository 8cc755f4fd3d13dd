#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "tensorrt/cuda_objects.h"
#include "tensorrt/dynamic_output.h"
#include "tensorrt/engine_core.h"

namespace calibrt::tensorrt {

/// One input or output of an execution context, with its memory.
struct Binding {
  const EngineTensor* tensor = nullptr;
  nvinfer1::DataType type = nvinfer1::DataType::kFLOAT;
  /// Present shape; -1 where the data decide.
  std::vector<std::int64_t> dims;
  /// Size of the present shape; 0 where the data decide.
  std::size_t bytes = 0;
  DeviceBuffer device;
  /// Instead of `device` for shape tensors, which live on the host.
  HostBlock host;
  /// Outputs whose shape the data decide.
  std::unique_ptr<DynamicOutput> dynamic;

  [[nodiscard]] const char* name() const noexcept { return tensor->name.c_str(); }
};

/// The inputs and outputs of one execution context: shapes in, addresses out. Memory only grows.
class Bindings {
 public:
  /// @param managed puts what is on the GPU into managed memory
  Bindings(const EngineCore& core, nvinfer1::IExecutionContext& context, RunLog& log, bool managed);

  /// @throws Failed kInput where the profile does not allow the shape
  void setShape(Binding& input, const std::vector<std::int64_t>& dims);
  /// The values of a shape tensor, before resolve().
  void setValues(Binding& input, std::span<const std::byte> values);
  /// Computes the outputs' shapes and binds memory for everything.
  ///
  /// @returns whether an address changed
  /// @throws Failed
  bool resolve();

  /// @throws Failed kInput without such an input
  Binding& input(const std::string& name);
  [[nodiscard]] std::vector<Binding>& inputs() noexcept { return inputs_; }
  [[nodiscard]] std::vector<Binding>& outputs() noexcept { return outputs_; }
  /// Whether an output's shape is known only after the run.
  [[nodiscard]] bool isDataDependent() const noexcept;
  /// Takes over the shapes that the run told, after it.
  void fetchShapes();
  [[nodiscard]] std::int64_t memoryBytes() const noexcept;

 private:
  bool bind(Binding& binding);
  [[nodiscard]] std::size_t sizeOf(const Binding& binding) const;

  const EngineCore& core_;
  nvinfer1::IExecutionContext& context_;
  RunLog& log_;
  const bool managed_;
  // Never resized after construction: DynamicOutput refers into them.
  std::vector<Binding> inputs_;
  std::vector<Binding> outputs_;
};

}  // namespace calibrt::tensorrt
