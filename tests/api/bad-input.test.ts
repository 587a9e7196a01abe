import fc from 'fast-check'
import { expect } from 'vitest'
import type { ErrorCode } from '../../core/errors.js'
import { test } from './fixtures.js'
import { type Api, expectProblem } from './support.js'

const email = { to: 'test@example.com', subject: 'Hello!', message: 'This is a test job.' }
const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels)

async function expectNothingStored(api: Api) {
  expect((await api.get('/jobs')).json()).toEqual({ data: [], next_cursor: null, scanned_until: null })
}

/** Body, code, and a part of each fault: all of them, in order. */
const REFUSED: Array<[title: string, body: unknown, code: ErrorCode, faults: string[]]> = [
  ['no body', '', 'invalid_request', [' is missing: send a JSON object']],
  ['null', null, 'invalid_request', [' must be an object, not null']],
  ['an array', [{ type: 'log' }], 'invalid_request', [' must be an object, not an array']],
  ['a string', '"log"', 'invalid_request', [' must be an object, not a string']],
  ['an empty object', {}, 'invalid_request', ['/type is missing']],
  ['half of a document', '{"type": "log"', 'malformed_json', []],
  ['something else', 'type=log', 'malformed_json', []],
  ['__proto__ in the body', '{"type": "log", "__proto__": {"priority": 9}}', 'malformed_json', []],
  ['__proto__ in the payload', '{"type": "log", "payload": {"message": "m", "__proto__": {}}}', 'malformed_json', []],
  ['constructor.prototype', '{"type": "log", "payload": {"constructor": {"prototype": {}}}}', 'malformed_json', []],

  ['a type that is a number', { type: 7 }, 'invalid_request', ['/type must be a string, not a number']],
  ['a type nobody knows', { type: 'send_mail' }, 'unknown_type', ['/type no handler is known for the type "send_mail"; did you mean "send_email"?; known are "create_folder", "email_notification"']],
  ['an empty type', { type: '' }, 'unknown_type', ['/type no handler']],
  ['a type that every object has', { type: '__proto__' }, 'unknown_type', ['/type no handler']],
  ['an endless type', { type: 'x'.repeat(100_000) }, 'invalid_request', ['/type must have at most 100 characters']],

  ['a misspelt field', { type: 'log', max_retires: 1 }, 'invalid_request', ['/max_retires is not known here; did you mean "max_retries"?']],
  ['fields of the server', { type: 'log', id: 'x', status: 'completed', fence: 1 }, 'invalid_request', ['/id is not known here', '/status is not known here', '/fence is not known here']],

  ['a time without an offset', { type: 'log', scheduled_at: '2026-01-31T09:30:00' }, 'invalid_request', ['/scheduled_at has no offset']],
  ['a date only', { type: 'log', scheduled_at: '2026-01-31' }, 'invalid_request', ['/scheduled_at has no offset']],
  ['a day that does not exist', { type: 'log', scheduled_at: '2026-02-30T00:00:00Z' }, 'invalid_request', ['/scheduled_at has a day that does not exist']],
  ['the year 275760', { type: 'log', scheduled_at: '+275760-09-13T00:00:00Z' }, 'invalid_request', ['/scheduled_at must be a time']],
  ['infinity', { type: 'log', scheduled_at: 'infinity' }, 'invalid_request', ['/scheduled_at must be a time']],
  ['NaN', { type: 'log', scheduled_at: 'NaN' }, 'invalid_request', ['/scheduled_at must be a time']],
  ['words', { type: 'log', scheduled_at: 'tomorrow' }, 'invalid_request', ['/scheduled_at must be a time']],
  ['a number for a time', { type: 'log', scheduled_at: 1_790_000_000 }, 'invalid_request', ['/scheduled_at must be a string or null, not a number']],

  ['a priority that is too high', { type: 'log', priority: 10 }, 'invalid_request', ['/priority must be 0 to 9']],
  ['a priority that is too low', { type: 'log', priority: -1 }, 'invalid_request', ['/priority must be 0 to 9']],
  ['a priority between two', { type: 'log', priority: 1.5 }, 'invalid_request', ['/priority must be a whole number, not 1.5']],
  ['a priority in quotes', { type: 'log', priority: '1' }, 'invalid_request', ['/priority must be a whole number, not a string']],
  ['an infinite priority', '{"type": "log", "priority": 1e400}', 'invalid_request', ['/priority']],
  ['too many retries', { type: 'log', max_retries: 101 }, 'invalid_request', ['/max_retries must be 0 to 100']],
  ['a timeout of nothing', { type: 'log', timeout_ms: 0 }, 'invalid_request', ['/timeout_ms must be 1 to 86400000']],
  ['a queue with a space', { type: 'log', queue: 'my queue' }, 'invalid_request', ['/queue may have letters, digits']],
  ['a queue with a brace', { type: 'log', queue: '{x}' }, 'invalid_request', ['/queue may have letters, digits']],
  ['an empty queue', { type: 'log', queue: '' }, 'invalid_request', ['/queue must not be empty', '/queue may have letters']],
  ['a queue that is too long', { type: 'log', queue: 'q'.repeat(101) }, 'invalid_request', ['/queue must have at most 100 characters']],
  ['a backoff that is a word', { type: 'log', backoff: 'fixed' }, 'invalid_request', ['/backoff must be an object or null, not a string']],
  ['a backoff of an unknown kind', { type: 'log', backoff: { type: 'expo', delay: 5, max_ms: -1 } }, 'invalid_request', ['/backoff/delay is not known here', '/backoff/type must be one of', '/backoff/max_ms must be 0 or more']],

  ['a payload that does not fit', { type: 'send_email', payload: { subject: 5 } }, 'invalid_payload', ['/payload/to is missing', '/payload/subject must be a string']],
  ['no payload where one is needed', { type: 'write_file' }, 'invalid_payload', ['/payload/path is missing']],
  ['a payload that is null', { type: 'send_email', payload: null }, 'invalid_payload', ['/payload must be an object, not null']],
  ['a payload that is too deep', `{"type": "log", "payload": {"message": "m", "data": ${nested(64)}}}`, 'invalid_payload', ['is nested deeper than 64 levels']],
  ['a payload that is deep enough to break a parser', `{"type": "log", "payload": ${nested(400_000)}}`, 'invalid_payload', ['is nested deeper than 64 levels']],
  ['NUL', { type: 'log', payload: { message: 'a\0b', 'k\0': 1 } }, 'invalid_payload', ['/payload/message contains a NUL', '/payload/k\ufffd has a name that contains a NUL']],
  ['half of a surrogate pair', { type: 'log', payload: { message: '\ud800' } }, 'invalid_payload', ['/payload/message contains half of a surrogate pair']],
  ['an infinite number', '{"type": "log", "payload": {"message": "m", "data": [1e400]}}', 'invalid_payload', ['/payload/data/0 must be a finite number']],

  ['faults everywhere', { type: 'send_email', payload: { ...email, to: 5 }, scheduled_at: 'soon', priority: 11, retries: 1 }, 'invalid_request', ['/retries is not known', '/priority must be 0 to 9', '/scheduled_at must be a time', '/payload/to must be']],
  ['faults of a payload whose type is unknown', { type: 'nothing', payload: 'a\0', queue: 5 }, 'invalid_request', ['/queue must be a string', '/type no handler', '/payload contains a NUL']]
]

