/** Whether a worker still owns what it runs: known to all its threads, and to the processes that run its isolated jobs, also while a handler blocks. */

/** When a beat was sent, on clocks that all processes of the machine read. */
export interface SentAt {
  /** Of the machine's monotonic clock: `performance.now()` counts from the start of each thread. */
  readonly monotonicMs: number
  /** Of the wall clock: the monotonic one stands still while a machine is suspended. */
  readonly wallMs: number
}

/** The machine's monotonic clock, ms. */
export const monotonicMs = (): number => Number(process.hrtime.bigint() / 1_000n) / 1_000

export const sentNow = (): SentAt => ({ monotonicMs: monotonicMs(), wallMs: Date.now() })

/** Places in the shared memory: whole milliseconds of the newest beat. */
const MONOTONIC = 0
const WALL = 1

export class Ownership {
  /** For another thread, which makes its own instance of it. */
  readonly memory: SharedArrayBuffer
  readonly #beat: BigInt64Array

  constructor(memory: SharedArrayBuffer = new SharedArrayBuffer(2 * BigInt64Array.BYTES_PER_ELEMENT)) {
    this.memory = memory
    this.#beat = new BigInt64Array(memory)
  }

  /** The store has answered a beat. Beats may come twice, and out of order on two ways. */
  heard(beat: SentAt): void {
    const sentAtMs = BigInt(Math.floor(beat.monotonicMs))
    if (sentAtMs <= Atomics.load(this.#beat, MONOTONIC)) return
    Atomics.store(this.#beat, MONOTONIC, sentAtMs)
    Atomics.store(this.#beat, WALL, BigInt(Math.floor(beat.wallMs)))
  }

  /** The store has declared this worker dead: it owns nothing, whenever it last beat. */
  forget(): void {
    Atomics.store(this.#beat, MONOTONIC, 0n)
    Atomics.store(this.#beat, WALL, 0n)
  }

  /** When the newest beat was sent that the store has answered; 0 when there is none. */
  get newest(): SentAt {
    return { monotonicMs: Number(Atomics.load(this.#beat, MONOTONIC)), wallMs: Number(Atomics.load(this.#beat, WALL)) }
  }

  /** How long ago that was, by the clock that says more. */
  get silentMs(): number {
    const { newest } = this
    return newest.monotonicMs === 0 ? Infinity : Math.max(monotonicMs() - newest.monotonicMs, Date.now() - newest.wallMs)
  }

  /** @throws {Error} When the newest beat was sent longer ago than the lease: another worker may have the job by now. */
  assert(leaseMs: number): void {
    const { silentMs } = this
    if (silentMs > leaseMs) throw new Error(`ownership is uncertain: the store has not heard of this worker ${silentMs === Infinity ? 'at all' : `for ${Math.round(silentMs)} ms`}`)
  }
}
