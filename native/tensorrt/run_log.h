#pragma once

#include <memory>
#include <mutex>
#include <new>
#include <string>
#include <variant>
#include <vector>

#include "tensorrt/error_recorder.h"
#include "tensorrt/failed.h"
#include "tensorrt/logger.h"
#include "tensorrt/run_observer.h"

namespace calibrt::tensorrt {

/// The log and the errors of one engine or context, from call to call. Everything is passed on to the observer.
class RunLog final : public LogSink {
 public:
  explicit RunLog(std::shared_ptr<RunObserver> observer) : observer_(std::move(observer)), recorder_(*this) {}

  void message(Severity severity, std::string_view text) noexcept override;
  nvinfer1::IErrorRecorder& recorder() noexcept { return recorder_; }
  [[nodiscard]] const std::shared_ptr<RunObserver>& observer() const noexcept { return observer_; }

  /// Forgets the errors of earlier calls.
  void clear() noexcept;
  /// A failure with the errors since clear() as its details.
  [[nodiscard]] Failed failed(FailureKind kind, std::string message) const;

 private:
  const std::shared_ptr<RunObserver> observer_;
  ErrorRecorder recorder_;
  mutable std::mutex mutex_;
  std::vector<std::string> errors_;
};

/// Calls `work`, with this thread's log going to `log`, and turns whatever it throws into a failure.
template <typename Result, typename Work>
std::variant<Result, Failure> guarded(RunLog& log, Work&& work) noexcept {
  try {
    const LogScope scope(log);
    log.clear();
    return work();
  } catch (const Failed& failed) {
    return failed.failure();
  } catch (const std::bad_alloc&) {
    return Failure{FailureKind::kExecution, "out of memory", {}};
  } catch (const std::exception& error) {
    return Failure{FailureKind::kInternal, error.what(), {}};
  } catch (...) {
    return Failure{FailureKind::kInternal, "unknown exception", {}};
  }
}

}  // namespace calibrt::tensorrt
