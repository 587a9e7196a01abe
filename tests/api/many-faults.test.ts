/** Bodies that are nothing but faults: listing them all would keep everybody else waiting. */
import { Ajv, type ErrorObject } from 'ajv'
import { describe, expect } from 'vitest'
import { code, limited, MAX_ERRORS } from '../../core/error-limit.js'
import { faultsOf } from '../../core/faults.js'
import { test } from './fixtures.js'
import { expectProblem } from './support.js'

const MIB = 1024 * 1024
const list = (item: string, bytes: number) => `[${`${item},`.repeat(bytes / (item.length + 1) - 100)}${item}]`
const fields = (bytes: number) => Array.from({ length: bytes / 13 }, (_, i) => `"f${String(i).padStart(7, '0')}":0`).join()

/** Seconds of CPU that are far more than an answer takes, and far less than a list of all faults. */
const ENOUGH = 6

describe('a body full of faults is refused at little cost:', () => {
  test.for<[title: string, url: string, body: string, fault: string]>([
    ['fields that nobody knows', '/jobs', `{"type":"log",${fields(0.9 * MIB)}}`, '/f0000000 is not known here'],
    ['a list that is too long', '/jobs', `{"type":"log","tags":${list('0', 0.9 * MIB)}}`, '/tags must have at most 20 items'],
    ['far too many jobs', '/jobs/bulk', `{"jobs":${list('0', 8 * MIB)}}`, '/jobs must have at most 1000 items'],
    ['a job of unknown fields', '/jobs/bulk', `{"jobs":[{"type":"log",${fields(6 * MIB)}}]}`, '/jobs/0/f0000000 is not known here'],
    ['a payload of wrong items', '/jobs/bulk', `{"jobs":[{"type":"generate_pdf","payload":{"title":"t","path":"a.pdf","blocks":[{"type":"list","items":${list('0', 8 * MIB)}}]}}]}`, '/jobs/0/payload/blocks/0'],
    ['jobs with a payload each that is wrong', '/jobs/bulk', `{"jobs":${list(`{"type":"send_email","payload":{${fields(12_000)}}}`, 8 * MIB)}}`, '/jobs/0/payload/f0000000 is not known here']
  ])('%s', async ([, url, payload, fault], { api }) => {
    const before = process.cpuUsage()
    const answer = await api.app.inject({ method: 'POST', url, headers: { 'content-type': 'application/json' }, payload })
    const { user, system } = process.cpuUsage(before)
    expect(answer.statusCode).toBe(422)
    const faults = expectProblem(answer, answer.json<{ code: 'invalid_request' }>().code)
    expect(faults.join('\n')).toContain(fault)
    expect(faults.length).toBeLessThanOrEqual(101)
    expect((user + system) / 1e6).toBeLessThan(ENOUGH)
  })
})

test('a validation gives up when it has seen enough, and is right the next time', () => {
  const fits = limited(new Ajv({ allErrors: true, code }).compile({ type: 'array', items: { anyOf: [{ type: 'string' }, { type: 'boolean' }] } }))
  expect(fits(Array.from({ length: 100_000 }, () => 0))).toBe(false)
  expect(fits.errors?.length).toBe(MAX_ERRORS + 1)
  expect([fits(['a', true]), fits.errors]).toEqual([true, null])
  expect([fits([0]), fits.errors?.length]).toEqual([false, 3])
})

test('faults that are not told are not put into words either', () => {
  const error = (i: number): ErrorObject => ({ keyword: 'type', instancePath: `/${i}`, schemaPath: '#/items/type', params: { type: 'string' }, data: i })
  const unread = { keyword: 'type', get instancePath() { throw new Error('was read') }, schemaPath: '', params: {} } as unknown as ErrorObject
  expect(faultsOf([...Array.from({ length: 100 }, (_, i) => error(i)), unread]).length).toBe(100)
})
