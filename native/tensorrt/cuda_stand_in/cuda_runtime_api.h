#pragma once

// NvInfer*.h includes the CUDA runtime's header for these two opaque types and nothing else. Standing in for it spares
// the CUDA toolkit; a real one on the include path is never wanted here.
using cudaStream_t = struct CUstream_st*;
using cudaEvent_t = struct CUevent_st*;
