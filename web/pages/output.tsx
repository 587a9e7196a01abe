/** What a job has made: a picture, a PDF, a text or a mail. Placeholder until the route is known. */
import type { Job } from '../actions.js'

export function Output(_props: { readonly job: Job }) {
  return null
}
