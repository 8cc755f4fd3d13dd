#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <variant>

#include <napi.h>

#include "addon/tensorrt/convert.h"
#include "addon/tensorrt/task_thread.h"

namespace calibrt {

/// Does `work` on the thread and resolves a promise with its outcome: `{ok: true, value}` with what `convert` makes of
/// a result, or `{ok: false, failure}`. Where the thread was closed the failure says so.
template <typename Result>
Napi::Promise outcomeOf(TaskThread& thread, Napi::Env env,
                        std::function<std::variant<Result, tensorrt::Failure>()> work,
                        std::function<Napi::Value(Napi::Env, Result&)> convert) {
  // Shared, because std::function copies; destroyed wherever, because it owns nothing of JavaScript's.
  const auto deferred = std::make_shared<Napi::Promise::Deferred>(env);
  const bool posted = thread.post([deferred, work = std::move(work), convert = std::move(convert)] {
    auto outcome = std::make_shared<std::variant<Result, tensorrt::Failure>>(work());
    return [deferred, convert, outcome](Napi::Env target, Napi::Function) {
      if (const auto* failure = std::get_if<tensorrt::Failure>(outcome.get())) {
        deferred->Resolve(failed(target, *failure));
      } else {
        deferred->Resolve(success(target, convert(target, std::get<Result>(*outcome))));
      }
    };
  });
  if (!posted) {
    deferred->Resolve(failed(env, {tensorrt::FailureKind::kInput, "it has been disposed of", {}}));
  }
  return deferred->Promise();
}

}  // namespace calibrt
