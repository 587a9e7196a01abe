/** A key in Redis that is not ours any more: somebody wrote something else under its name, or took away the right to it. */
export class SpoiltTimeline extends Error {
  override readonly name = 'SpoiltTimeline'
  /** Whose timelines cannot be used; those of others can. */
  readonly queues: readonly string[]

  constructor(queues: readonly string[], cause: Error) {
    super(cause.message, { cause })
    this.queues = queues
  }
}

/** Errors that say nothing about other keys. */
export const isAboutAKey = (error: unknown): error is Error => error instanceof Error && /^(WRONGTYPE|NOPERM)/.test(error.message)
