/** A pattern that matches the node of this name and no other, whatever its name looks like. */
export function exactPattern(name: string): string {
  return `/^${name.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')}$/`;
}
