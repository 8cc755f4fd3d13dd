import { promisify } from 'node:util';
import { deflate, inflate, type ZlibOptions } from 'node:zlib';
import { breathe } from '../breathe.js';
import { CalibrtError } from '../errors.js';
import { native, type NativeStatistics } from '../native.js';

const compress = promisify<Uint8Array, ZlibOptions, Buffer>(deflate);
const expand = promisify(inflate);

/** On counts it makes no larger files than the default of 6, in little more than half the time. */
const LEVEL = 4;

/** Statistics as a table holds them, by tensor name: the serialized state, deflated, in base64. Off the JS thread. */
export async function packStatistics(
  statistics: Iterable<readonly [string, NativeStatistics]>,
): Promise<Record<string, string>> {
  const packed: Promise<[string, string]>[] = [];
  for (const [name, entry] of statistics) {
    const pack = async (state: Uint8Array): Promise<[string, string]> => {
      return [name, (await compress(state, { level: LEVEL })).toString('base64')];
    };
    packed.push(pack(entry.serialize()));
    // Half a megabyte each: hundreds at once are felt on the event loop.
    await breathe();
  }
  return Object.fromEntries(await Promise.all(packed));
}

/**
 * The statistics that {@link packStatistics} packed.
 *
 * @param path - The table's file, for the message.
 * @throws CalibrtError `ERR_TABLE_INVALID` naming the tensor whose state is damaged.
 */
export async function unpackStatistics(
  packed: Readonly<Record<string, string>>,
  path = 'the table',
): Promise<Map<string, NativeStatistics>> {
  const { Statistics } = native();
  const entries = Object.entries(packed).map(async ([name, text]): Promise<[string, NativeStatistics]> => {
    try {
      return [name, Statistics.deserialize(await expand(Buffer.from(text, 'base64')))];
    } catch (cause) {
      throw new CalibrtError(
        'ERR_TABLE_INVALID',
        `${path}: the statistics of tensor ${name} are damaged: calibrate again`,
        { cause },
      );
    }
  });
  return new Map(await Promise.all(entries));
}
