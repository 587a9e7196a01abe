import { randomUUID } from 'node:crypto'
import type { InjectOptions } from 'fastify'
import Value from 'typebox/value'
import { describe, expect, vi } from 'vitest'
import type { ErrorCode } from '../../core/errors.js'
import { Job } from '../../core/job.js'
import { type Template, TEMPLATE_LIMITS } from '../../core/template.js'
import { StoredTemplate, TemplateList, TemplateRequest } from '../../api/template-body.js'
import { UseRequest } from '../../api/use-template.js'
import { test } from './fixtures.js'
import { type Answer, type Api, expectProblem } from './support.js'

const ask = (api: Api, method: InjectOptions['method'], url: string, body?: unknown): Promise<Answer> =>
  api.app.inject({ method: method!, url, ...(body !== undefined && { headers: { 'content-type': 'application/json' }, payload: typeof body === 'string' ? body : JSON.stringify(body) }) })

const newName = () => `t-${randomUUID()}`
const create = (api: Api, body: unknown, fields: object = {}) => ask(api, 'POST', '/templates', { name: newName(), body, ...fields })
const use = (api: Api, { id }: { id: string }, body?: unknown) => ask(api, 'POST', `/templates/${id}/use`, body)

/** A template of a log job, which takes any payload. */
async function logging(api: Api, payload: unknown): Promise<Template> {
  const answer = await create(api, { type: 'log', payload })
  expect(answer.json()).toMatchObject({ body: { payload } })
  return answer.json()
}

/** What a payload becomes. */
async function rendered(api: Api, payload: unknown, variables: object = {}): Promise<unknown> {
  const answer = await use(api, await logging(api, payload), { variables })
  expect(answer.json()).toMatchObject({ type: 'log' })
  return answer.json<Job>().payload
}

/** A use that makes no job. @returns Its faults. */
async function refused(api: Api, template: Template, body: unknown, code: ErrorCode): Promise<string[]> {
  const newest = (await api.get('/jobs?limit=1')).json<unknown>()
  const faults = expectProblem(await use(api, template, body), code)
  expect((await api.get('/jobs?limit=1')).json()).toEqual(newest)
  return faults
}

const welcome = {
  type: 'email_notification',
  payload: { to: '{{ customer.email }}', subject: 'Welcome, {{ customer.name }}!', message: '{% for item in items %}{{ item }}\n{% endfor %}Your plan is {{ plan | default: "the free one" }}.' },
  queue: 'mail',
  max_retries: 5
}

test('a mail with variables: saved, read, used with a time, and read as a job', async ({ api }) => {
  const name = newName()
  const created = await ask(api, 'POST', '/templates', { name, description: 'for newcomers', body: welcome })
  const template = created.json<Template>()
  expect(created.statusCode).toBe(201)
  expect(created.headers.location).toBe(`/templates/${template.id}`)
  expect(template).toMatchObject({ name, description: 'for newcomers', body: welcome, variables: ['customer.email', 'customer.name', 'items', 'plan'] })
  expect(Value.Check(StoredTemplate, template)).toBe(true)
  expect((await api.get(created.headers.location!)).json()).toEqual(template)

  const scheduled_at = new Date(Date.now() + 300_000).toISOString()
  const used = await use(api, template, { scheduled_at, priority: 7, variables: { customer: { name: 'Ann <3', email: 'ann@example.com' }, items: ['one', 'two'] } })
  const job = used.json<Job>()
  expect(used.statusCode).toBe(201)
  expect(used.headers.location).toBe(`/jobs/${job.id}`)
  expect(job).toMatchObject({
    type: 'email_notification', queue: 'mail', priority: 7, max_retries: 5, scheduled_at, run_at: scheduled_at, status: 'pending',
    payload: { to: 'ann@example.com', subject: 'Welcome, Ann <3!', message: 'one\ntwo\nYour plan is the free one.' }
  })
  expect((await api.get(used.headers.location!)).json()).toEqual({ ...job, attempts: [] })
  await vi.waitFor(async () => expect(await api.timeline.list('mail', 7, 0, 10)).toMatchObject([{ id: job.id }]))
})

