// Drives the bridge from many threads at once on the double, for the sanitizers to watch: builds with calibrators that
// are fed, cut short and cancelled from other threads, engines that are shared, contexts beside each other, timed runs.
// Values and messages are checked by the TypeScript tests. Arguments: folder of the double's libraries, a model with an
// input `image` of 1x3x16x16.

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "addon/tensorrt/batch_queue.h"
#include "tensorrt/bridge.h"

extern "C" const calibrt::tensorrt::Bridge* calibrtTensorRtBridge(int interfaceVersion);

namespace {

using namespace calibrt;
using namespace calibrt::tensorrt;
using std::chrono::milliseconds;

void check(bool condition, std::string_view what) {
  if (condition) return;
  std::fprintf(stderr, "failed: %.*s\n", static_cast<int>(what.size()), what.data());
  std::_Exit(1);
}

template <typename Result>
Result take(std::variant<Result, Failure> outcome, std::string_view what) {
  if (const auto* failure = std::get_if<Failure>(&outcome)) check(false, std::string(what) + ": " + failure->message);
  return std::get<Result>(std::move(outcome));
}

/// A build's other side: what the JavaScript thread is in the addon.
class Observer final : public BuildObserver {
 public:
  explicit Observer(int batches) : batches_(batches) {}
  ~Observer() override {
    if (feeder_.joinable()) feeder_.join();
  }
  Observer(const Observer&) = delete;
  Observer& operator=(const Observer&) = delete;

  void log(Severity, std::string_view) noexcept override { ++messages_; }
  void progress(const ProgressEvent&) noexcept override { ++steps_; }
  bool cancelled() const noexcept override { return cancelled_; }
  BatchSource* batches() noexcept override { return &queue_; }

  void cancel() {
    cancelled_ = true;
    queue_.stop();
  }
  [[nodiscard]] int steps() const { return steps_; }
  [[nodiscard]] std::size_t cacheBytes() const { return cacheBytes_; }

 private:
  void hear(const CalibrationEvent& event) {
    if (const auto* wanted = std::get_if<BatchesWanted>(&event)) {
      feeder_ = std::thread([this, inputs = wanted->inputs] { feed(inputs); });
    } else if (const auto* written = std::get_if<CalibrationWritten>(&event)) {
      cacheBytes_ = written->bytes.size();
    }
  }

  void feed(const std::vector<CalibrationInput>& inputs) {
    for (int i = 0; i < batches_ && !cancelled_; ++i) {
      CalibrationBatch batch;
      for (const CalibrationInput& input : inputs) {
        HostBlock block = HostPool::instance().takeReady(input.bytes);
        std::memset(block.data(), 0, input.bytes);
        batch.push_back(std::move(block));
      }
      queue_.push(std::move(batch));
    }
    queue_.finish();
  }

  const int batches_;
  std::atomic<bool> cancelled_{false};
  std::atomic<int> messages_{0};
  std::atomic<int> steps_{0};
  std::atomic<std::size_t> cacheBytes_{0};
  std::thread feeder_;
  BatchQueue queue_{[this](const CalibrationEvent& event) { hear(event); }};
};

class Listener final : public RunObserver {
 public:
  void log(Severity, std::string_view) noexcept override { ++messages_; }

 private:
  std::atomic<int> messages_{0};
};

class Watch final : public TimingObserver {
 public:
  [[nodiscard]] bool cancelled() const noexcept override { return cancelled_; }
  /// Of each stream's thread, after each pass.
  void progress(float) noexcept override {
    begun_ = true;
    begun_.notify_all();
  }
  void waitForProgress() const { begun_.wait(false); }
  void cancel() { cancelled_ = true; }

