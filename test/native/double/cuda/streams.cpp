#include "cuda/streams.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

namespace calibrt::test {

/// What a captured graph does, in the order of the calls: one valid order of the streams that took part.
struct Graph {
  std::vector<Work> work;
  bool invalidated = false;
};

namespace {

thread_local Graph* capture = nullptr;

/// The graph that a stream or an event is captured into. Atomic: the end of a capture looks at every thread's.
using Captured = std::atomic<Graph*>;

}  // namespace

/// A thread that does one thing after another.
class Stream {
 public:
  Stream() : thread_([this] { run(); }) {}
  ~Stream() {
    {
      const std::lock_guard lock(mutex_);
      ending_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  void add(Work work) {
    {
      const std::lock_guard lock(mutex_);
      queue_.push_back(std::move(work));
      ++pending_;
    }
    changed_.notify_all();
  }

  void wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return pending_ == 0; });
  }

  bool idle() {
    const std::lock_guard lock(mutex_);
    return pending_ == 0;
  }

  Captured captured = nullptr;

 private:
  void run() {
    for (;;) {
      Work work;
      {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return ending_ || !queue_.empty(); });
        if (queue_.empty()) return;
        work = std::move(queue_.front());
        queue_.pop_front();
      }
      work();
      work = nullptr;
      {
        const std::lock_guard lock(mutex_);
        --pending_;
      }
      changed_.notify_all();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Work> queue_;
  std::size_t pending_ = 0;
  bool ending_ = false;
  std::thread thread_;
};

/// One recording of an event.
struct Moment {
  std::mutex mutex;
  std::condition_variable reached;
  bool done = false;
  std::chrono::steady_clock::time_point time;

  void reach() {
    {
      const std::lock_guard lock(mutex);
      done = true;
      time = std::chrono::steady_clock::now();
    }
    reached.notify_all();
  }
  void wait() {
    std::unique_lock lock(mutex);
    reached.wait(lock, [&] { return done; });
  }
  bool isDone() {
    const std::lock_guard lock(mutex);
    return done;
  }
};

struct Event {
  bool timed = true;
  std::shared_ptr<Moment> moment;
  /// Set where it was recorded in a stream that is captured.
  Captured captured = nullptr;
};

struct GraphExec {
  std::shared_ptr<const std::vector<Work>> work;
};

namespace {

/// Handles that are alive: one that is not is an error, never a crash.
template <typename Object>
class Alive {
 public:
  Object* add(std::unique_ptr<Object> object) {
    const std::lock_guard lock(mutex_);
    return objects_.emplace(std::move(object)).first->get();
  }
  bool contains(Object* object) {
    const std::lock_guard lock(mutex_);
    return find(object) != objects_.end();
  }
  std::shared_ptr<Object> take(Object* object) {
    const std::lock_guard lock(mutex_);
    const auto found = find(object);
    if (found == objects_.end()) return nullptr;
    return std::move(objects_.extract(found).value());
  }
  /// Shared: another thread may destroy one meanwhile.
  std::vector<std::shared_ptr<Object>> all() {
    const std::lock_guard lock(mutex_);
    return {objects_.begin(), objects_.end()};
  }

 private:
  auto find(Object* object) {
    return std::ranges::find_if(objects_, [&](const auto& each) { return each.get() == object; });
  }
  std::mutex mutex_;
  std::set<std::shared_ptr<Object>> objects_;
};

// Never destroyed: threads may outlive main().
template <typename Object>
Alive<Object>& alive() {
  static auto* const leaked = new Alive<Object>;
  return *leaked;
}

Stream* resolve(Stream* stream) {
  static Stream* const defaultStream = alive<Stream>().add(std::make_unique<Stream>());
  if (stream == nullptr) return defaultStream;
  return alive<Stream>().contains(stream) ? stream : nullptr;
}

Result refuseInCapture(const Stream& stream) {
  Graph* const graph = stream.captured;
  if (graph == nullptr) return kSuccess;
  graph->invalidated = true;
  return kCaptureUnsupported;
}

}  // namespace

bool capturing() {
  if (capture != nullptr) capture->invalidated = true;
  return capture != nullptr;
}

bool isCapturing(Stream* stream) {
  const Stream* found = resolve(stream);
  return found != nullptr && found->captured != nullptr;
}

Result enqueue(Stream* stream, Work work) {
  Stream* found = resolve(stream);
  if (found == nullptr) return kInvalidHandle;
  if (Graph* const graph = found->captured; graph != nullptr) {
    graph->work.push_back(std::move(work));
  } else {
    found->add(std::move(work));
  }
  return kSuccess;
}

