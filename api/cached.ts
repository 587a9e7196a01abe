/** One answer for many callers. */

/**
 * Asks at most once at a time, and again only when the answer is older than `ttlMs`. A failure is told to those who
 * wait for it, and not kept.
 */
export function cached<Answer>(ask: () => Promise<Answer>, ttlMs: number): () => Promise<Answer> {
  let kept: { readonly answer: Answer; readonly untilMs: number } | undefined
  let asking: Promise<Answer> | undefined
  return async () => {
    if (kept && performance.now() < kept.untilMs) return kept.answer
    asking ??= ask()
      .then((answer) => {
        kept = { answer, untilMs: performance.now() + ttlMs }
        return answer
      })
      .finally(() => (asking = undefined))
    return asking
  }
}