describe('templates', () => {
  test('are listed by name, replaced whole and deleted', async ({ api }) => {
    const one = (await create(api, { type: 'log' }, { name: `b ${newName()}` })).json<Template>()
    const other = (await create(api, { type: 'log', priority: 3 }, { name: `A ${newName()}`, description: 'x' })).json<Template>()
    const list = (await api.get('/templates')).json<{ data: Template[] }>()
    expect(Value.Check(TemplateList, list)).toBe(true)
    expect(list.data.filter(({ id }) => [one.id, other.id].includes(id))).toEqual([other, one])

    const next = { name: newName(), body: { type: 'log', payload: '{{ x }}' } }
    const replaced = await ask(api, 'PUT', `/templates/${other.id}`, next)
    expect(replaced.statusCode).toBe(200)
    expect(replaced.json()).toEqual({ ...other, ...next, description: '', variables: ['x'], updated_at: expect.any(String) as string })
    expect((await api.get(`/templates/${other.id}`)).json()).toEqual(replaced.json())

    const deleted = await ask(api, 'DELETE', `/templates/${other.id}`)
    expect([deleted.statusCode, deleted.body]).toEqual([204, ''])
    for (const [method, path, body] of [['GET', ''], ['DELETE', ''], ['PUT', '', next], ['POST', '/use', {}]] as const) {
      expectProblem(await ask(api, method, `/templates/${other.id}${path}`, body), 'template_not_found')
    }
  })

  test('have names of their own', async ({ api }) => {
    const { name } = (await create(api, { type: 'log' })).json<Template>()
    const other = (await create(api, { type: 'log' })).json<Template>()
    expectProblem(await create(api, { type: 'log' }, { name }), 'template_name_taken')
    expectProblem(await ask(api, 'PUT', `/templates/${other.id}`, { name, body: { type: 'log' } }), 'template_name_taken')
  })

  test('keep what was said and nothing else: defaults are those of the day of use', async ({ api }) => {
    const template = (await create(api, { type: 'log', backoff: { delay_ms: 7 } })).json<Template>()
    expect(template.body).toEqual({ type: 'log', backoff: { delay_ms: 7 } })
    expect((await use(api, template)).json()).toMatchObject({ payload: {}, queue: 'default', priority: 0, max_retries: 3, backoff: { type: 'exponential', delay_ms: 7, max_ms: 3_600_000 } })
  })

  test.for(['/templates/7', '/templates/7/use'])('are asked for by their ids, not as %s', async (url, { api }) => {
    const answer = await ask(api, url.endsWith('use') ? 'POST' : 'PUT', url, {})
    expect(expectProblem(answer, 'invalid_request')).toEqual([expect.stringContaining(':id must be the id of a template')])
  })

  test('are refused when they are larger than a list can bear', async ({ api }) => {
    const body = (bytes: number) => ({ type: 'log', payload: 'x'.repeat(bytes - '{"type":"log","payload":""}'.length) })
    expect((await create(api, body(TEMPLATE_LIMITS.bodyBytes))).statusCode).toBe(201)
    expect(expectProblem(await create(api, body(TEMPLATE_LIMITS.bodyBytes + 1)), 'invalid_request')).toEqual([expect.stringContaining('/body has 65,537 bytes')])
  })
})

