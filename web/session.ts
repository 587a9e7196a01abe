/** Who is asking, and what they may. A key is exchanged for a cookie that no script can read; the page keeps none. */
import { computed, signal } from '@preact/signals'
import { send } from './api.js'
import type { components } from '../client/index.js'

type Session = components['schemas']['Session']

/** undefined until the API has said; null when it has no sessions. */
export const session = signal<Session | null | undefined>(undefined)

export const isAskingForKey = signal(false)
export const askForKey = () => {
  isAskingForKey.value = true
}

/** Grows with every log-in and log-out: what was read before is read again. */
export const sessionVersion = signal(0)

const may = (scope: 'write' | 'admin') => computed(() => !session.value || session.value.open || session.value.scopes.includes(scope))
export const canWrite = may('write')
export const canAdmin = may('admin')

export async function readSession(): Promise<void> {
  try {
    const answer = await send((api) => api.GET('/session'))
    session.value = answer
    if (!answer.open && !answer.authenticated) askForKey()
  } catch {
    session.value ??= null
  }
}

/** @throws {Refused} When the key is wrong. */
export async function logIn(key: string): Promise<void> {
  await send((api) => api.POST('/session', { body: { key } }))
  await readSession()
  isAskingForKey.value = false
  sessionVersion.value++
}

export async function logOut(): Promise<void> {
  await send((api) => api.DELETE('/session'))
  await readSession()
}