test.for(REFUSED)('%s is refused with every fault, and nothing is stored', async ([, body, code, expected], { api }) => {
  const faults = expectProblem(await api.post(body), code)
  for (const part of expected) expect(faults).toContainEqual(expect.stringContaining(part))
  await expectNothingStored(api)
})

test.for([
  ['?limit=0', ['?limit must be one whole number from 1 to 100']],
  ['?limit=101', ['?limit must be one']],
  ['?limit=ten', ['?limit must be one']],
  ['?limit=', ['?limit must be one']],
  ['?limit=1.5', ['?limit must be one']],
  ['?limit=1&limit=2', ['?limit must be one']],
  ['?cursor=', ['?cursor must be next_cursor']],
  ['?cursr=x&limit=0', ['?cursr is not known here; did you mean "cursor"?', '?limit must be one']]
] as const)('a list with %s is refused', async ([query, expected], { api }) => {
  const faults = expectProblem(await api.get(`/jobs${query}`), 'invalid_request')
  expect(faults).toEqual(expected.map((part) => expect.stringContaining(part)))
})

test('the first fault is the sentence, so that a log line is enough', async ({ api }) => {
  const answer = await api.post({ type: 'log', priority: 10, queue: 5 })
  expect(answer.json()).toMatchObject({ detail: expect.stringMatching(/^\/\w+ .+; 1 more in errors$/) })
})