describe('a template is refused with every fault when', () => {
  const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels)
  test.for<[title: string, request: unknown, code: ErrorCode, faults: string[]]>([
    ['it is missing', '', 'invalid_request', [' is missing: send a JSON object']],
    ['it is null', null, 'invalid_request', [' must be an object, not null']],
    ['it is empty', {}, 'invalid_request', ['/name is missing', '/body is missing']],
    ['it has no name', { name: '', body: { type: 'log' } }, 'invalid_request', ['/name must not be empty']],
    ['its name is long', { name: 'x'.repeat(101), body: { type: 'log' } }, 'invalid_request', ['/name must have at most 100 characters']],
    ['its name has two lines', { name: 'a\nb', body: { type: 'log' } }, 'invalid_request', ['/name must be one line']],
    ['its name has half a character', { name: 'a\ud800', body: { type: 'log' } }, 'invalid_request', ['/name contains half of a surrogate pair']],
    ['its description has NUL', { name: 'a', description: '\0', body: { type: 'log' } }, 'invalid_request', ['/description contains a NUL']],
    ['its body is no object', { name: 'a', body: [] }, 'invalid_request', ['/body must be an object, not an array']],
    ['its body has fields of no job', { name: 'a', body: { type: 'log', max_retires: 1, id: 'x' } }, 'invalid_request', ['/body/max_retires is not known here; did you mean "max_retries"?', '/body/id is not known here']],
    ['its body has a time', { name: 'a', body: { type: 'log', scheduled_at: null } }, 'invalid_request', ['/body/scheduled_at is not known here']],
    ['its body is out of range', { name: 'a', body: { type: 'log', priority: 10, queue: 'a b', backoff: { type: 'x' } } }, 'invalid_request', ['/body/priority must be 0 to 9', '/body/queue may have', '/body/backoff/type must be one of']],
    ['its labels are not labels', { name: 'a', body: { type: 'log', tags: ['', 'b\0'], metadata: { m: 'x'.repeat(20_000) } } }, 'invalid_request', ['/body/tags/0 must not be empty', '/body/tags/1 contains a NUL']],
    ['its metadata are too large', { name: 'a', body: { type: 'log', metadata: { m: 'x'.repeat(20_000) } } }, 'invalid_request', ['/body/metadata must have at most']],
    ['its type is missing', { name: 'a', body: {} }, 'invalid_request', ['/body/type is missing']],
    ['its type is unknown', { name: 'a', body: { type: 'send_mail', payload: '{{ x }}' } }, 'unknown_type', ['/body/type no handler is known for the type "send_mail"; did you mean "send_email"?']],
    ['its payload has no Liquid and does not fit', { name: 'a', body: { type: 'send_email', payload: { subject: 5, message: 'm' } } }, 'invalid_payload', ['/body/payload/to is missing', '/body/payload/subject must be a string']],
    ['its payload cannot be stored', { name: 'a', body: { type: 'log', payload: { a: 'x\0{{ x }}' } } }, 'invalid_payload', ['/body/payload/a contains a NUL']],
    ['its payload is too deep', `{"name": "a", "body": {"type": "log", "payload": ${nested(100_000)}}}`, 'invalid_payload', [`/body/payload${'/0'.repeat(64)} is nested deeper than 64 levels`]],
    ['a tag is unknown', { name: 'a', body: { type: 'log', payload: { a: ['x\n y {% unles a %}'] } } }, 'invalid_template', ['/body/payload/a/0 does not parse: tag "unles" not found (line 2, column 4); did you mean "unless"?']],
    ['a filter is unknown', { name: 'a', body: { type: 'log', payload: '{{ a | upcas }}' } }, 'invalid_template', ['/body/payload does not parse: undefined filter: upcas (line 1, column 1); did you mean "upcase"?']],
    ['something is not closed', { name: 'a', body: { type: 'log', payload: { 'a/b': '{{ a', c: '{% if a %}', d: '{% if a %}{% endfor %}' } } }, 'invalid_template', ['/body/payload/a~1b does not parse: output "{{ a" not closed', '/body/payload/c does not parse: tag {% if a %} not closed', '/body/payload/d does not parse']],
    ['its Liquid is nested too deep', { name: 'a', body: { type: 'log', payload: '{% if a %}'.repeat(6_000) } }, 'invalid_template', ['/body/payload']],
    ['everything is wrong', { name: 7, body: { type: 'nothing', payload: { a: '{{ x', b: '{% y %}' }, priority: '1' }, variables: [] }, 'invalid_request', ['/variables is not known here', '/name must be a string', '/body/priority must be a whole number', '/body/type no handler', '/body/payload/a does not parse', '/body/payload/b does not parse']]
  ])('%s', async ([, request, code, expected], { api }) => {
    const template = (await create(api, { type: 'log' })).json<Template>()
    for (const answer of [await ask(api, 'POST', '/templates', request), await ask(api, 'PUT', `/templates/${template.id}`, request)]) {
      const faults = expectProblem(answer, code)
      for (const part of expected) expect(faults).toContainEqual(expect.stringMatching(new RegExp(`^${part.replaceAll(/[|\\{}()[\]^$+*?.]/g, '\\$&')}`)))
    }
    expect((await api.get(`/templates/${template.id}`)).json()).toEqual(template)
  })
})

