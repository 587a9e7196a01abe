/**
 * What time it is for the database, guessed without asking. Only a hint: it keeps early takes rare and
 * gives put-backs their score; whether a job is due is decided by the database in the claim.
 */
export class Clock {
  readonly #database = new Offset()
  readonly #redis = new Offset()

  /**
   * @param nowMs - What the clock of the database said, ms since epoch.
   * @param sentAtMs - `performance.now()` when it was asked; it is read again here.
   */
  sawDatabase(nowMs: number, sentAtMs: number): void {
    this.#database.add(nowMs, sentAtMs)
  }

  sawRedis(nowMs: number, sentAtMs: number): void {
    this.#redis.add(nowMs, sentAtMs)
  }

  /**
   * The database's clock, ms since epoch; this machine's until the database was seen.
   * @param atMs - Now, on the monotonic clock, by whom has just read it.
   */
  nowMs(atMs: number = performance.now()): number {
    return this.#database.known ? atMs + this.#database.ms : Date.now()
  }

  /** The database's clock minus Redis's; 0 until both were seen. */
  offsetMs(): number {
    return this.#database.known && this.#redis.known ? this.#database.ms - this.#redis.ms : 0
  }
}

/** Samples that count: a minute of beats with the default lease, so that a clock that was set is followed. */
const SAMPLES = 20

/** A clock elsewhere minus our monotonic one, by the sample with the shortest round trip of the last ones. */
class Offset {
  #samples: Array<{ ms: number; roundTripMs: number }> = []
  /** Kept, since it is read for every job. */
  #ms = 0

  get known(): boolean {
    return this.#samples.length > 0
  }

  get ms(): number {
    return this.#ms
  }

  add(nowMs: number, sentAtMs: number): void {
    const receivedAtMs = performance.now()
    const sample = { ms: nowMs - (sentAtMs + receivedAtMs) / 2, roundTripMs: receivedAtMs - sentAtMs }
    const last = this.#samples.at(-1)
    // A clock that jumped by more than a round trip explains makes every older sample wrong.
    if (last && Math.abs(sample.ms - last.ms) > sample.roundTripMs + last.roundTripMs + 50) this.#samples = []
    this.#samples.push(sample)
    if (this.#samples.length > SAMPLES) this.#samples.shift()
    this.#ms = this.#samples.reduce((best, each) => (each.roundTripMs < best.roundTripMs ? each : best)).ms
  }
}
