import { bytesHead, Field, piecesLength, type Pieces } from './wire/fields.js';

/** Something that writes itself as one length-delimited field. */
export interface Message {
  pieces(): Pieces;
}

/** One stretch of a message: a field that is kept as it is, or a number of items of one kind. */
type Slot = Field | { readonly kind: number; count: number };

/**
 * Where the fields of a message stood. Writers usually group a message's fields by number, but need not; keeping the
 * stretches lets an unedited part come out in the order that it was read in.
 */
export class Layout {
  private constructor(private readonly slots: readonly Slot[]) {}

  /** The layout of `fields`, those numbered in `kinds` being items that are held elsewhere. */
  static of(fields: readonly Field[], kinds: ReadonlySet<number>): Layout {
    const slots: Slot[] = [];
    for (const field of fields) {
      const last = slots.at(-1);
      if (!kinds.has(field.no)) slots.push(field);
      else if (last && !(last instanceof Field) && last.kind === field.no) last.count++;
      else slots.push({ kind: field.no, count: 1 });
    }
    return new Layout(slots);
  }

  /** The kept fields' bytes and the items', each kind in its own order; what is left over goes to the kind's last stretch. */
  write(items: ReadonlyMap<number, readonly Message[]>, pieces: (message: Message) => Pieces): Uint8Array[] {
    const out: Uint8Array[] = [];
    const next = new Map<number, number>();
    const emit = (kind: number, end: number): void => {
      const list = items.get(kind) ?? [];
      const start = next.get(kind) ?? 0;
      for (const item of list.slice(start, end)) {
        const content = pieces(item);
        out.push(bytesHead(kind, piecesLength(content)), ...content);
      }
      next.set(kind, Math.max(start, end));
    };
    const last = new Map<number, Slot>();
    for (const slot of this.slots) if (!(slot instanceof Field)) last.set(slot.kind, slot);
    for (const slot of this.slots) {
      if (slot instanceof Field) out.push(slot.raw);
      else emit(slot.kind, last.get(slot.kind) === slot ? Infinity : (next.get(slot.kind) ?? 0) + slot.count);
    }
    for (const kind of items.keys()) emit(kind, Infinity);
    return out;
  }
}
