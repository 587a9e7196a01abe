/** Whether this process lives, and whether it can serve: for people, load balancers and orchestrators. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type, { type Static } from 'typebox'
import { isDulyError } from '../../core/errors.js'
import { checkSchema } from '../../core/store/index.js'
import { health as examples } from '../examples/health.js'

/** Longest that a check may take: probes give up after a few seconds, and then learn nothing. */
const CHECK_TIMEOUT_MS = 1_500

export const Check = Type.Object(
  {
    status: Type.Enum(['ok', 'down']),
    latency_ms: Type.Number({ description: 'How long the check took' }),
    detail: Type.Optional(Type.String({ description: 'What is wrong' }))
  },
  { title: 'HealthCheck' }
)
export type Check = Static<typeof Check>

const Health = Type.Object(
  {
    status: Type.Enum(['ok', 'degraded', 'unavailable'], { description: 'degraded: Redis is down or takes no writes, jobs are stored and run all the same; unavailable: the store is down' }),
    checks: Type.Object({ store: Check, redis: Check })
  },
  { title: 'Health' }
)

const health: FastifyPluginAsyncTypebox = async (app) => {
  const checkStore = single(() => check(() => checkSchema(app.store)))
  const checkRedis = single(() => check(() => app.timeline.probe()))

  app.get('/livez', {
    config: { scope: 'none', rateLimit: false, evenOverloaded: true }, // or what watches it would kill the process in the middle of its work
    schema: {
      operationId: 'livez',
      tags: ['Health'],
      summary: 'Is the process alive?',
      description: 'Asks neither the store nor Redis.',
      response: { 200: Type.Object({ status: Type.Literal('ok') }, { title: 'Alive' }) },
      examples: examples.livez
    }
  }, async () => ({ status: 'ok' as const }))

  for (const name of ['readyz', 'healthz'] as const) {
    app.get(`/${name}`, {
      config: { scope: 'none', rateLimit: false },
      schema: {
        operationId: name,
        tags: ['Health'],
        summary: 'Can it serve?',
        description: '200 also while Redis is down, because jobs are stored and run all the same; 503 without the store.',
        response: { 200: Health, 503: Health },
        examples: examples[name]
      }
    }, async (_request, reply) => {
      const [store, redis] = await Promise.all([checkStore(), checkRedis()])
      const status = store.status === 'down' ? 'unavailable' : redis.status === 'down' ? 'degraded' : 'ok'
      return reply.code(status === 'unavailable' ? 503 : 200).send({ status, checks: { store, redis } })
    })
  }
}

export default health

export async function check(ask: () => Promise<void>): Promise<Check> {
  const startMs = performance.now()
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('late')), CHECK_TIMEOUT_MS)
  })
  const latency_ms = () => Math.round((performance.now() - startMs) * 10) / 10
  try {
    await Promise.race([ask(), late])
    return { status: 'ok', latency_ms: latency_ms() }
  } catch (error) {
    return { status: 'down', latency_ms: latency_ms(), detail: whatIsWrong(error) }
  } finally {
    clearTimeout(timer)
  }
}

function whatIsWrong(error: unknown): string {
  if (isDulyError(error, 'schema_outdated', 'store_refused')) return error.message
  if (error instanceof Error && error.name === 'ReplyError') return `takes no writes: ${error.message}` // of Redis: it is full, a replica, or wants a password
  return 'does not answer'
}

/** Callers at the same moment share one answer: many probes must not add up while the store hangs. */
export function single<Answer>(ask: () => Promise<Answer>): () => Promise<Answer> {
  let running: Promise<Answer> | undefined
  return () => (running ??= ask().finally(() => (running = undefined)))
}
