#pragma once

#include <cstddef>

namespace calibrt {

/// Calls visit(channel, offset, length) for every run of neighbouring elements of one channel, in order, in dense data
/// that is [outer, channels, inner]. `size` is a multiple of channels * inner.
template <typename Visit>
void forEachChannelRun(std::size_t size, std::size_t channels, std::size_t inner, const Visit& visit) {
  if (channels == 1) {
    if (size > 0) visit(std::size_t{0}, std::size_t{0}, size);
    return;
  }
  std::size_t channel = 0;
  for (std::size_t offset = 0; offset < size; offset += inner) {
    visit(channel, offset, inner);
    channel = channel + 1 == channels ? 0 : channel + 1;
  }
}

}  // namespace calibrt
