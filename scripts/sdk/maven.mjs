import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run, Unavailable, verify } from './client.mjs';
import { unpackLibraries } from './unpack.mjs';

/** Fetches an artifact with Maven and leaves the shared libraries that it holds in `target/lib`. */
export function fetchLibraries({ artifact, sha256 }, target) {
  const download = mkdtempSync(join(tmpdir(), 'calibrt-maven-'));
  try {
    // A repository of its own: half a gigabyte that stays in the user's would be a surprise.
    const { ok, reason } = run('mvn', [
      '--quiet',
      '--batch-mode',
      'dependency:copy',
      `-Dartifact=${artifact}`,
      `-DoutputDirectory=${download}`,
      `-Dmaven.repo.local=${join(download, 'repository')}`,
    ]);
    if (!ok) throw new Unavailable(`Maven could not fetch ${artifact}: ${reason}`);
    const jar = readdirSync(download).find((each) => each.endsWith('.jar'));
    if (jar === undefined) throw new Unavailable(`Maven left no archive of ${artifact}`);
    verify(join(download, jar), sha256);
    unpackLibraries(join(download, jar), target);
  } finally {
    rmSync(download, { recursive: true, force: true });
  }
}
