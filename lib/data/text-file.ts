import { CalibrtError } from '../errors.js';
import { readSampleFile } from './files.js';

// Tabs, line ends and form feeds stand in text; other control characters only in files of another kind, or in UTF-16.
// eslint-disable-next-line no-control-regex -- control characters are what is sought
const NO_TEXT = /[\x00-\x08\x0e-\x1f\x7f-\x9f]/;

/**
 * The text of a file that a person or a script wrote. A file of another kind is told by its first control character, before any
 * message shows a part of it: a terminal would obey it.
 *
 * @param lines - What its lines hold, for the message.
 * @param option - The option that names it, for the message.
 * @throws CalibrtError `ERR_DATA_NOT_FOUND` or `ERR_DATA_FORMAT`.
 */
export async function readTextFile(path: string, lines: string, option = '--data'): Promise<string> {
  const text = (await readSampleFile(path, undefined, option)).toString('utf8');
  const at = text.search(NO_TEXT);
  if (at < 0) return text;
  const line = text.slice(0, at).split('\n').length;
  const code = text.charCodeAt(at).toString(16).padStart(2, '0');
  throw new CalibrtError(
    'ERR_DATA_FORMAT',
    `${path}, line ${line}: it is no text (control character 0x${code}): expected ${lines}, in UTF-8; check ${option}`,
  );
}
