/** Changes to a float network that make it lose less when it is quantized. */
export { equalizeLayers, type EqualizedPair, type EqualizeOptions } from './equalize.js';
export { findPairs } from './pairs.js';
export { observeChannels, type MeasuringModel, type ObservedTensor } from './observe.js';
export { addShifts, measureShifts, type ShiftMeasures } from './bias.js';
export { dialFeeds, dialsOf } from './dial-feeds.js';
export { measureBranches, type BranchMeasures } from './branches.js';
export { smoothProducts, type SmoothOptions } from './smooth.js';
export { findSmoothSites, type SmoothSite } from './smooth-sites.js';
