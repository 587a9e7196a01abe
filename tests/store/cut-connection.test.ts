/** A direct connection may be lost at any moment of its life: a call is sent again then, and the process lives. */
import { expect } from 'vitest'
import { openStore } from '../../core/store/index.js'
import { test } from '../support/fixtures.js'
import { startProxy } from '../support/proxy.js'
import { newJob } from './support.js'

/** What a new connection sends until the first call is answered, and some more. */
const MOMENTS = [0, 1, 2, 3, 4, 5]

test.for(MOMENTS)('the reply to request %i of a store is lost with its connection, and the job is stored once', async (moment, { fileDatabase, fileSql }) => {
  const proxy = await startProxy(fileDatabase.url)
  const store = openStore({ DATABASE_URL: proxy.url, STORE_TIMEOUT_MS: 5_000 }, { maxConnections: 1 })
  let requests = 0
  proxy.dropReply = () => requests++ === moment
  const [job] = await store.createJobs([newJob()])
  expect(await fileSql`select count(*)::int from duly.jobs where id = ${job!.id}`).toEqual([{ count: 1 }])
  await store.close()
  await proxy.close()
})

test('arrays arrive as they were sent, whatever is in them', async ({ fileDatabase }) => {
  const store = openStore({ DATABASE_URL: fileDatabase.url, STORE_TIMEOUT_MS: 5_000 }, { maxConnections: 1 })
  const payload = { text: 'quote " backslash \\ both \\" brace {} comma , null NULL newline \n é😀', empty: '' }
  const jobs = await store.createJobs([newJob({ payload, tags: ['a,b', '"', '\\'] }), newJob({ payload: 'null', scheduled_at: '2030-01-01T00:00:00.123Z' })])
  expect(jobs).toMatchObject([{ payload, tags: ['a,b', '"', '\\'] }, { payload: 'null', scheduled_at: '2030-01-01T00:00:00.123Z' }])
  await store.close()
})
