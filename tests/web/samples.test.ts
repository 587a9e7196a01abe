import { expect, test } from 'vitest'
import { EXAMPLE_PAYLOADS, sampleJobs } from '../../web/pure/samples.js'
import { loadRegistry } from '../../worker/handlers/index.js'

test('the sample jobs and the examples of the form are of every built-in type, and the API takes them', async () => {
  const registry = await loadRegistry({ filesRoot: '/nowhere', mail: { smtpUrl: undefined, from: 'duly@localhost', outboxDir: '/nowhere' } })
  const jobs = [...sampleJobs([]), ...Object.entries(EXAMPLE_PAYLOADS).map(([type, payload]) => ({ type, payload }))]
  expect(jobs.flatMap(({ type, payload }) => registry.validate(type, payload))).toEqual([])
  expect([...new Set(sampleJobs([]).map(({ type }) => type))].sort()).toEqual(registry.types)
})
