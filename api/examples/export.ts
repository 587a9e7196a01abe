import type { Examples } from '../openapi/route.js'
import { pending } from './job.js'

export const exportJobs: Examples = {
  '200 text/csv': { two_columns: `id,queue,type,payload\n${pending.id},default,log,"{""hello"":""world""}"\n` },
  '200 application/x-ndjson': { one_job: `${JSON.stringify(pending)}\n` }
}
