/** A store that tells which jobs each of its calls has changed, behind the answer and only while somebody watches. */
import type { Changed, Teller } from '../timeline/index.js'
import type { Acted, Finish, Finished, OutboxEntry, Store } from './store.js'

type Method = (...args: never[]) => Promise<unknown>
type Told = { readonly jobs: Iterable<Changed>; readonly more?: boolean }
/** What a call has changed, by its answer and what it was given. */
type Reader<Name extends keyof Store> = Store[Name] extends (...args: infer Args) => Promise<infer Answer> ? (answer: Answer, ...args: Args) => Told : never

const acted = (answer: readonly Acted[]): Told => ({ jobs: answer.flatMap(({ id, new_id, queue, refused }) => (refused ? [] : [{ id: new_id ?? id, queue }])) })
const finished = ({ moved }: Pick<Finished, 'moved'>, finishes: readonly Finish[]): Changed[] => [...moved, ...finishes]

const CHANGES: { readonly [Name in keyof Store]?: Reader<Name> } = {
  createJobs: (jobs) => ({ jobs }),
  createOnce: ({ jobs }) => ({ jobs }),
  cancelJobs: acted,
  retryJobs: acted,
  updateJobs: acted,
  duplicateJobs: acted,
  deleteJobs: acted,
  claimJobs: ({ jobs }) => ({ jobs }),
  claimDueJobs: ({ jobs }) => ({ jobs }),
  finishJobs: (answer, _worker, finishes) => ({ jobs: finished(answer, finishes) }),
  exchange: (answer, _worker, finishes) => ({ jobs: [...finished(answer, finishes), ...answer.jobs] }),
  rescueJobs: (jobs) => ({ jobs }),
  readOutbox: (entries: readonly OutboxEntry[]) => ({ jobs: entries }),
  expireJobs: ({ expired }) => ({ jobs: [], more: expired > 0 }),
  pruneJobs: ({ removed }) => ({ jobs: [], more: removed > 0 })
}

/** What fails is the caller's matter, and what is told about it nobody's: it must not end the process. */
const quietly = (told: Promise<void>) => void told.catch(() => {})

/** Nobody waits for what is told: the caller gets the promise of the store itself. */
export function telling(store: Store, teller: Teller): Store {
  return new Proxy(store, {
    get(target, name) {
      const method = Reflect.get(target, name, target) as Method
      if (typeof method !== 'function') return method
      if (!teller.watched) return method.bind(target)
      const read = CHANGES[name as keyof Store] as ((answer: unknown, ...args: never[]) => Told) | undefined
      return (...args: never[]) => {
        const answer = method.apply(target, args)
        if (read) quietly(answer.then((value) => {
          const { jobs, more } = read(value, ...args)
          teller.tell(jobs, more)
        }))
        else if (name === 'pauseQueue' || name === 'resumeQueue') quietly(answer.then(() => teller.tellQueue(String(args[0]))))
        return answer
      }
    }
  })
}
