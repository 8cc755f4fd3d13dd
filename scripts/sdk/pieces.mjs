/**
 * What is fetched: packages and versions by name, with the hash of each archive. Where they come from is the business of the
 * clients (cargo, pip, Maven) and of whatever mirror their user has set.
 */

/** @typedef {'rtx' | 'trt10' | 'trt11'} Flavour */

/**
 * @typedef {object} HeaderPiece
 * @property {string} folder name in the cache
 * @property {string} crate
 * @property {string} version
 * @property {string} sha256 of the `.crate` archive
 * @property {Partial<Record<Flavour, string>>} headers folder inside the crate, by flavour
 */

/** @type {HeaderPiece[]} */
export const headerPieces = [
  {
    folder: 'headers-trtx-sys-0.9.1',
    crate: 'trtx-sys',
    version: '0.9.1',
    sha256: '5480ee056292951daa1bc74532162d6cb75190f091e45d7d97c0c356916ae171',
    headers: { rtx: 'TensorRT-Headers/TRT-RTX-1.7', trt11: 'TensorRT-Headers/TRT-Enterprise-11.4' },
  },
  {
    folder: 'headers-trtx-sys-0.5.0',
    crate: 'trtx-sys',
    version: '0.5.0',
    sha256: '1efd9036abbd2775da5df4e49793ec8e656f026fb9c60dff7e95bda2d654e634',
    headers: { trt10: 'TensorRT-Headers/TRT-Enterprise-10.16' },
  },
];

/** The TensorRT-RTX libraries, which build engines on a machine without a GPU. */
export const rtxLibraries = {
  folder: 'tensorrt-rtx-1.7.1.116',
  package: 'tensorrt-rtx-cu13-libs',
  version: '1.7.1.116',
  sha256: 'e3fd45fed001240d63304e77a2d4006319b839994237cb294b6e7ad72acaabcd',
  platform: 'manylinux_2_28_x86_64',
};

/**
 * Complete TensorRT libraries, about 540 MB packed and 1 GB unpacked each: only on request (`--with 10.15`). They are for checking
 * the bridge against the real thing; without a GPU they report their version and refuse to build.
 *
 * @type {Record<string, { folder: string, artifact: string, sha256: string }>}
 */
export const optionalLibraries = {
  10.15: {
    folder: 'tensorrt-10.15.1',
    artifact: 'org.bytedeco:tensorrt:10.15-1.5.13:jar:linux-x86_64-redist',
    sha256: '8543a6bda95c5d42141d409e1b74024b444e96334a3815d53997cc4ec3cfce83',
  },
  11.2: {
    folder: 'tensorrt-11.2.1',
    artifact: 'org.bytedeco:tensorrt:11.2-1.5.14:jar:linux-x86_64-redist',
    sha256: '909dea6c768a0db60ab53d76d9f089c78cada1b55ad5d3d78b308b140f669f6d',
  },
};