Result synchronize(Stream* stream) {
  Stream* found = resolve(stream);
  if (found == nullptr) return kInvalidHandle;
  if (const Result result = refuseInCapture(*found); result != kSuccess) return result;
  found->wait();
  return kSuccess;
}

void synchronizeAll() {
  for (const auto& stream : alive<Stream>().all()) stream->wait();
}

}  // namespace calibrt::test

using namespace calibrt::test;

CALIBRT_CUDA cuStreamCreate(Stream** stream, unsigned) {
  const Result result = enter("cuStreamCreate");
  if (result == kSuccess) *stream = alive<Stream>().add(std::make_unique<Stream>());
  return result;
}

CALIBRT_CUDA cuStreamCreateWithPriority(Stream** stream, unsigned flags, int) { return cuStreamCreate(stream, flags); }

CALIBRT_CUDA cuStreamDestroy_v2(Stream* stream) {
  const Result result = enter("cuStreamDestroy_v2");
  if (result != kSuccess) return result;
  return alive<Stream>().take(stream) ? kSuccess : kInvalidHandle;
}

CALIBRT_CUDA cuStreamSynchronize(Stream* stream) {
  const Result result = enter("cuStreamSynchronize");
  return result == kSuccess ? synchronize(stream) : result;
}

CALIBRT_CUDA cuCtxSynchronize() {
  const Result result = enter("cuCtxSynchronize");
  if (result == kSuccess) synchronizeAll();
  return result;
}

CALIBRT_CUDA cuStreamQuery(Stream* stream) {
  const Result result = enter("cuStreamQuery");
  if (result != kSuccess) return result;
  Stream* found = resolve(stream);
  if (found == nullptr) return kInvalidHandle;
  return found->idle() ? kSuccess : kNotReady;
}

CALIBRT_CUDA cuLaunchHostFunc(Stream* stream, void (*function)(void*), void* data) {
  const Result result = enter("cuLaunchHostFunc");
  if (result != kSuccess) return result;
  return enqueue(stream, [=] {
    const auto start = std::chrono::steady_clock::now();
    function(data);
    if (numberSetting("recordCuda", 0) == 0) return;
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
    Entry("hostFunction").with("ms", took.count());
  });
}

CALIBRT_CUDA cuEventCreate(Event** event, unsigned flags) {
  const Result result = enter("cuEventCreate");
  if (result != kSuccess) return result;
  auto made = std::make_unique<Event>();
  made->timed = (flags & 2U) == 0;
  *event = alive<Event>().add(std::move(made));
  if (numberSetting("recordCuda", 0) != 0)
    Entry("event").with("spins", (flags & 1U) == 0).with("timed", (flags & 2U) == 0);
  return kSuccess;
}

CALIBRT_CUDA cuEventDestroy_v2(Event* event) {
  const Result result = enter("cuEventDestroy_v2");
  if (result != kSuccess) return result;
  return alive<Event>().take(event) ? kSuccess : kInvalidHandle;
}

CALIBRT_CUDA cuEventRecord(Event* event, Stream* stream) {
  const Result result = enter("cuEventRecord");
  if (result != kSuccess) return result;
  const Stream* found = resolve(stream);
  if (found == nullptr || !alive<Event>().contains(event)) return kInvalidHandle;
  event->captured = found->captured.load();
  if (event->captured != nullptr) return kSuccess;
  event->moment = std::make_shared<Moment>();
  return enqueue(stream, [moment = event->moment] { moment->reach(); });
}

CALIBRT_CUDA cuStreamWaitEvent(Stream* stream, Event* event, unsigned) {
  const Result result = enter("cuStreamWaitEvent");
  if (result != kSuccess) return result;
  Stream* found = resolve(stream);
  if (found == nullptr || !alive<Event>().contains(event)) return kInvalidHandle;
  if (event->captured != nullptr) {
    // Waiting for a captured stream takes part in its capture.
    found->captured = event->captured.load();
    return kSuccess;
  }
  if (!event->moment) return kSuccess;
  return enqueue(stream, [moment = event->moment] { moment->wait(); });
}

CALIBRT_CUDA cuEventSynchronize(Event* event) {
  const Result result = enter("cuEventSynchronize");
  if (result != kSuccess) return result;
  if (!alive<Event>().contains(event)) return kInvalidHandle;
  if (const std::shared_ptr<Moment> moment = event->moment) moment->wait();
  return kSuccess;
}

