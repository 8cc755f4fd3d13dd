/** Ends of a run that trtexec tells apart by what it prints before `&&&& FAILED`. */

/** A wrong argument: the help, then this message. */
export class ArgumentProblem extends Error {
  override readonly name = 'ArgumentProblem';
}

/** A number too great for its type: this message alone, as trtexec lets that exception through. */
export class OutOfRange extends Error {
  override readonly name = 'OutOfRange';
}
