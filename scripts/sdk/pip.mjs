import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run, Unavailable, verify } from './client.mjs';

const clients = [['python3', '-m', 'pip'], ['pip3'], ['pip'], ['python', '-m', 'pip']];

/** Downloads one wheel with pip into `folder` and returns its verified path. Nothing is installed into any Python. */
export function fetchWheel({ package: name, version, sha256, platform }, folder) {
  const [command, ...prefix] = findPip();
  const requirements = join(folder, 'requirements.txt');
  writeFileSync(requirements, `${name}==${version} --hash=sha256:${sha256}\n`);
  const options = ['--no-deps', '--only-binary=:all:', `--platform=${platform}`, '--require-hashes'];
  const client = ['--quiet', '--disable-pip-version-check', '--no-input', '--retries=2'];
  const { ok, reason } = run(command, [
    ...prefix,
    'download',
    ...options,
    ...client,
    `--dest=${folder}`,
    `--requirement=${requirements}`,
  ]);
  if (!ok) throw new Unavailable(`pip could not fetch ${name} ${version}: ${reason}`);
  const wheel = readdirSync(folder).find((each) => each.endsWith('.whl'));
  if (wheel === undefined) throw new Unavailable(`pip left no wheel of ${name} ${version}`);
  verify(join(folder, wheel), sha256);
  return join(folder, wheel);
}

function findPip() {
  for (const client of clients) {
    const [command, ...prefix] = client;
    if (run(command, [...prefix, '--version']).ok) return client;
  }
  throw new Unavailable('pip is not installed');
}
