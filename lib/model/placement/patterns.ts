import picomatch from 'picomatch';
import { CalibrtError } from '../../errors.js';

/** Tests a node name. */
export type NodePattern = (name: string) => boolean;

/**
 * Compiles a pattern for node names: `/…/flags` is a regular expression, anything else a glob. In a glob, `*` also matches
 * slashes, as exporters put paths into names.
 *
 * @throws CalibrtError `ERR_USAGE` for a malformed regular expression.
 */
export function nodePattern(pattern: string): NodePattern {
  const regex = /^\/(.*)\/([imsu]*)$/s.exec(pattern);
  // "/features/conv" is a name: only what ends with a slash and known flags is a regular expression.
  if (regex && pattern.length > 2) {
    try {
      const compiled = new RegExp(regex[1] ?? '', regex[2]);
      return (name) => name === pattern || compiled.test(name);
    } catch (cause) {
      throw new CalibrtError('ERR_USAGE', `"${pattern}" is no valid regular expression`, { cause });
    }
  }
  const glob = picomatch(pattern, { dot: true, bash: true, nonegate: true });
  return (name) => name === pattern || glob(name);
}
