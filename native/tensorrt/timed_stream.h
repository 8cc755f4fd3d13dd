#pragma once

#include <array>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "tensorrt/bindings.h"
#include "tensorrt/layer_profiler.h"

namespace calibrt::tensorrt {

/// When a run began: host times count from `host`, GPU times from `gpu`.
struct TimingStart {
  std::chrono::steady_clock::time_point host;
  CudaEvent gpu = nullptr;
};

/// One inference stream of a timed run: an execution context with CUDA streams for the inputs, the computation and the
/// outputs, and two queries in flight, so that the copies of one overlap the computation of the other.
class TimedStream {
 public:
  /// Makes the context, fills its inputs, runs it once and captures its graph.
  ///
  /// @throws Failed
  TimedStream(EngineCore& core, const TimingRequest& request, std::uint32_t index, std::vector<std::string>& notes);
  ~TimedStream();
  TimedStream(const TimedStream&) = delete;
  TimedStream& operator=(const TimedStream&) = delete;

  /// Makes this stream's work begin after the start of the run.
  void waitFor(CudaEvent start);
  void query(const TimingStart& start);
  /// Waits for the query before the last.
  ///
  /// @returns when its computation began, in ms; 0 where there was none
  float sync(const TimingStart& start);
  void drain(const TimingStart& start);

  [[nodiscard]] const std::vector<QueryTimes>& queries() const noexcept { return queries_; }
  [[nodiscard]] const std::vector<LayerSamples>& layers() const noexcept { return profiler_.layers(); }
  /// Of the last query.
  std::vector<Fetched> fetchOutputs();

 private:
  enum Mark : std::size_t { kInputStart, kInputEnd, kComputeStart, kComputeEnd, kOutputStart, kOutputEnd, kMarks };

  struct Slot {
    std::array<Event, kMarks> events;
    float enqueueStart = 0;
    float enqueueEnd = 0;
    bool active = false;
  };

  struct Transfer {
    HostBlock host;
    Binding* binding;
  };

  void createContext();
  void bindInputs();
  void copyInputs();
  void copyOutputs();
  void enqueue();
  void prepareGraph(std::vector<std::string>& notes);
  static void record(Slot& slot, Mark mark, const Stream& stream);
  [[nodiscard]] static float since(CudaEvent start, const Event& event);

  EngineCore& core_;
  const TimingRequest& request_;
  const std::uint32_t index_;
  const bool profiles_;
  RunLog log_;
  LayerProfiler profiler_;
  // Before the context that uses it.
  DeviceBuffer activations_;
  std::unique_ptr<nvinfer1::IExecutionContext> context_;
  std::unique_ptr<Bindings> bindings_;
  Stream input_;
  Stream compute_;
  Stream output_;
  std::vector<Slot> slots_;
  std::size_t next_ = 0;
  std::vector<Transfer> inputs_;
  std::vector<Transfer> outputs_;
  GraphExec graph_;
  std::vector<QueryTimes> queries_;
};

}  // namespace calibrt::tensorrt