test.for(['{% include "/etc/passwd" %}', '{% render "package.json" %}', '{% layout "x" %}', '{% include file %}', '{% liquid\ninclude "x" %}', '{% if x %}{% render "x" %}{% endif %}'])(
  'no template reaches a file: %s', async (payload, { api }) => {
    expect(expectProblem(await create(api, { type: 'log', payload }), 'invalid_template')).toEqual([expect.stringMatching(/tag "(include|render|layout)" not found/)])
  }
)

describe('Liquid', () => {
  test('keeps the type of what stands alone, and makes text of the rest', async ({ api }) => {
    const variables = { n: 1.5, t: true, o: { a: [1] }, l: [1, 'x', null], z: null, s: '7', e: '' }
    const alone = { n: '{{ n }}', t: '{{ t }}', o: '{{o}}', l: '{{- l -}}', z: '{{ z }}', s: '{{ s }}', e: '{{ e }}' }
    expect(await rendered(api, alone, variables)).toEqual(variables)
    expect(await rendered(api, ['{{ n }} ', ' {{ t }}', '{{ l }}{{ n }}', 'z{{ z }}', '{{ s | plus: 1 }}', '{{ l | size }}', '{{ (1..3) }}', '{{ o.a[0] }}', '{{ o | json }}.'], { ...variables, e: undefined }))
      .toEqual(['1.5 ', ' true', '1x1.5', 'z', 8, 3, [1, 2, 3], 1, '{"a":[1]}.'])
  })

  test('escapes nothing for HTML, unless it is told to', async ({ api }) => {
    expect(await rendered(api, ['<b>{{ x }}</b>', '{{ x | escape }}'], { x: '<&"\'' })).toEqual(['<b><&"\'</b>', '&lt;&amp;&#34;&#39;'])
  })

  test('is read in values at every depth, not in names, and not where it is marked as raw', async ({ api }) => {
    expect(await rendered(api, { '{{ x }}': [{ a: ['{{ x }}'] }], raw: '{% raw %}{{ x }}{% endraw %}', brace: '{ x }', n: 5 }, { x: 1 }))
      .toEqual({ '{{ x }}': [{ a: [1] }], raw: '{{ x }}', brace: '{ x }', n: 5 })
  })

  test('is not read in the values of variables', async ({ api }) => {
    expect(await rendered(api, ['{{ x }}', 'a {{ x }}'], { x: '{{ y }}{% include "z" %}' })).toEqual(['{{ y }}{% include "z" %}', 'a {{ y }}{% include "z" %}'])
  })

  test('of one string does not change what the next one sees', async ({ api }) => {
    expect(await rendered(api, ['{% assign y = 1 %}{% increment x %}{% increment x %}', '{{ x }}', '{{ y | default: "none" }}'], { x: 'mine' })).toEqual(['01', 'mine', 'none'])
  })

  test('does not depend on where the API runs', async ({ api }) => {
    const at = '2026-01-31T23:30:00-02:00'
    expect(await rendered(api, ['{{ at | date: "%Y-%m-%d %H:%M" }}!', '{{ at | date: "%H:%M", "Europe/Berlin" }}'], { at })).toEqual(['2026-02-01 01:30!', '02:30'])
  })

  test('reaches nothing but the variables', async ({ api }) => {
    const payload = { a: '{{ constructor }}', b: '{{ o.constructor }}', c: '{{ o.toString }}', d: '{{ l.push }}', e: '{{ process }}' }
    expect(await refused(api, await logging(api, payload), { variables: { o: {}, l: [] } }, 'missing_variable'))
      .toEqual(['/variables/constructor', '/variables/o/constructor', '/variables/o/toString', '/variables/l/push', '/variables/process'].map((pointer) => expect.stringContaining(`${pointer} is missing`)))
  })
})

