/** Decides when what goes wrong, and for whom. The same seed makes the same decisions. */

export class Nemesis {
  readonly #seed: number
  #state: number

  constructor(seed: number) {
    this.#seed = seed >>> 0
    this.#state = this.#seed
  }

  /** A nemesis of its own for one purpose: how often one part asks changes nothing for the others. */
  for(purpose: string): Nemesis {
    let hash = this.#seed ^ 0x9e3779b9
    for (const character of purpose) hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193)
    return new Nemesis(hash)
  }

  /** Uniform in [0, 1): mulberry32. */
  random(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }

  /** A whole number, `from` and `to` included. */
  between(from: number, to: number): number {
    return from + Math.floor(this.random() * (to - from + 1))
  }

  chance(probability: number): boolean {
    return this.random() < probability
  }

  /** @throws {RangeError} When there is nothing to pick from. */
  pick<T>(all: readonly T[]): T {
    if (all.length === 0) throw new RangeError('nothing to pick from')
    return all[this.between(0, all.length - 1)] as T
  }

  /** Instants within a length of time (ms), in order, as the waits from each to the next. */
  waits(count: number, withinMs: number): number[] {
    const instants = Array.from({ length: count }, () => this.random() * withinMs).toSorted((a, b) => a - b)
    return instants.map((instant, i) => Math.round(instant - (instants[i - 1] ?? 0)))
  }
}
