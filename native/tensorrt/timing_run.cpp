#include "tensorrt/timing_run.h"

#include <algorithm>
#include <exception>
#include <iterator>
#include <span>
#include <thread>

#include "tensorrt/finally.h"
#include "tensorrt/timed_stream.h"

namespace calibrt::tensorrt {
namespace {

using Clock = std::chrono::steady_clock;
using Streams = std::span<const std::unique_ptr<TimedStream>>;

void sleepFor(float milliseconds) {
  std::this_thread::sleep_for(std::chrono::duration<float, std::milli>(milliseconds));
}

/// Of the driver's own thread: the GPU does not go on before it returns.
void sleepOnStream(void* milliseconds) { sleepFor(*static_cast<const float*>(milliseconds)); }

class Loop {
 public:
  Loop(const TimingRequest& request, TimingObserver& observer, const TimingStart& start)
      : request_(request), observer_(observer), start_(start) {}

  /// Runs the streams side by side until iterations and duration are both reached. The warm-up is part of the time, and
  /// its passes are not part of the iterations.
  void run(Streams streams) const {
    const float end = request_.durationMs + request_.warmUpMs;
    const auto goesOn = [&](std::int64_t pass, std::int64_t skipped, float elapsed) {
      if (observer_.cancelled()) return false;
      return request_.durationMs < 0 || pass < request_.iterations + skipped || elapsed < end;
    };
    float elapsed = 0;
    std::int64_t skipped = 0;
    for (std::int64_t pass = 0; goesOn(pass, skipped, elapsed); ++pass) {
      for (const auto& stream : streams) stream->query(start_);
      for (const auto& stream : streams) elapsed = std::max(elapsed, stream->sync(start_));
      observer_.progress(elapsed);
      if (elapsed < request_.warmUpMs) {
        if (elapsed != 0) ++skipped;
      } else if (request_.idleMs > 0) {
        sleepFor(request_.idleMs);
      }
    }
    for (const auto& stream : streams) stream->drain(start_);
  }

 private:
  const TimingRequest& request_;
  TimingObserver& observer_;
  const TimingStart start_;
};

/// Sorts the queries by their start, and takes out those that began to compute before the warm-up was over.
void finishTrace(TimingResult& result, float warmUpMs) {
  std::vector<QueryTimes>& queries = result.queries;
  std::ranges::stable_sort(queries, {}, &QueryTimes::h2dStart);
  const auto counted = std::ranges::find_if(queries, [&](const auto& each) { return each.computeStart >= warmUpMs; });
  result.warmUpQueries = static_cast<std::uint64_t>(counted - queries.begin());
  queries.erase(queries.begin(), counted);
  if (!queries.empty()) result.walltimeMs = queries.back().d2hEnd - queries.front().h2dStart;
}

/// One thread per stream, each with its own end; the first failure is thrown once all have ended.
void runThreads(const EngineCore& core, const Loop& loop, Streams streams) {
  std::vector<std::exception_ptr> failures(streams.size());
  {
    std::vector<std::jthread> threads;
    threads.reserve(streams.size());
    for (std::size_t i = 0; i < streams.size(); ++i) {
      threads.emplace_back([&, i] {
        try {
          useDevice(core.device());
          loop.run(streams.subspan(i, 1));
        } catch (...) {
          failures[i] = std::current_exception();
        }
      });
    }
  }
  for (const std::exception_ptr& failure : failures) {
    if (failure) std::rethrow_exception(failure);
  }
}

}  // namespace

TimingResult timeEngine(EngineCore& core, const TimingRequest& request, TimingObserver& observer) {
  const CudaApi& cuda = CudaApi::get();
  TimingResult result;
  std::vector<std::unique_ptr<TimedStream>> streams;
  for (std::int32_t i = 0; i < request.streams; ++i) {
    std::vector<std::string> notes;
    streams.push_back(std::make_unique<TimedStream>(core, request, static_cast<std::uint32_t>(i), notes));
    for (std::string& note : notes) {
      if (std::ranges::find(result.notes, note) == result.notes.end()) result.notes.push_back(std::move(note));
    }
  }

  const Stream main = makeStream(kCudaStreamDefault);
  const Event gpuStart = makeEvent(request.spinWait ? kCudaEventDefault : kCudaEventBlockingSync);
  float sleepMs = request.sleepMs;
  // Whatever happens, the driver must be done with that variable before it is gone.
  const Finally settle([&] { cuda.streamSynchronize(main.get()); });
  cuda.check(cuda.launchHostFunc(main.get(), &sleepOnStream, &sleepMs), "cuLaunchHostFunc");
  const TimingStart start{Clock::now(), gpuStart.get()};
  cuda.check(cuda.eventRecord(gpuStart.get(), main.get()), "cuEventRecord");
  for (const auto& stream : streams) stream->waitFor(gpuStart.get());

  const Loop loop(request, observer, start);
  if (request.threads) {
    runThreads(core, loop, streams);
  } else {
    loop.run(streams);
  }
  for (const auto& stream : streams) std::ranges::copy(stream->queries(), std::back_inserter(result.queries));
  finishTrace(result, request.warmUpMs);
  result.layers = streams.front()->layers();
  if (request.fetchOutputs) result.outputs = streams.front()->fetchOutputs();
  return result;
}

}  // namespace calibrt::tensorrt
