/** When a process is told to stop, and when it is told to hurry. */

/** Signals this close together are one request: systemd signals the whole group, and the starter in it signals its children again. */
const ONE_REQUEST_MS = 1_000

/**
 * Calls `stop` once: at the first SIGTERM or SIGINT, or when the parent is gone. A further signal calls `hurry` when it
 * comes more than a second after the first; that the parent is gone never does.
 */
export function onToldToStop({ stop, hurry }: { readonly stop: (why: string) => void; readonly hurry: (signal: string) => void }): void {
  let stopping = false
  let signalledAtMs: number | undefined
  const stopOnce = (why: string) => {
    if (stopping) return
    stopping = true
    stop(why)
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (signalledAtMs === undefined) {
        signalledAtMs = performance.now()
        stopOnce(signal)
      } else if (performance.now() - signalledAtMs > ONE_REQUEST_MS) hurry(signal)
    })
  }
  if (process.send) process.once('disconnect', () => stopOnce('its parent is gone'))
}