describe('a variable that is missing', () => {
  test('is told with all others, wherever they are needed', async ({ api }) => {
    const template = await logging(api, { a: 'Dear {{ customer.name | append: suffix }}', b: ['{{ customer.name }}', '{{ order.lines.size }}'], c: '{% for x in items %}{{ x }}{% endfor %}{{ list[index].price }}' })
    const faults = await refused(api, template, { variables: { customer: {}, list: [{}] } }, 'missing_variable')
    expect(faults.toSorted()).toEqual([
      '/variables/customer/name is missing: the template needs it in /body/payload/a, /body/payload/b/0',
      '/variables/index is missing: the template needs it in /body/payload/c',
      '/variables/items is missing: the template needs it in /body/payload/c',
      '/variables/order/lines is missing: the template needs it in /body/payload/b/1',
      '/variables/suffix is missing: the template needs it in /body/payload/a'
    ])
    await refused(api, template, undefined, 'missing_variable')
  })

  test('is one that a branch needs which is taken, and no other', async ({ api }) => {
    const template = await logging(api, '{% if vip %}{{ gift }}{% else %}{{ voucher }}{% endif %}')
    expect(await refused(api, template, { variables: { vip: true } }, 'missing_variable')).toEqual([expect.stringContaining('/variables/gift is missing')])
    expect(await refused(api, template, { variables: {} }, 'missing_variable')).toEqual([expect.stringContaining('/variables/voucher is missing')])
    expect((await use(api, template, { variables: { vip: true, gift: 'x' } })).json()).toMatchObject({ payload: 'x' })
  })

  test('may be missing where the template says so', async ({ api }) => {
    expect(await rendered(api, ['{{ a.b | default: "none" }}', '{% if c %}c{% elsif d.e == 1 %}d{% endif %}{% unless f %}f{% endunless %}'])).toEqual(['none', 'f'])
  })

  test('is also a field of null, but not null itself', async ({ api }) => {
    const template = await logging(api, ['{{ a }}', '{{ b.c }}'])
    expect(await refused(api, template, { variables: { a: null, b: null } }, 'missing_variable')).toEqual([expect.stringContaining('/variables/b/c is missing')])
  })

  test('is also one whose name is empty: no Liquid gets into a job', async ({ api }) => {
    const template = await logging(api, ['{{ prices[customer] }}', "{{ prices[''] }}"])
    expect(await refused(api, template, { variables: { prices: {}, customer: '' } }, 'missing_variable'))
      .toEqual(['/variables/prices/ is missing: the template needs it in /body/payload/0, /body/payload/1'])
    expect((await use(api, template, { variables: { prices: { '': 5 }, customer: '' } })).json()).toMatchObject({ payload: [5, 5] })
  })

  test('is told beside the faults of the rest of the request', async ({ api }) => {
    const template = await logging(api, '{{ name }} {{ age }}')
    const faults = await refused(api, template, { variables: { nam: 'Ann' }, priority: 10, scheduled_at: 'soon', retries: 1 }, 'invalid_request')
    expect(faults.toSorted()).toEqual(
      ['/priority must be 0 to 9', '/retries is not known here', '/scheduled_at must be a time', '/variables/age is missing', '/variables/nam is not used by this template; did you mean "name"?', '/variables/name is missing'].map((part) => expect.stringContaining(part))
    )
  })
})

