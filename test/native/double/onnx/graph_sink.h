#pragma once

#include "onnx/graph.h"

namespace calibrt::test {

/// How the parser's library hands a whole graph to the network of the other library, instead of adding layer by layer.
class GraphSink {
 public:
  virtual ~GraphSink() = default;
  virtual void adopt(Graph graph) = 0;
};

}  // namespace calibrt::test
