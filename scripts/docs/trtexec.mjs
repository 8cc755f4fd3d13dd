// Writes docs/trtexec.md from the table of flags: `node scripts/docs/trtexec.mjs`, after `npm run build:ts`.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { documentationPage } from '../../dist/lib/cli/trtexec/documentation.js';

const page = fileURLToPath(new URL('../../docs/trtexec.md', import.meta.url));

/** The page as it is committed. */
export async function trtexecPage() {
  return format(documentationPage(), { ...(await resolveConfig(page)), filepath: page });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(page, await trtexecPage());
