import { crc32, deflateRawSync } from 'node:zlib';

const ENCRYPTION_HEADER = 12;

/** What is unusual about an archive. */
export interface ZipOptions {
  readonly deflated?: boolean;
  /** Only looks so, which is all that a reader without the password can tell. */
  readonly encrypted?: boolean;
  /** In place of the right one. */
  readonly checksum?: number;
}

/** A zip archive (PKWARE's APPNOTE, 4.3) of files by name. */
export function zip(
  files: readonly (readonly [name: string, content: Uint8Array])[],
  options: ZipOptions = {},
): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of files) {
    const { common, stored } = describe(name, content, options);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, Buffer.from(name), stored]);
    // Version made by; then, behind the common part: comment, disk and attributes, and where the local header is.
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(offset, 10);
    directory.push(Buffer.from('PK\x01\x02'), common.subarray(0, 2), common, rest, Buffer.from(name));
    locals.push(local);
    offset += local.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(files.length, 4);
  end.writeUInt16LE(files.length, 6);
  end.writeUInt32LE(central.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...locals, central, Buffer.from('PK\x05\x06'), end]);
}

/** The part that a file's local header and its directory entry share: from the version needed to the length of extra fields. */
function describe(name: string, content: Uint8Array, options: ZipOptions): { common: Buffer; stored: Uint8Array } {
  const packed = options.deflated ? deflateRawSync(content) : content;
  const stored = options.encrypted ? Buffer.concat([Buffer.alloc(ENCRYPTION_HEADER), packed]) : packed;
  const common = Buffer.alloc(26);
  common.writeUInt16LE(20, 0);
  common.writeUInt16LE(options.encrypted ? 1 : 0, 2);
  common.writeUInt16LE(options.deflated ? 8 : 0, 4);
  common.writeUInt32LE(options.checksum ?? crc32(content), 10);
  common.writeUInt32LE(stored.length, 14);
  common.writeUInt32LE(content.length, 18);
  common.writeUInt16LE(name.length, 22);
  return { common, stored };
}

/** An archive of one deflated file whose stream begins with a block of a type that there is not. */
export function broken(archive: Buffer): Buffer {
  const copy = Buffer.from(archive);
  const name = copy.readUInt16LE(26);
  copy[30 + name] = 0xff;
  return copy;
}
