import { describe, expect, it } from 'vitest';
import { abortError, CalibrtError, deserializeError, serializeError, throwIfAborted } from '#lib/errors.js';

describe('crossing a process boundary', () => {
  it('keeps code, message, details and the cause’s words', () => {
    const error = new CalibrtError('ERR_BUILD', 'refused', { details: ['line 1'], cause: new Error('why') });
    const back = deserializeError(structuredClone(serializeError(error)));
    expect(back).toBeInstanceOf(CalibrtError);
    expect(back).toMatchObject({ code: 'ERR_BUILD', message: 'refused', details: ['line 1'], cause: 'why' });
  });

  it('calls anything else internal, and keeps its stack', () => {
    const back = deserializeError(serializeError(new TypeError('x is not a function')));
    expect(back).toMatchObject({ code: 'ERR_INTERNAL', message: 'x is not a function' });
    expect(String(back.cause)).toContain('errors.test');
  });

  it('takes values that are no errors', () => {
    expect(serializeError('text')).toMatchObject({ code: 'ERR_INTERNAL', message: 'text' });
  });
});

describe('abort', () => {
  it('keeps the caller’s reason', () => {
    expect(abortError(AbortSignal.abort('enough'))).toMatchObject({ code: 'ERR_ABORTED', cause: 'enough' });
  });

  it('throws only once the signal has fired', () => {
    expect(() => throwIfAborted(undefined)).not.toThrow();
    expect(() => throwIfAborted(new AbortController().signal)).not.toThrow();
    expect(() => throwIfAborted(AbortSignal.abort())).toThrow(CalibrtError);
  });
});
