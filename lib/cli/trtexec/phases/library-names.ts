/** trtexec's words in those of lib/backends/tensorrt. */
import type {
  BuildDetails,
  MemoryPool,
  PreviewFeature,
  TacticSource,
} from '../../../backends/tensorrt/build-details.js';

/** Of `--memPoolSize`. */
export const memoryPools: Readonly<Record<string, MemoryPool>> = {
  workspace: 'workspace',
  dlaSRAM: 'dlaManagedSram',
  dlaLocalDRAM: 'dlaLocalDram',
  dlaGlobalDRAM: 'dlaGlobalDram',
  tacticSharedMem: 'tacticSharedMemory',
};

/** Of `--tacticSources`, in upper case. */
export const tacticSources: Readonly<Record<string, TacticSource>> = {
  CUBLAS: 'cublas',
  CUBLAS_LT: 'cublasLt',
  CUDNN: 'cudnn',
  EDGE_MASK_CONVOLUTIONS: 'edgeMaskConvolutions',
  JIT_CONVOLUTIONS: 'jitConvolutions',
};

/** Of `--preview`; trtexec applies no others. */
export const previewFeatures: Readonly<Record<string, PreviewFeature>> = {
  aliasedPluginIO1003: 'aliasedPluginIO1003',
  runtimeActivationResize: 'runtimeActivationResize',
};

/** Of `--tilingOptimizationLevel`, by number. */
export const tilingLevels: readonly NonNullable<BuildDetails['tilingLevel']>[] = ['none', 'fast', 'moderate', 'full'];

const types: Readonly<Record<string, string>> = {
  fp32: 'float32',
  fp16: 'float16',
  bf16: 'bfloat16',
  fp8: 'float8e4m3fn',
  GPU: 'gpu',
  DLA: 'dla',
};

/** A type or device; other words are the same in both. */
export function libraryType(word: string): string {
  return types[word] ?? word;
}
