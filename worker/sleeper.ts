/** A sleep that can be cut short; a wake-up that comes before the sleep is not lost. */
export class Sleeper {
  #woken = false
  #wake: (() => void) | undefined

  /** Returns after `ms`, at the next `wake()`, or at once when there was one since the last sleep. Longer than 2^31-1 ms is capped: a longer timer would fire at once. */
  async sleep(ms: number): Promise<void> {
    if (!this.#woken && ms > 0) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.min(Math.ceil(ms), 2 ** 31 - 1))
        this.#wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
      this.#wake = undefined
    }
    this.#woken = false
  }

  wake(): void {
    this.#woken = true
    this.#wake?.()
  }
}
