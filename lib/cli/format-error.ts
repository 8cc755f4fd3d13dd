import { inspect } from 'node:util';
import { CalibrtError } from '../errors.js';

/** `error ERR_CODE: message` on one line; with `verbose` the library's own lines below it, and the chain of causes. */
export function formatError(error: unknown, verbose: boolean): string {
  if (!(error instanceof CalibrtError)) {
    const message = error instanceof Error ? error.message : String(error);
    const stack = error instanceof Error && verbose ? `\n${error.stack}` : '';
    return `error ERR_INTERNAL: ${oneLine(message)} (this is a bug of calibrt; --verbose tells more)${stack}`;
  }
  const first = `error ${error.code}: ${oneLine(error.message)}`;
  if (!verbose) return error.details.length === 0 ? first : `${first} (--verbose tells more)`;
  const lines = [first, ...error.details.map((line) => `  ${line}`)];
  for (const cause of causes(error)) lines.push(`caused by ${cause}`);
  return lines.join('\n');
}

function* causes(error: Error): Generator<string> {
  for (let cause = error.cause; cause !== undefined; cause = cause instanceof Error ? cause.cause : undefined) {
    yield cause instanceof Error ? (cause.stack ?? cause.message) : typeof cause === 'string' ? cause : inspect(cause);
  }
}

function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, ' ');
}
