import { realpathSync } from 'node:fs';
import { flavours } from '../../backends/tensorrt/flavours.js';
import { locateTensorRt } from '../../backends/tensorrt/locate.js';

/**
 * The version of the library that is installed, as its file name tells it (`libnvinfer.so.10.16.0`), without opening anything;
 * undefined where no library is found or its name does not say. For what is printed before a library is opened.
 */
export function installedVersion(): string | undefined {
  for (const { flavour } of flavours) {
    const found = locateTensorRt(flavour).found;
    if (found === undefined) continue;
    const name = realpathSync(found.infer);
    const version = /\.so\.(\d+\.\d+\.\d+)$/.exec(name)?.[1] ?? /-(\d+\.\d+\.\d+)[^/]*\/lib\/[^/]+$/.exec(name)?.[1];
    if (version !== undefined) return version;
  }
  return undefined;
}