CALIBRT_CUDA cuEventQuery(Event* event) {
  const Result result = enter("cuEventQuery");
  if (result != kSuccess) return result;
  if (!alive<Event>().contains(event)) return kInvalidHandle;
  return !event->moment || event->moment->isDone() ? kSuccess : kNotReady;
}

CALIBRT_CUDA cuEventElapsedTime(float* milliseconds, Event* start, Event* end) {
  const Result result = enter("cuEventElapsedTime");
  if (result != kSuccess) return result;
  for (Event* event : {start, end}) {
    if (!alive<Event>().contains(event) || !event->timed || !event->moment) return kInvalidHandle;
  }
  if (!start->moment->isDone() || !end->moment->isDone()) return kNotReady;
  *milliseconds = std::chrono::duration<float, std::milli>(end->moment->time - start->moment->time).count();
  return kSuccess;
}

CALIBRT_CUDA cuEventElapsedTime_v2(float* milliseconds, Event* start, Event* end) {
  return cuEventElapsedTime(milliseconds, start, end);
}

CALIBRT_CUDA cuStreamIsCapturing(Stream* stream, int* status) {
  *status = isCapturing(stream) ? 1 : 0;
  return enter("cuStreamIsCapturing");
}

#ifndef CALIBRT_DOUBLE_OLD_DRIVER

CALIBRT_CUDA cuStreamBeginCapture_v2(Stream* stream, int) {
  const Result result = enter("cuStreamBeginCapture_v2");
  if (result != kSuccess) return result;
  // The default stream cannot be captured.
  if (stream == nullptr || resolve(stream) == nullptr) return kInvalidHandle;
  if (stream->captured != nullptr) return kInvalidValue;
  stream->captured = capture = alive<calibrt::test::Graph>().add(std::make_unique<calibrt::test::Graph>());
  return kSuccess;
}

CALIBRT_CUDA cuStreamEndCapture(Stream* stream, calibrt::test::Graph** graph) {
  *graph = nullptr;
  const Result result = enter("cuStreamEndCapture");
  if (result == kNotInitialized || result == kInvalidContext) return result;
  if (resolve(stream) == nullptr || stream->captured == nullptr) return kInvalidHandle;
  calibrt::test::Graph* ended = stream->captured;
  const auto leave = [](Captured& from, calibrt::test::Graph* graph) { from.compare_exchange_strong(graph, nullptr); };
  for (const auto& each : alive<Stream>().all()) leave(each->captured, ended);
  for (const auto& event : alive<Event>().all()) leave(event->captured, ended);
  capture = nullptr;
  // Whatever comes of it, the stream captures no more.
  if (ended->invalidated || result != kSuccess) {
    alive<calibrt::test::Graph>().take(ended);
    return result == kSuccess ? kCaptureInvalidated : result;
  }
  *graph = ended;
  return kSuccess;
}

CALIBRT_CUDA cuGraphInstantiateWithFlags(GraphExec** exec, calibrt::test::Graph* graph, unsigned long long) {
  const Result result = enter("cuGraphInstantiateWithFlags");
  if (result != kSuccess) return result;
  if (!alive<calibrt::test::Graph>().contains(graph)) return kInvalidHandle;
  auto made = std::make_unique<GraphExec>();
  made->work = std::make_shared<const std::vector<Work>>(graph->work);
  *exec = alive<GraphExec>().add(std::move(made));
  return kSuccess;
}

CALIBRT_CUDA cuGraphUpload(GraphExec* exec, Stream*) {
  return alive<GraphExec>().contains(exec) ? enter("cuGraphUpload") : kInvalidHandle;
}

CALIBRT_CUDA cuGraphLaunch(GraphExec* exec, Stream* stream) {
  const Result result = enter("cuGraphLaunch");
  if (result != kSuccess) return result;
  if (!alive<GraphExec>().contains(exec)) return kInvalidHandle;
  return enqueue(stream, [work = exec->work] {
    for (const Work& each : *work) each();
  });
}

CALIBRT_CUDA cuGraphDestroy(calibrt::test::Graph* graph) {
  const Result result = enter("cuGraphDestroy");
  if (result != kSuccess) return result;
  return alive<calibrt::test::Graph>().take(graph) ? kSuccess : kInvalidHandle;
}

CALIBRT_CUDA cuGraphExecDestroy(GraphExec* exec) {
  const Result result = enter("cuGraphExecDestroy");
  if (result != kSuccess) return result;
  return alive<GraphExec>().take(exec) ? kSuccess : kInvalidHandle;
}

#endif
