export { buildEngine } from './build.js';
export type { BuildOptions, BuildResult, OptimizationProfile, ShapeRange } from './build-options.js';
export type { TensorRtBackend } from './flavours.js';
export {
  locateTensorRt,
  type LibraryCandidate,
  type LibraryOrigin,
  type LibrarySearch,
  type LocatedLibrary,
} from './locate.js';
export { readPlanHeader, type PlanHeader } from './plan.js';
export { probeTensorRt, type FlavourProbe } from './probe.js';
