/** GET /jobs/export: every job that a filter means, as CSV or NDJSON, read page by page while the client takes it. */
import { Readable } from 'node:stream'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import Type from 'typebox'
import type { JobPage, ListOptions, Store } from '../../core/store/index.js'
import { EXPORT_TYPES, type ExportFormat, formatOf, writerOf } from '../export-format.js'
import { exportJobs as exportJobsExamples } from '../examples/export.js'
import { FilterFields, listQueryValues, readFilter, SortFields } from '../job-filter.js'
import { invalidRequest } from '../plugins/problems.js'
import { problems } from '../problem.js'

/** Jobs in one call to the store; it answers with fewer when they are large. */
const PAGE = 1_000
/** Jobs that are written at once: other requests get their turn in between. */
const SLICE = 100
/** A client that takes nothing for so long is gone. */
const STALLED_MS = 10 * 60_000
/** When the process stops, exports may go on for so long: others are waited for, these could take minutes. */
const GRACE_MS = 5_000

const ExportQuery = Type.Object(
  {
    ...FilterFields,
    ...SortFields,
    format: Type.Optional(Type.Enum(Object.keys(EXPORT_TYPES) as ExportFormat[], { description: 'csv, or ndjson: one job in each line. Without it the header Accept decides, else it is csv' })),
    limit: Type.Optional(Type.Integer({ minimum: 1, description: 'Most jobs in the answer; all of them if missing', 'x-fault': 'must be one whole number from 1' }))
  },
  { additionalProperties: false }
)

const exportJobs: FastifyPluginAsyncTypebox = async (app) => {
  const running = new Set<Readable>()
  app.addHook('preClose', async () => {
    setTimeout(() => running.forEach((stream) => stream.destroy(new Error('the API stops'))), GRACE_MS).unref()
  })

  app.get('/jobs/export', {
    config: { scope: 'read' },
    preValidation: listQueryValues,
    schema: {
      operationId: 'export_jobs',
      tags: ['Jobs'],
      summary: 'Export jobs',
      description: 'As CSV or NDJSON, as many as there are: written while they are read.',
      querystring: ExportQuery,
      response: {
        200: {
          description: 'Complete when the answer ends properly: whatever goes wrong on the way breaks off the connection',
          content: Object.fromEntries(Object.values(EXPORT_TYPES).map((type) => [type.split(';')[0], { schema: Type.String() }]))
        },
        ...problems('too_many_jobs')
      },
      examples: exportJobsExamples
    }
  }, async (request, reply) => {
    const { sort = 'created', order = 'desc', limit = Infinity, format = formatOf(request.headers.accept) } = request.query
    const { filter, faults } = readFilter(request.query, '?')
    if (faults.length > 0) throw invalidRequest(faults)
    const answer = () => reply.type(EXPORT_TYPES[format]).header('content-disposition', `attachment; filename="jobs-${new Date().toISOString().slice(0, 10)}.${format}"`)
    if (request.method === 'HEAD') return answer().send(Readable.from([]))

    const pages = readPages(app.store, { filter, sort, order }, limit)
    const first = await pages.next() // what is wrong with the request, or with the store, is said while there is nobody to be misled
    const stream = Readable.from(write(first, pages, format, request), { objectMode: false })
    running.add(stream)
    stream.once('close', () => running.delete(stream))
    stream.once('error', () => request.socket.resetAndDestroy?.()) // for HTTP/1.0 a connection that just ends is a complete answer
    request.socket.setTimeout?.(STALLED_MS)
    return answer().send(stream)
  })
}

export default exportJobs

/** Goes on over pages on which it was only looked, and nothing found. */
async function* readPages(store: Store, options: Omit<ListOptions, 'limit'>, limit: number): AsyncGenerator<JobPage['data'], void> {
  let left = limit
  let cursor: string | null = null
  do {
    const page: JobPage = await store.listJobs({ ...options, limit: Math.min(PAGE, left), cursor })
    yield page.data
    left -= page.data.length
    cursor = page.next_cursor
  } while (cursor !== null && left > 0)
}

type Pages = ReturnType<typeof readPages>

/** Reads one page ahead of what the client takes, and none any more when it is gone. */
async function* write(first: Awaited<ReturnType<Pages['next']>>, pages: Pages, format: ExportFormat, request: FastifyRequest): AsyncGenerator<string, void> {
  const { head, write } = writerOf(format)
  if (head) yield head
  let jobs = 0
  try {
    for (let page = first; !page.done; ) {
      const next = pages.next()
      next.catch(() => {}) // it is told when its turn has come
      for (let from = 0; from < page.value.length; from += SLICE) yield write(page.value.slice(from, from + SLICE))
      jobs += page.value.length
      page = await next
    }
  } catch (error) {
    request.log.warn({ jobs, reason: error instanceof Error ? error.message : String(error) }, 'an export was broken off')
    throw new Error('the export was broken off')
  }
}
