#pragma once

#include <functional>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

#include <napi.h>

namespace calibrt {

/// Work on one of libuv's threads that settles a promise: for what takes milliseconds. Builds, which take minutes, have
/// threads of their own.
///
/// `work` runs off the JavaScript thread and must touch no JavaScript value; `convert` runs on it.
/// std::invalid_argument becomes a TypeError, any other exception an Error. What `work` captured is destroyed on the
/// JavaScript thread.
template <typename Result>
class Job final : public Napi::AsyncWorker {
 public:
  using Work = std::function<Result()>;
  using Convert = std::function<Napi::Value(Napi::Env, const Result&)>;

  /// Queues the work. `pins` are kept from being collected until it is done: the buffers that it reads.
  static Napi::Promise start(Napi::Env env, Work work, Convert convert, const std::vector<Napi::Object>& pins = {}) {
    // Node-API owns a queued worker: it deletes itself when it is done.
    auto job = std::unique_ptr<Job>(new Job(env, std::move(work), std::move(convert)));
    for (const Napi::Object& pin : pins) job->pins_.push_back(Napi::Persistent(pin));
    const Napi::Promise promise = job->deferred_.Promise();
    job->Queue();
    job.release();
    return promise;
  }

 protected:
  void Execute() override {
    try {
      result_.emplace(work_());
    } catch (const std::invalid_argument& error) {
      isBadArgument_ = true;
      SetError(error.what());
    }
  }

  void OnOK() override {
    try {
      deferred_.Resolve(convert_(Env(), *result_));
    } catch (const Napi::Error& error) {
      deferred_.Reject(error.Value());
    }
  }

  void OnError(const Napi::Error& error) override {
    deferred_.Reject(isBadArgument_ ? Napi::TypeError::New(Env(), error.Message()).Value() : error.Value());
  }

 private:
  Job(Napi::Env env, Work work, Convert convert)
      : AsyncWorker(env), deferred_(env), work_(std::move(work)), convert_(std::move(convert)) {}

  Napi::Promise::Deferred deferred_;
  Work work_;
  Convert convert_;
  std::vector<Napi::ObjectReference> pins_;
  std::optional<Result> result_;
  bool isBadArgument_ = false;
};

}  // namespace calibrt
