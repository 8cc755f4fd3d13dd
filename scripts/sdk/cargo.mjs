import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { run, Unavailable, verify } from './client.mjs';

/**
 * The crate is wanted for the header files it carries, not for its Rust: empty packages stand in for its dependencies, so
 * that cargo fetches one archive and not a hundred. Versions only have to satisfy the crate's requirements.
 */
const standIns = {
  autocxx: '0.30.999',
  'autocxx-build': '0.30.999',
  bindgen: '0.72.999',
  bitflags: '2.999.0',
  cc: '1.999.0',
  cxx: '1.999.0',
  regex: '1.999.0',
};

/** Fetches one crate with cargo and returns the path of its verified `.crate` archive. */
export function fetchCrate(name, version, sha256) {
  const env = cargoEnvironment();
  const project = mkdtempSync(join(tmpdir(), 'calibrt-cargo-'));
  try {
    writeProject(project, name, version);
    const { ok, stdout, reason } = run('cargo', ['metadata', '--format-version', '1'], { cwd: project, env });
    if (!ok) throw new Unavailable(`cargo could not fetch ${name} ${version}: ${reason}`);
    const found = JSON.parse(stdout).packages.find((each) => each.name === name);
    const archive = archiveOf(dirname(found.manifest_path));
    verify(archive, sha256);
    return archive;
  } finally {
    rmSync(project, { recursive: true, force: true });
  }
}

/**
 * An environment in which cargo runs. A rustup proxy looks for its toolchains in the home folder and fails where `HOME` points to
 * an empty one (a clean-room build); then the toolchains of the user's real home are named, and nothing else of it.
 */
function cargoEnvironment() {
  const env = { CARGO_NET_RETRY: '1', CARGO_TERM_COLOR: 'never', RUST_BACKTRACE: '0', ...process.env };
  const first = run('cargo', ['--version'], { env });
  if (first.ok) return env;
  const rustup = join(userInfo().homedir, '.rustup');
  if (env.RUSTUP_HOME === undefined && existsSync(rustup)) {
    const named = { ...env, RUSTUP_HOME: rustup };
    if (run('cargo', ['--version'], { env: named }).ok) return named;
  }
  throw new Unavailable(first.reason);
}

function writeProject(folder, name, version) {
  const write = (path, text) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  const manifest = (packageName, packageVersion) =>
    `[package]\nname = "${packageName}"\nversion = "${packageVersion}"\nedition = "2021"\n[lib]\npath = "lib.rs"\n`;
  const patches = Object.keys(standIns).map((each) => `${each} = { path = "${each}" }\n`);
  write('lib.rs', '');
  write(
    'Cargo.toml',
    `${manifest('calibrt-headers', '0.0.0')}[workspace]\n[dependencies]\n${name} = "=${version}"\n[patch.crates-io]\n${patches.join('')}`,
  );
  for (const [standIn, standInVersion] of Object.entries(standIns)) {
    write(`${standIn}/Cargo.toml`, manifest(standIn, standInVersion));
    write(`${standIn}/lib.rs`, '');
  }
}

/** cargo unpacks `registry/cache/INDEX/NAME.crate` into `registry/src/INDEX/NAME`; the archive is what has a hash. */
function archiveOf(sourceFolder) {
  const index = dirname(sourceFolder);
  const archive = join(dirname(dirname(index)), 'cache', basename(index), `${basename(sourceFolder)}.crate`);
  if (!existsSync(archive)) throw new Unavailable(`cargo keeps no archive ${archive} to verify`);
  return archive;
}
