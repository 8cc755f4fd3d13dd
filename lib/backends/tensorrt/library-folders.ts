import { execFileSync } from 'node:child_process';
import { readdirSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';

/** Where fetched pieces live: the same path as scripts/sdk/cache.mjs computes; a test holds them together. */
export function cacheRoot(): string {
  const own = variable('CALIBRT_CACHE');
  return own ?? join(variable('XDG_CACHE_HOME') ?? join(homedir(), '.cache'), 'calibrt');
}

/** An environment variable; one that is set to nothing counts as unset. */
function variable(name: string): string | undefined {
  const value = process.env[name];
  return value === '' ? undefined : value;
}

/** Folders below an installation's root that may hold its libraries. */
export function rootFolders(root: string): string[] {
  return ['lib', 'lib64', 'targets/x86_64-linux-gnu/lib', '.'].map((each) => join(root, each));
}

/** The folders of `LD_LIBRARY_PATH`. */
export function loaderFolders(): string[] {
  return (process.env['LD_LIBRARY_PATH'] ?? '').split(delimiter).filter((each) => each !== '');
}

/** `site-packages/WHEEL` of every Python that an environment variable or the path names; Python itself is not started. */
export function wheelFolders(wheel: string): string[] {
  const path = variable('PATH') ?? '';
  const environments = [variable('VIRTUAL_ENV'), variable('CONDA_PREFIX')];
  const pythons = path.split(delimiter).map((folder) => pythonPrefix(join(folder, 'python3')));
  const prefixes = [...environments, ...pythons, join(homedir(), '.local'), '/usr/local', '/usr'];
  const folders = prefixes.flatMap((prefix) => (prefix === undefined ? [] : sitePackages(prefix)));
  return [...new Set(folders)].map((each) => join(each, wheel));
}

/** `lib` folders of what scripts/sdk fetched. */
export function sdkFolders(): string[] {
  const sdk = join(cacheRoot(), 'sdk');
  return list(sdk)
    .filter((each) => each.startsWith('tensorrt') && !each.includes('.part-'))
    .sort((a, b) => b.localeCompare(a, 'en', { numeric: true }))
    .map((each) => join(sdk, each, 'lib'));
}

/** Where distributions and NVIDIA's own packages put libraries, and what the loader's cache knows of `soname`. */
export function systemFolders(soname: string): string[] {
  const usual = [
    '/usr/lib/x86_64-linux-gnu',
    '/usr/lib64',
    '/usr/lib',
    '/usr/local/lib',
    '/usr/local/tensorrt/lib',
    '/opt/tensorrt/lib',
    '/usr/local/cuda/lib64',
  ];
  return [...new Set([...loaderCache(soname), ...usual])];
}

function loaderCache(soname: string): string[] {
  try {
    const listing = execFileSync('/sbin/ldconfig', ['-p'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    const paths = listing.split('\n').filter((line) => line.trim().startsWith(`${soname} `));
    return paths.map((line) => dirname(line.slice(line.lastIndexOf('=> ') + 3)));
  } catch {
    return [];
  }
}

function pythonPrefix(python: string): string | undefined {
  try {
    return dirname(dirname(realpathSync(python)));
  } catch {
    return undefined;
  }
}

function sitePackages(prefix: string): string[] {
  return list(join(prefix, 'lib'))
    .filter((each) => each.startsWith('python3'))
    .flatMap((each) => ['site-packages', 'dist-packages'].map((packages) => join(prefix, 'lib', each, packages)));
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
