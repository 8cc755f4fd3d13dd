#pragma once

#include <utility>

namespace calibrt::tensorrt {

/// Calls a function when it goes out of scope.
template <typename Function>
class Finally {
 public:
  explicit Finally(Function function) : function_(std::move(function)) {}
  ~Finally() { function_(); }
  Finally(const Finally&) = delete;
  Finally& operator=(const Finally&) = delete;

 private:
  Function function_;
};

}  // namespace calibrt::tensorrt