test('a variable that the template does not use is refused: a typo is the usual cause', async ({ api }) => {
  const template = await logging(api, '{% if other %}{{ name }}{% endif %}')
  expect(await refused(api, template, { variables: { other: false, x: 1 } }, 'invalid_request')).toEqual(['/variables/x is not used by this template; it uses "other", "name"'])
  expect((await use(api, template, { variables: { other: false, name: 1 } })).statusCode).toBe(201)
  expect(expectProblem(await use(api, await logging(api, 'plain'), { variables: { x: 1 } }), 'invalid_request')).toEqual(['/variables/x is not used by this template; it uses none'])
})

describe('the rendered job', () => {
  test('must fit its type; faults are at the variables that fill the place', async ({ api }) => {
    const payload = { to: '{{ people }}', subject: '{{ first }} {{ second }}', message: '{{ text | upcase }}', attachments: '{{ files }}' }
    const template = (await create(api, { type: 'send_email', payload })).json<Template>()
    const variables = { people: ['ann@example.com', 'nobody'], first: 'a\n', second: 'b', text: 'x\0', files: [{ path: 'a', nmae: 'b' }] }
    expect((await refused(api, template, { variables: { ...variables, text: '' } }, 'invalid_payload')).toSorted()).toEqual([
      expect.stringMatching(/^\/variables must be one line .*\(\/body\/payload\/subject of the template\)$/),
      expect.stringMatching(/^\/variables\/files\/0\/nmae is not known here.*\(\/body\/payload\/attachments\/0\/nmae of the template\)$/),
      expect.stringMatching(/^\/variables\/people\/1 must be one address .*\(\/body\/payload\/to\/1 of the template\)$/)
    ])
    expect(await refused(api, template, { variables }, 'invalid_request')).toEqual(['/variables/text contains a NUL character, which the database cannot store: remove it'])
  })

  test('is refused at the request itself when only the template can mend it', async ({ api }) => {
    const template = (await create(api, { type: 'send_email', payload: { to: '{{ to }}', subject: 5 } })).json<Template>()
    const faults = await refused(api, template, { variables: { to: 'ann@example.com' } }, 'invalid_payload')
    expect(faults.toSorted()).toEqual([expect.stringMatching(/^ must be a string, not a number \(\/body\/payload\/subject of the template\)$/), expect.stringMatching(/^ needs a message, html or both/)])
  })

  test('must be storable, whatever filters make', async ({ api }) => {
    const template = await logging(api, ['{{ n | divided_by: 0 }}', '{{ s | slice: 0 }}', '{{ nul | base64_decode }}', '{{ s | split: "" | first }}'])
    expect(await refused(api, template, { variables: { n: 1, s: '😀', nul: 'AA==' } }, 'invalid_payload')).toEqual(
      expect.arrayContaining([expect.stringContaining('/variables/n must be a finite number'), expect.stringContaining('/variables/nul contains a NUL'), expect.stringContaining('/variables/s contains half of a surrogate pair')])
    )
  })

  test('is of a type that a handler still knows', async ({ api, fileSql }) => {
    const template = await logging(api, {})
    await fileSql`update duly.job_templates set body = '{"type": "gone", "priority": 11}' where id = ${template.id}`
    const faults = await refused(api, template, undefined, 'invalid_request')
    expect(faults).toEqual([expect.stringContaining(' must be 0 to 9 (/body/priority of the template)'), expect.stringContaining('no handler is known for the type "gone"')])
    expect(expectProblem(await use(api, template, { priority: 1 }), 'unknown_type')).toHaveLength(1)
  })

  test('takes what the caller says in place of what the template says', async ({ api }) => {
    const template = (await create(api, { type: 'log', payload: 1, queue: 'a', priority: 1, max_retries: 1, timeout_ms: 1, backoff: { type: 'fixed' } })).json<Template>()
    const own = { queue: 'b', priority: 2, max_retries: 2, timeout_ms: 2, backoff: { type: 'linear', delay_ms: 1, max_ms: 2 }, scheduled_at: '2999-01-01T00:00:00.000Z' }
    expect((await use(api, template, own)).json()).toMatchObject({ ...own, payload: 1 })
    expect((await use(api, template, { backoff: null, timeout_ms: null })).json()).toMatchObject({ queue: 'a', priority: 1, max_retries: 1, backoff: null, timeout_ms: null })
    expect((await use(api, template)).json()).toMatchObject({ queue: 'a', backoff: { type: 'fixed', delay_ms: 2_000 } })
  })

  test('has all that POST /jobs knows of times, labels and keys', async ({ api }) => {
    const template = (await create(api, { type: 'log', payload: '{{ x }}', tags: ['t'], metadata: { from: 'template' } })).json<Template>()
    expect(template.body).toMatchObject({ tags: ['t'], metadata: { from: 'template' } })
    const expires_at = '2999-01-01T00:00:00.000Z'
    const body = { delay: '1h30m', expires_at, tags: ['mine'], variables: { x: 1 } }
    const send = () => api.app.inject({ method: 'POST', url: `/templates/${template.id}/use`, headers: { 'idempotency-key': template.id }, payload: body })
    const [first, second] = [await send(), await send()]
    const job = first.json<Job>()
    expect(job).toMatchObject({ payload: 1, expires_at, tags: ['mine'], metadata: { from: 'template' } })
    expect(Date.parse(job.scheduled_at) - Date.parse(job.created_at)).toBe(5_400_000)
    expect([first.statusCode, second.statusCode, second.headers['idempotent-replayed']]).toEqual([201, 200, 'true'])
    expect(second.json()).toEqual(job)
    expect(second.headers.location).toBe(`/jobs/${job.id}`)
    const faults = await refused(api, template, { delay: 'soon', scheduled_at: expires_at, expires_at: 'x', tags: [''], variables: { x: 1 } }, 'invalid_request')
    expect(faults.map((fault) => fault.split(' ')[0]).toSorted()).toEqual(['/delay', '/delay', '/expires_at', '/tags/0'])
  })

  test('is answered to a copy of the request also when the template has changed or gone', async ({ api }) => {
    const template = (await create(api, { type: 'log', payload: '{{ x }}' })).json<Template>()
    const send = (variables: object, key = template.id) => api.app.inject({ method: 'POST', url: `/templates/${template.id}/use`, headers: { 'idempotency-key': key }, payload: { variables } })
    const first = await send({ x: 1 })
    const replayed = async () => {
      const again = await send({ x: 1 })
      expect([again.statusCode, again.headers['idempotent-replayed'], again.json()]).toEqual([200, 'true', first.json()])
    }
    await api.app.inject({ method: 'PUT', url: `/templates/${template.id}`, payload: { name: template.name, body: { type: 'log', payload: '{{ y }}' } } })
    await replayed()
    expect(expectProblem(await send({ x: 1 }, 'another-key'), 'invalid_request')).toContainEqual(expect.stringContaining('/variables/y is missing'))
    expectProblem(await send({ x: JSON.parse('['.repeat(500) + ']'.repeat(500)) as unknown }), 'invalid_request')
    await api.app.inject({ method: 'DELETE', url: `/templates/${template.id}` })
    await replayed()
    expectProblem(await send({ x: 2 }), 'template_not_found')
  })

  test.for<[title: string, body: unknown, faults: string[]]>([
    ['another type', { type: 'send_email' }, ['/type is not known here']],
    ['another payload', { payload: {} }, ['/payload is not known here']],
    ['null', 'null', [' must be an object, not null']],
    ['variables that are no object', { variables: ['x'] }, ['/variables must be an object, not an array']],
    ['variables that are too deep', `{"variables": {"x": ${'['.repeat(70)}${']'.repeat(70)}}}`, ['is nested deeper than 64 levels']]
  ])('cannot be made with %s', async ([, body, expected], { api }) => {
    const faults = await refused(api, await logging(api, '{{ x | default: 1 }}'), body, 'invalid_request')
    expect(faults).toEqual(expected.map((part) => expect.stringContaining(part)))
  })

  test('is not made when rendering fails, and the answer says where', async ({ api }) => {
    const template = await logging(api, { a: ['{% for i in items %}{{ i.price }}{% endfor %}'], b: 'for {{ who }}', c: '{{ code | base64_decode }}' })
    expect(await refused(api, template, { variables: { items: [{ price: 1 }, {}], who: { name: 'Ann' }, code: '???' } }, 'render_failed')).toEqual([
      '/variables/items /body/payload/a/0 of the template fails: i.price is missing (line 1, column 24)',
      '/variables/who /body/payload/b of the template fails: an object has no text: name one of its fields, or use the filter "json" (line 1, column 5)',
      '/variables/code /body/payload/c of the template fails: invalid base64 provided to base64_decode (line 1, column 1)'
    ])
  })
})

