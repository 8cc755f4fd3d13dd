#pragma once

#include <functional>
#include <optional>

#include <napi.h>

namespace calibrt {

/// Runs a short task on libuv's pool and resolves a promise with what `convert` makes of its result on the JS thread.
template <typename Result>
class PromiseWorker final : public Napi::AsyncWorker {
 public:
  using Task = std::function<Result()>;
  using Convert = std::function<Napi::Value(Napi::Env, Result)>;

  static Napi::Promise run(Napi::Env env, Task task, Convert convert) {
    // AsyncWorker deletes itself when done.
    auto* worker = new PromiseWorker(env, std::move(task), std::move(convert));
    worker->Queue();
    return worker->deferred_.Promise();
  }

 private:
  PromiseWorker(Napi::Env env, Task task, Convert convert)
      : AsyncWorker(env, "calibrt"), deferred_(env), task_(std::move(task)), convert_(std::move(convert)) {}

  void Execute() override { result_ = task_(); }
  void OnOK() override { deferred_.Resolve(convert_(Env(), std::move(*result_))); }
  void OnError(const Napi::Error& error) override { deferred_.Reject(error.Value()); }

  Napi::Promise::Deferred deferred_;
  Task task_;
  Convert convert_;
  std::optional<Result> result_;
};

}  // namespace calibrt
