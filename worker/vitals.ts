/**
 * Signs of life that the main loop and the pulse (`worker/pulse.ts`) show each other, in memory that both see: a loop
 * that is blocked reads no messages, and a message that waits is no sign of anything.
 */

/** Places in the shared memory; each holds microseconds. */
const BEAT_SENT = 0
const BEAT_SENT_ON_WALL = 1
const LOOP_SEEN = 2
const FIRST_DEADLINE = 3
const LAST_DEADLINE = 4
const PLACES = 5

/** The monotonic clock, ms: the same in every thread, which `performance.now()` is not. */
export const monotonicMs = (): number => Number(process.hrtime.bigint() / 1_000n) / 1_000

export class Vitals {
  readonly memory: SharedArrayBuffer
  readonly #times: BigInt64Array

  /** @param memory - Of the one that another thread has made. */
  constructor(memory: SharedArrayBuffer = new SharedArrayBuffer(PLACES * BigInt64Array.BYTES_PER_ELEMENT)) {
    this.memory = memory
    this.#times = new BigInt64Array(memory)
  }

  /** The store has answered a beat. Both are when it was sent: by `monotonicMs()`, and by the wall clock, since the other one stands still while a machine is suspended. */
  heard(sentAtMs: number, sentOnWallMs: number): void {
    this.#write(BEAT_SENT, Math.max(sentAtMs, this.#read(BEAT_SENT))) // beats of two threads may be answered in any order
    this.#write(BEAT_SENT_ON_WALL, Math.max(sentOnWallMs, this.#read(BEAT_SENT_ON_WALL)))
  }

  /** The store has declared this worker dead: it owns nothing, whenever it last beat. */
  forget(): void {
    this.#write(BEAT_SENT, 0)
    this.#write(BEAT_SENT_ON_WALL, 0)
  }

  /** How long ago the newest beat was sent that the store has answered, by the clock that says more. */
  get silentMs(): number {
    if (this.#read(BEAT_SENT) === 0) return Infinity
    return Math.max(monotonicMs() - this.#read(BEAT_SENT), Date.now() - this.#read(BEAT_SENT_ON_WALL))
  }

  /** The main loop turns. */
  loopTurns(): void {
    this.#write(LOOP_SEEN, monotonicMs())
  }

  /** When the main loop last said that it turns, by `monotonicMs()`. */
  get loopSeenMs(): number {
    return this.#read(LOOP_SEEN)
  }

  /** When the first and the last of the attempts that run have to be over, by `monotonicMs()`; undefined when none runs. */
  get deadlines(): { readonly firstMs: number; readonly lastMs: number } | undefined {
    const lastMs = this.#read(LAST_DEADLINE)
    return lastMs === 0 ? undefined : { firstMs: this.#read(FIRST_DEADLINE), lastMs }
  }

  set deadlines(deadlines: { readonly firstMs: number; readonly lastMs: number } | undefined) {
    this.#write(FIRST_DEADLINE, deadlines?.firstMs ?? 0)
    this.#write(LAST_DEADLINE, deadlines?.lastMs ?? 0)
  }

  #read(place: number): number {
    return Number(Atomics.load(this.#times, place)) / 1_000
  }

  #write(place: number, ms: number): void {
    Atomics.store(this.#times, place, BigInt(Math.round(ms * 1_000)))
  }
}
