#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "onnx/graph.h"

/// What an engine of the double computes. A network of Identity, Relu, Neg, Abs, Add, Sub, Mul, Cast, QuantizeLinear,
/// DequantizeLinear, NonZero, Shape and Reshape is computed as it is, in double precision, Q and DQ passing values
/// through. Any other network is stood in for: element j of an output's sample is the mean of that sample in all
/// inputs, plus j mod 1000 thousandths.
namespace calibrt::test {

struct Value {
  ElementType type = ElementType::kFloat;
  std::vector<std::int64_t> dims;
  std::vector<double> data;
};

using Values = std::map<std::string, Value>;
using Shapes = std::map<std::string, std::vector<std::int64_t>>;

/// Bytes to numbers and back; half precision included.
std::vector<double> decode(ElementType type, const void* bytes, std::size_t count);
void encode(ElementType type, const std::vector<double>& values, void* bytes);

/// Whether the network is computed and not stood in for.
bool isComputed(const Graph& graph);

/// The outputs' shapes for these inputs: -1 where only the values tell. `values` holds the inputs whose values are
/// shapes.
Shapes inferShapes(const Graph& graph, const Shapes& inputs, const Values& values);

/// The outputs.
Values run(const Graph& graph, const Values& inputs);

}  // namespace calibrt::test
