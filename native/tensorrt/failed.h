#pragma once

#include <exception>
#include <utility>

#include "tensorrt/failure.h"

namespace calibrt::tensorrt {

/// Carries a failure to the edge of a bridge, where it becomes a return value: no exception crosses that edge.
class Failed final : public std::exception {
 public:
  explicit Failed(Failure failure) : failure_(std::move(failure)) {}
  Failed(FailureKind kind, std::string message) : failure_{kind, std::move(message), {}} {}

  [[nodiscard]] const char* what() const noexcept override { return failure_.message.c_str(); }
  [[nodiscard]] const Failure& failure() const noexcept { return failure_; }

 private:
  Failure failure_;
};

}  // namespace calibrt::tensorrt
