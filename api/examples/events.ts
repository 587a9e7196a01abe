import type { Examples } from '../openapi/route.js'
import { JOB_ID } from './job.js'

export const events = {
  watch: {
    '200 text/event-stream': {
      a_job_starts: [
        'retry: 2000', '',
        'id: mXw3kQ0a-41', 'event: health', 'data: {"status":"ok","store":"ok","redis":"ok","workers":{"alive":2,"silent":0,"lost":0},"agreement":{"missing":0,"ghost":0,"late":0},"at":"2026-11-22T09:30:00.117Z"}', '',
        'id: mXw3kQ0a-42', 'event: jobs', `data: {"ids":["${JOB_ID}"],"more":false,"queues":["default"],"at":"2026-11-22T09:30:00.512Z"}`, '', ''
      ].join('\n')
    }
  }
} satisfies Record<string, Examples>
