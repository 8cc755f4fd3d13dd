import { packageVersion } from '../version.js';
import type { CalibrationTable } from '../tables/index.js';
import type { Calibration } from './calibrate.js';
import type { DrawnSamples } from './samples.js';
