import type { EngineDescription } from './engine-options.js';

/** A deserialized engine: see `loadEngine`. */
export interface Engine extends EngineDescription, AsyncDisposable {
  /** Of the library that runs it: `10.16.0`. */
  readonly libraryVersion: string;
  /** The inspector's JSON, as the library writes it. */
  inspect(): Promise<string>;
  /** Refuses new work, waits for the work accepted, and frees the engine's memory. */
  dispose(): Promise<void>;
}
