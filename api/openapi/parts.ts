/** What the description of the API says once for all routes: its name, tags, keys and headers. */
import { SESSION_COOKIE } from '../sessions.js'

/** Each route has one; it is also its folder in Postman. */
export const TAGS = [
  { name: 'Jobs', description: 'Create, find, read and change jobs' },
  { name: 'Bulk', description: 'The same for many jobs at once' },
  { name: 'Failures', description: 'What fails, and why' },
  { name: 'Events', description: 'What changes, as it changes' },
  { name: 'Queues', description: 'Pause and resume' },
  { name: 'Workers', description: 'Who runs jobs' },
  { name: 'Templates', description: 'Jobs to make again and again' },
  { name: 'Stats', description: 'Counts, times and failure rates' },
  { name: 'System', description: 'How Duly is set up, and whether Redis and the database agree' },
  { name: 'Session', description: 'Log in to the dashboard' },
  { name: 'Health', description: 'For load balancers and orchestrators' },
  { name: 'Description', description: 'This document' }
] as const
export type Tag = (typeof TAGS)[number]['name']

export const SECURITY_SCHEMES = {
  bearer: { type: 'http', scheme: 'bearer', description: 'An API key as `Authorization: Bearer <key>`' },
  api_key: { type: 'apiKey', in: 'header', name: 'X-Api-Key', description: 'The same key in a header of its own' },
  session: { type: 'apiKey', in: 'cookie', name: SESSION_COOKIE, description: 'What `POST /session` gives for a key, to a page of the same origin' }
} as const

/** Headers of answers. */
export const HEADERS = {
  Location: { description: 'Path of what was created', schema: { type: 'string', format: 'uri-reference' }, example: '/jobs/01a1f84a-95c0-7c1a-9f3e-5d2b7a604c18' },
  'Retry-After': { description: 'Seconds after which another try makes sense', schema: { type: 'integer', minimum: 0 }, example: 1 },
  'WWW-Authenticate': { description: 'How to send a key', schema: { type: 'string' }, example: 'Bearer realm="duly"' },
  'X-Request-Id': { description: 'Of this request: its own if it brought one, else a new one; also in the log', schema: { type: 'string' }, example: '5af55cc5-370b-4b20-bc52-34599f0ba3ea' },
  'Idempotent-Replayed': { description: '`true` when an earlier request with this Idempotency-Key made the job', schema: { type: 'string', enum: ['true'] }, example: 'true' }
} as const
export type HeaderName = keyof typeof HEADERS

export const INFO = {
  title: 'Duly',
  summary: 'A durable job scheduler: Postgres decides, Redis only hints.',
  description: [
    'JSON in and out, field names in snake_case, instants in ISO 8601 with `Z` and milliseconds.',
    'Every refusal is `application/problem+json` (RFC 9457) with a stable `code`, and lists every fault at once.',
    'A key is needed only where the server has been given keys.'
  ].join(' '),
  license: { name: 'MIT', identifier: 'MIT' }
} as const
