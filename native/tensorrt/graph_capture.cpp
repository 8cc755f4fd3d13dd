#include "tensorrt/graph_capture.h"

namespace calibrt::tensorrt {

GraphExec captureGraph(nvinfer1::IExecutionContext& context, CudaStream stream, std::string& problem) {
  const CudaApi& cuda = CudaApi::get();
  // Of this thread only: other contexts may allocate meanwhile.
  if (const CudaResult begun = cuda.streamBeginCapture(stream, kCudaCaptureThreadLocal); begun != kCudaSuccess) {
    problem = "cuStreamBeginCapture: " + cuda.describe(begun);
    return {};
  }
  const bool enqueued = context.enqueueV3(stream);
  CudaGraph graph = nullptr;
  // Ends the capture, also a failed one: the stream is of no use before that.
  const CudaResult ended = cuda.streamEndCapture(stream, &graph);
  CudaGraphExec exec = nullptr;
  if (!enqueued) {
    problem = "the library cannot be captured";
  } else if (ended != kCudaSuccess || graph == nullptr) {
    problem = "cuStreamEndCapture: " + cuda.describe(ended);
  } else if (const CudaResult made = cuda.graphInstantiate(&exec, graph, 0); made != kCudaSuccess) {
    problem = "cuGraphInstantiate: " + cuda.describe(made);
    exec = nullptr;
  }
  if (graph != nullptr) cuda.graphDestroy(graph);
  return GraphExec(exec);
}

}  // namespace calibrt::tensorrt