test.for(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/jsonp', 'nonsense'])('a body of type %s is refused', async (type, { api }) => {
  const answer = await api.app.inject({ method: 'POST', url: '/jobs', headers: { 'content-type': type }, payload: '{"type": "log"}' })
  expectProblem(answer, 'unsupported_media_type')
  await expectNothingStored(api)
})

test('a compressed body is refused', async ({ api }) => {
  const answer = await api.app.inject({ method: 'POST', url: '/jobs', headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' }, payload: '{"type": "log"}' })
  expectProblem(answer, 'unsupported_media_type')
})

test('a body that is not UTF-8 is refused, not mended', async ({ api }) => {
  const answer = await api.app.inject({ method: 'POST', url: '/jobs', headers: { 'content-type': 'application/json' }, payload: Buffer.from('{"type": "log", "payload": {"message": "caf\xe9"}}', 'latin1') })
  expectProblem(answer, 'malformed_json')
  await expectNothingStored(api)
})

test('a body of 1 MiB is taken, one byte more is refused', async ({ api }) => {
  const [head, tail] = ['{"type":"log","payload":{"message":"', '"}}']
  const body = (bytes: number) => head + 'x'.repeat(bytes - head.length - tail.length) + tail
  expectProblem(await api.post(body(1024 * 1024 + 1)), 'body_too_large')
  await expectNothingStored(api)
  expect((await api.post(body(1024 * 1024))).statusCode).not.toBe(413)
})

test('no JSON makes the server fail', async ({ api }) => {
  const json = fc.jsonValue({ stringUnit: 'binary', maxDepth: 4 })
  const near = fc.record({
    type: fc.oneof(fc.constantFrom('log', 'send_email', 'write_file', 'create_folder', 'generate_pdf', 'resize_image'), json),
    payload: fc.oneof(fc.record({ message: json, to: json, subject: json, path: json, title: json, content: json, blocks: json, source: json }, { requiredKeys: [] }), json),
    scheduled_at: fc.oneof(fc.date({ noInvalidDate: true }).map((date) => date.toISOString()), json),
    queue: json, priority: fc.oneof(fc.integer({ min: -1, max: 10 }), json), max_retries: json, timeout_ms: fc.oneof(fc.double(), json),
    backoff: fc.oneof(fc.record({ type: json, delay_ms: fc.oneof(fc.nat(), json), max_ms: json }, { requiredKeys: [] }), json)
  }, { requiredKeys: [] })
  await fc.assert(fc.asyncProperty(fc.oneof(json, near), async (body) => {
    const answer = await api.post(body)
    if (answer.statusCode !== 201) expectProblem(answer, answer.json<{ code: ErrorCode }>().code)
    expect([201, 400, 422]).toContain(answer.statusCode)
  }), { numRuns: 300 })
})
