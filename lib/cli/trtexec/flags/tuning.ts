import { carriedOut, everywhere, refused, split, type TrtexecFlag } from './flag.js';

const only11 = refused('TensorRT 10 has no such flag; it came with 11.1');
const accuracy = refused('`calibrt eval REFERENCE CANDIDATE --data …` compares outputs, with more metrics');
const routes = refused('calibrt does not search build routes: use --builderOptimizationLevel');

function switches(names: readonly string[], description: string): TrtexecFlag[] {
  return names.map((name) => ({
    name,
    form: 'switch',
    group: 'tuning',
    since: '11.1',
    description,
    on: split(only11, routes),
  }));
}

function texts(entries: readonly (readonly [string, string, string])[], on: TrtexecFlag['on']): TrtexecFlag[] {
  return entries.map(([name, value, description]) => ({
    name,
    form: 'text',
    value,
    group: 'tuning',
    since: '11.1',
    description,
    on,
  }));
}

/** What 11.1 added: references to compare outputs with, and a search over build routes. */
export const tuningFlags: readonly TrtexecFlag[] = [
  ...texts(
    [
      ['--loadRefOutputs', 'NAME:FILE,…', 'reference outputs to compare with'],
      ['--refPair', 'N', 'opens pair N of inputs and reference outputs'],
      ['--accuracyAlgorithm', 'l0|l1|l2|lInf|cos', 'how outputs are compared'],
      ['--atol', 'X', 'absolute tolerance of l0'],
      ['--rtol', 'X', 'relative tolerance of l0'],
      ['--accuracyThreshold', 'X', 'loss from which on the run fails'],
    ],
    everywhere(accuracy),
  ),
  ...texts([['--setBuildRoute', 'ROUTE', 'build along this route']], split(only11, carriedOut)),
  ...texts(
    [
      ['--helpBuildRoute', 'KNOB', 'list the knobs of a route'],
      ['--tuneBuildRoutes', 'EXPRESSION', 'routes to try'],
      ['--tuneBuildRouteFile', 'FILE', 'file of routes to try'],
      ['--tuningSearch', 'fast|full|mixed', 'how routes are searched'],
      ['--tuningTimeOut', 'S', 'seconds of a search'],
      ['--tuningCacheFile', 'FILE', 'where the best route is kept'],
      ['--tuningResultFile', 'FILE', 'where the results of a search are kept'],
    ],
    split(only11, routes),
  ),
  ...switches(['--saveAllEngines'], 'keep the engine of every route'),
  ...switches(['--dryRun'], 'list the routes and build none'),
  ...switches(['--continue'], 'go on with an earlier search'),
];
