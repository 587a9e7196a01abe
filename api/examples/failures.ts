import type { Examples } from '../openapi/route.js'
import { JOB_ID } from './job.js'

export const failures = {
  list_failures: {
    200: {
      mail_server_away: {
        data: [
          {
            type: 'email_notification',
            error: 'connect ECONNREFUSED *.*.*.*:*',
            error_group: '5c1d8a40e7b2f693',
            sample: { job_id: JOB_ID, message: 'connect ECONNREFUSED 192.0.2.25:587' },
            counts: { hour: 12, day: 140, week: 140 },
            total: 140,
            first_seen_at: '2026-11-22T07:02:11.480Z',
            last_seen_at: '2026-11-22T09:28:54.102Z',
            filter: { status: ['failed'], type: ['email_notification'], error_group: '5c1d8a40e7b2f693' }
          }
        ],
        estimated: false,
        as_of: '2026-11-22T09:30:00.512Z'
      }
    }
  }
} satisfies Record<string, Examples>