 private:
  std::atomic<bool> begun_{false};
  std::atomic<bool> cancelled_{false};
};

/// Joins all before it returns.
template <typename Work>
void inParallel(int count, Work work) {
  std::vector<std::thread> threads;
  for (int i = 0; i < count; ++i) threads.emplace_back(work, i);
  for (std::thread& thread : threads) thread.join();
}

BuildRequest requestFor(const std::vector<std::uint8_t>& model) {
  BuildRequest request;
  request.modelBytes = model;
  return request;
}

BuildRequest calibratedRequest(const std::vector<std::uint8_t>& model, int turn) {
  constexpr CalibrationAlgorithm kAlgorithms[] = {CalibrationAlgorithm::kEntropy2, CalibrationAlgorithm::kMinMax,
                                                  CalibrationAlgorithm::kPercentile};
  BuildRequest request = requestFor(model);
  request.flags = {"int8"};
  request.calibration = CalibrationRequest{};
  request.calibration->algorithm = kAlgorithms[turn % 3];
  return request;
}

void buildAtOnce(const Library& library, const std::vector<std::uint8_t>& model) {
  inParallel(4, [&](int turn) {
    Observer observer(10);
    const BuildResult built = take(library.build(calibratedRequest(model, turn), observer), "build");
    check(!built.plan.empty() && observer.steps() > 0, "a plan, and progress");
    check(observer.cacheBytes() > 0, "a calibration cache");
  });
}

/// Cancelled from another thread at whatever the builder is doing then, the wait for a batch included.
void cancelAnywhere(const Library& library, const std::vector<std::uint8_t>& model) {
  inParallel(4, [&](int turn) {
    for (int i = 0; i < 10; ++i) {
      Observer observer(turn % 2 == 0 ? 3 : 1'000'000);
      std::thread canceller([&] {
        std::this_thread::sleep_for(milliseconds(i));
        observer.cancel();
      });
      const auto outcome = library.build(calibratedRequest(model, turn), observer);
      canceller.join();
      const auto* failure = std::get_if<Failure>(&outcome);
      check(failure == nullptr || failure->kind == FailureKind::kCancelled, "built or cancelled");
    }
  });
}

std::vector<Feed> feeds() {
  constexpr std::size_t kBytes = 3 * 16 * 16 * sizeof(float);
  std::vector<Feed> made;
  made.push_back({"image", {1, 3, 16, 16}, HostPool::instance().takeReady(kBytes), kBytes});
  std::memset(made[0].data.data(), 0, kBytes);
  return made;
}

void infer(Engine& engine, const ContextRequest& request) {
  const std::shared_ptr<Context> context = take(engine.makeContext(request), "makeContext");
  for (int i = 0; i < 20; ++i) {
    const InferResult result = take(context->infer(feeds()), "infer");
    check(result.outputs.size() == 1 && result.outputs[0].bytes == 10 * sizeof(float), "an output");
  }
  check(context->layerTimes().empty() != request.profileLayers, "layer times where asked for");
}

void runAtOnce(const Library& library, const std::vector<std::uint8_t>& plan) {
  LoadRequest request;
  request.plan = plan;
  std::shared_ptr<Engine> engine = take(library.load(request, std::make_shared<Listener>()), "load");
  inParallel(4, [&, engine](int turn) { infer(*engine, ContextRequest{0, turn == 1, turn == 2, turn == 3}); });
  // Contexts live on the thread that made them; whichever goes last frees the engine.
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([engine]() mutable {
      const std::shared_ptr<Context> context = take(engine->makeContext({}), "makeContext");
      engine.reset();
      take(context->infer(feeds()), "infer after the engine was let go");
    });
  }
  engine.reset();
  for (std::thread& thread : threads) thread.join();
}

void timeAtOnce(const Library& library, const std::vector<std::uint8_t>& plan) {
  inParallel(2, [&](int turn) {
    LoadRequest load;
    load.plan = plan;
    const std::shared_ptr<Engine> engine = take(library.load(load, std::make_shared<Listener>()), "load");
    TimingRequest request;
    request.warmUpMs = 0;
    request.durationMs = turn == 0 ? 20 : -1;
    request.streams = 3;
    request.threads = true;
    // Without it a query's copies overlap its neighbours' compute on the same buffers, as trtexec's do: by design.
    request.exposeDma = true;
    request.cudaGraph = turn == 1;
    Watch watch;
    std::thread canceller([&] {
      // A time from the start would be over before the first query where preparing the streams is slow.
      watch.waitForProgress();
      std::this_thread::sleep_for(milliseconds(50));
      watch.cancel();
    });
    const TimingResult timed = take(engine->time(request, watch), "time");
    canceller.join();
    check(!timed.queries.empty(), "queries");

    // Cancelled while the streams are prepared: none, and no failure.
    check(take(engine->time(request, watch), "time cancelled before").queries.empty(), "no queries");
  });
}

std::vector<std::uint8_t> readFile(const char* path) {
  std::ifstream file(path, std::ios::binary);
  check(file.good(), "the model can be read");
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

int main(int count, char** arguments) {
  check(count == 3, "usage: bridge_harness LIBRARIES MODEL");
  const std::string folder = arguments[1];
  const std::vector<std::uint8_t> model = readFile(arguments[2]);
  const Bridge* bridge = calibrtTensorRtBridge(kBridgeInterface);
  check(bridge != nullptr, "the bridge");
  const auto library = take(bridge->open({folder + "/libnvinfer.so.10", folder + "/libnvonnxparser.so.10"}), "open");
  buildAtOnce(*library, model);
  ::setenv("CALIBRT_DOUBLE", "steps=5;stepMs=1;batchMs=1", 1);
  cancelAnywhere(*library, model);
  ::setenv("CALIBRT_DOUBLE", "", 1);
  Observer observer(0);
  const BuildResult built = take(library->build(requestFor(model), observer), "build");
  runAtOnce(*library, built.plan);
  timeAtOnce(*library, built.plan);
  std::puts("ok");
  return 0;
}
