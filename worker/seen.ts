/**
 * The newest fence under which each of the last claims was accepted: a claim that was sent again answers with what this
 * worker already holds, and may have run by then.
 *
 * Two maps that take turns, so that forgetting costs nothing: one map that loses its oldest with each new one is slow to
 * find its oldest.
 */
export class Seen {
  readonly #most: number
  #young = new Map<string, number>()
  #old = new Map<string, number>()

  /** @param most - So many are remembered at least, and twice as many at most. */
  constructor(most: number) {
    this.#most = most
  }

  /** @returns True for the first claim under this fence, or a higher one than any before. */
  add(id: string, fence: number): boolean {
    const known = this.#young.get(id) ?? this.#old.get(id)
    if (known !== undefined && known >= fence) return false
    if (this.#young.size >= this.#most) {
      this.#old = this.#young
      this.#young = new Map()
    }
    this.#young.set(id, fence)
    return true
  }
}
