import { fileURLToPath } from 'node:url';

/** Path of a file under test/fixtures. */
export function fixture(name: string): string {
  return fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));
}

/** Path of a file from the root of the repository. */
export function repository(name: string): string {
  return fileURLToPath(new URL(`../../${name}`, import.meta.url));
}
