#pragma once

#include <cstddef>
#include <functional>

namespace calibrt {

/// Calls task(0) ... task(count - 1), each once, on up to `threads` threads of which the caller's is one. Returns when
/// all are done. After a task has thrown no further ones are started, and the first exception is thrown here.
void parallelFor(std::size_t count, std::size_t threads, const std::function<void(std::size_t)>& task);

}  // namespace calibrt
