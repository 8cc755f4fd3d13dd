#pragma once

#include <functional>

#include "cuda/state.h"

namespace calibrt::test {

class Stream;
using Work = std::function<void()>;

/// Adds work to a stream (null: the default one), or to the graph that the stream is captured into.
Result enqueue(Stream* stream, Work work);
/// Waits for all that was added before.
Result synchronize(Stream* stream);
void synchronizeAll();
bool isCapturing(Stream* stream);

}  // namespace calibrt::test
