/** An input that no second attempt will make work: a path that leads outside, a picture that is none. */
import { giveUp } from './handler.js'

/** The message goes to whoever created the job: it names things as they wrote them, never as this machine does. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
}

/** Runs `work`; a {@link Refusal} thrown anywhere inside ends the job for good, anything else is tried again. */
export async function givingUpOnRefusal(work: () => Promise<unknown>): Promise<unknown> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof Refusal) return giveUp(error.message)
    throw error
  }
}
