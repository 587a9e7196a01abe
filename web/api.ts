/** The one way to the API: the typed client. What it says when it refuses is kept as it is written. */
import { createDulyClient, type DulyClient, type Problem } from '../client/index.js'
import { BASE } from './base.js'
import { noteServerTime } from './live/now.js'
import { curl } from './pure/curl.js'
import { askForKey, session } from './session.js'

export interface Answer<T> {
  readonly data?: T | undefined
  readonly error?: unknown
  readonly response: Response
}

/** A request, made by whichever client it is given: the one that sends it, or the one that only writes it down. */
export type Ask<T> = (api: DulyClient, signal?: AbortSignal) => Promise<Answer<T>>

/** A refusal of the API, or what stands for one when none arrived. */
export interface Trouble extends Partial<Omit<Problem, 'code' | 'type'>> {
  readonly title: string
  /** 0 when nobody answered. */
  readonly status: number
  readonly code?: string
}

export class Refused extends Error {
  readonly trouble: Trouble
  constructor(trouble: Trouble) {
    super(trouble.detail ?? trouble.title)
    this.trouble = trouble
  }
}

const baseUrl = BASE.slice(0, -1)

const api = createDulyClient({
  baseUrl,
  async fetch(request) {
    const response = await fetch(request)
    noteServerTime(response.headers.get('date'))
    if (response.status === 401 && !request.url.endsWith('/session')) askForKey()
    return response
  }
})

/**
 * @throws {Refused} With the problem as the API wrote it, or in its words when no answer came.
 * @throws What an aborted signal throws.
 */
export async function send<T>(ask: Ask<T>, signal?: AbortSignal): Promise<T> {
  const answer = await ask(api, signal).catch((error: unknown) => {
    if (signal?.aborted) throw error
    throw new Refused({ status: 0, title: 'The API cannot be reached', detail: 'Nobody answered. It is asked again by itself.' })
  })
  if (answer.response.ok) return answer.data as T
  throw new Refused(troubleOf(answer))
}

function troubleOf({ error, response }: Answer<unknown>): Trouble {
  if (typeof error === 'object' && error !== null && 'title' in error) return error as Trouble
  return { status: response.status, title: `The answer was ${response.status}`, ...(typeof error === 'string' && error !== '' && { detail: error.slice(0, 500) }) }
}

/** What the shell would send: the same code makes the request, and nothing is sent. */
export async function curlOf(ask: Ask<unknown>): Promise<string> {
  let line = ''
  const recorder = createDulyClient({
    baseUrl,
    async fetch(request) {
      const body = await request.text()
      line = curl({ method: request.method, url: request.url, ...(body !== '' && { body }), needsKey: session.value?.open === false })
      return new Response('{}', { headers: { 'content-type': 'application/json' } })
    }
  })
  await ask(recorder)
  return line
}
