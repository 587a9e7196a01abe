/**
 * Signs of life of the main loop, in memory that the pulse (`worker/pulse.ts`) sees, too: a loop that is blocked sends
 * no messages, and a message that waits is no sign of anything. All times are of `monotonicMs()`.
 */
import { monotonicMs } from './ownership.js'

/** Places in the shared memory; each holds microseconds. */
const LOOP_SEEN = 0
const FIRST_DEADLINE = 1
const LAST_DEADLINE = 2
const PLACES = 3

export interface Deadlines {
  readonly firstMs: number
  readonly lastMs: number
}

export class Vitals {
  readonly memory: SharedArrayBuffer
  readonly #times: BigInt64Array

  /** @param memory - Of the one that another thread has made. */
  constructor(memory: SharedArrayBuffer = new SharedArrayBuffer(PLACES * BigInt64Array.BYTES_PER_ELEMENT)) {
    this.memory = memory
    this.#times = new BigInt64Array(memory)
  }

  /** The main loop turns. */
  loopTurns(): void {
    this.#write(LOOP_SEEN, monotonicMs())
  }

  /** When the main loop last said that it turns. */
  get loopSeenMs(): number {
    return this.#read(LOOP_SEEN)
  }

  /** When the first and the last of the attempts have to be over that run in this process; undefined when none does. */
  get deadlines(): Deadlines | undefined {
    const lastMs = this.#read(LAST_DEADLINE)
    return lastMs === 0 ? undefined : { firstMs: this.#read(FIRST_DEADLINE), lastMs }
  }

  set deadlines(deadlines: Deadlines | undefined) {
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
