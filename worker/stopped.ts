/** Why an attempt is told to stop. */
export type StopReason = 'timeout' | 'cancelled' | 'lost' | 'shutdown'

/** The reason of an attempt's signal. */
export class Stopped extends Error {
  override readonly name = 'Stopped'
  readonly reason: StopReason
  constructor(reason: StopReason, message: string) {
    super(message)
    this.reason = reason
  }
}
