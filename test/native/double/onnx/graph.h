#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

/// A network as the double keeps it: what its parser reads of an ONNX file, and what its plans hold.
namespace calibrt::test {

/// TensorProto.DataType of ONNX.
enum class ElementType : std::int32_t {
  kUnknown = 0,
  kFloat = 1,
  kUint8 = 2,
  kInt8 = 3,
  kInt32 = 6,
  kInt64 = 7,
  kBool = 9,
  kHalf = 10,
  kDouble = 11,
  kBfloat16 = 16,
  kFloat8 = 17,
};

/// Bytes of one element; 0 where it is unknown.
std::size_t sizeOf(ElementType type);

struct GraphTensor {
  ElementType type = ElementType::kUnknown;
  /// Whether `dims` says anything; the file may leave an inner tensor's shape open.
  bool shaped = false;
  /// -1 where dynamic.
  std::vector<std::int64_t> dims;
  /// The dimensions' symbols, empty where there is none.
  std::vector<std::string> symbols;
  bool constant = false;
  /// Bytes that the constant has in the file.
  std::uint64_t bytes = 0;
  /// Its values, where it is small.
  std::vector<std::uint8_t> data;
};

struct GraphNode {
  std::string op;
  std::string name;
  std::string domain;
  std::vector<std::string> inputs;
  std::vector<std::string> outputs;
};

struct Graph {
  std::string name;
  std::vector<GraphNode> nodes;
  std::map<std::string, GraphTensor> tensors;
  std::vector<std::string> inputs;
  std::vector<std::string> outputs;

  [[nodiscard]] const GraphTensor& tensor(const std::string& name) const;
  [[nodiscard]] std::uint64_t weightBytes() const;
  [[nodiscard]] bool isQuantized() const;
  /// Inputs, and outputs of nodes, that hold activations: what a calibrator makes scales for.
  [[nodiscard]] std::vector<std::string> activations() const;
  /// An input whose values say a shape.
  [[nodiscard]] bool isShapeInput(const std::string& name) const;
};

/// Elements of a shape without dynamic dimensions.
std::int64_t volume(const std::vector<std::int64_t>& dims);

}  // namespace calibrt::test