describe('a template that would cost too much is stopped, and the API goes on:', () => {
  const long = 'x'.repeat(500_000)
  test.for<[title: string, payload: unknown, variables: object]>([
    ['nested loops', '{% for i in (1..100000) %}{% for j in (1..100000) %}{{ j }}{% endfor %}{% endfor %}', {}],
    ['nested loops that say nothing', '{% for i in (1..100000) %}{% for j in (1..100000) %}{% endfor %}{% endfor %}', {}],
    ['an endless range', '{% for i in (1..1000000000) %}{{ i }}{% endfor %}', {}],
    ['an endless range, alone', '{{ (1..1000000000) }}', {}],
    ['a text that doubles', '{% assign s = "x" %}{% for i in (1..60) %}{% assign s = s | append: s %}{% endfor %}{{ s }}', {}],
    ['a text that doubles where nobody counts', '{% capture s %}xxxxxxxxxx{% endcapture %}{% for i in (1..60) %}{% capture s %}{{ s }}{{ s }}{% endcapture %}{% endfor %}{{ s | size }}', {}],
    ['an array that doubles', '{% assign a = "x" | split: "" %}{% for i in (1..60) %}{% assign a = a | concat: a %}{% endfor %}{{ a | size }}', {}],
    ['a long text, repeated', '{% for i in (1..100000) %}{{ long }}{% endfor %}', { long }],
    ['a long value in many places', Array<string>(1_000).fill('{{ long }}'), { long }],
    ['a long value in one place', '{{ long | push: long | push: long | push: long | push: long | push: long | push: long | push: long | push: long | push: long | push: long | push: long | push: long | push: long | push: long | push: long | push: long | push: long | push: long | push: long | push: long | push: long }}', { long }],
    ['one expression that looks through an array 3,000 times', `{% if ${Array<string>(3_000).fill('a contains "x"').join(' and ')} %}{% endif %}`, { a: Array<string>(200_000).fill('y') }],
    ['a date as wide as a house', '{{ "2026-01-01" | date: "%999999999Y" }}', {}]
  ])('%s', async ([, payload, variables], { api }) => {
    expect(await refused(api, await logging(api, payload), { variables }, 'render_failed')).toEqual([expect.stringMatching(/^\/variables with these values the template (costs too much|takes longer|renders to more|is too much)/)])
    expect(await rendered(api, '{{ x }}', { x: 1 })).toBe(1)
  })
})

test('the examples of the schemas are valid', ({ api }) => {
  expect(api.app.hasRoute({ method: 'POST', url: '/templates/:id/use' })).toBe(true)
  for (const schema of [TemplateRequest, StoredTemplate, TemplateList, UseRequest]) {
    const { examples = [] } = schema as { examples?: unknown[] }
    expect(examples.length).toBeGreaterThan(0)
    for (const example of examples) expect([...Value.Errors(schema, example)]).toEqual([])
  }
})
