#include "core/thresholds.h"

namespace calibrt {

Threshold minmaxThreshold(const Histogram& histogram) { return {histogram.amax(), 0.0}; }

}  // namespace calibrt
