import { randomUUID } from 'node:crypto'
import { uuidv7 } from 'uuidv7'
import { expect, test } from 'vitest'
import { type NewTemplate, TEMPLATE_LIMITS } from '../../core/template.js'
import { ids, onEveryStack } from './support.js'

const newTemplate = (fields: Partial<NewTemplate> = {}): NewTemplate => ({ id: uuidv7(), name: `t-${randomUUID()}`, description: '', body: { type: 'log', payload: {} }, variables: [], ...fields })
const nobody = '00000000-0000-7000-8000-000000000000'
const instant = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string

onEveryStack('templates', (bench) => {
  test('are kept as they were given', async () => {
    const template = newTemplate({
      description: 'für "alle"',
      body: { type: 'log', payload: { a: ['{{ x }}', 1.5, null, { b: '👩‍🚀 "\'\\' }] }, priority: 9, backoff: { type: 'fixed', delay_ms: 5 } },
      variables: ['a, b', 'x.y', '"quoted"', '{}']
    })
    const stored = await bench.store.createTemplate(template)
    expect(stored).toEqual({ ...template, created_at: instant, updated_at: stored.created_at })
    expect(await bench.store.getTemplate(template.id)).toEqual(stored)
    expect(await bench.store.listTemplates()).toContainEqual(stored)
  })

  test('are stored once, however often the request is sent', async () => {
    const template = newTemplate()
    const [first, second] = await Promise.all([bench.store.createTemplate(template), bench.store.createTemplate(template)])
    expect(second).toEqual(first)
    expect(await bench.store.createTemplate({ ...template, description: 'sent late' })).toEqual(first)
  })

  test('have names of their own', async () => {
    const [one, other] = [newTemplate(), newTemplate()]
    await bench.store.createTemplate(one)
    await bench.store.createTemplate(other)
    const taken = { code: 'template_name_taken', message: expect.stringContaining(one.name) as string }
    await expect(bench.store.createTemplate(newTemplate({ name: one.name }))).rejects.toMatchObject(taken)
    await expect(bench.store.replaceTemplate({ ...other, name: one.name })).rejects.toMatchObject(taken)
    expect(await bench.store.getTemplate(other.id)).toMatchObject(other)
  })

  test('of one name at the same moment: one is stored', async () => {
    const name = `t-${randomUUID()}`
    const tries = await Promise.allSettled(Array.from({ length: 10 }, () => bench.store.createTemplate(newTemplate({ name }))))
    expect(tries.map(({ status }) => status).toSorted()).toEqual(['fulfilled', ...Array<string>(9).fill('rejected')])
    expect((await bench.store.listTemplates()).filter((template) => template.name === name)).toHaveLength(1)
  })

  test('are listed by name, whole', async () => {
    const names = ['b', 'C', 'a', 'B'].map((letter) => `${letter}-${randomUUID()}`)
    const stored = await Promise.all(names.map((name) => bench.store.createTemplate(newTemplate({ name }))))
    const mine = (await bench.store.listTemplates()).filter(({ id }) => ids(stored).includes(id))
    expect(mine.map(({ name }) => name[0]!.toLowerCase())).toEqual(['a', 'b', 'b', 'c'])
    expect(mine).toEqual(expect.arrayContaining(stored))
  })

  test('are replaced whole, and tell when something changed', async () => {
    const before = await bench.store.createTemplate(newTemplate({ description: 'old', variables: ['x'] }))
    await bench.stack.sql(`update duly.job_templates set updated_at = updated_at - interval '1 hour' where id = $1`, [before.id])
    const next = newTemplate({ id: before.id, body: { type: 'send_email' } })
    const after = await bench.store.replaceTemplate(next)
    expect(after).toEqual({ ...next, created_at: before.created_at, updated_at: instant })
    expect(Date.parse(after.updated_at)).toBeGreaterThanOrEqual(Date.parse(before.updated_at))
    await bench.stack.sql(`update duly.job_templates set updated_at = updated_at - interval '1 hour' where id = $1`, [before.id])
    const again = await bench.store.replaceTemplate(next) // the reply was lost
    expect(Date.parse(again.updated_at)).toBe(Date.parse(after.updated_at) - 3_600_000)
    await expect(bench.store.replaceTemplate(newTemplate({ id: nobody }))).rejects.toMatchObject({ code: 'template_not_found' })
  })

  test('are deleted, and a copy of the call that comes later is harmless', async () => {
    const { id } = await bench.store.createTemplate(newTemplate())
    await bench.store.deleteTemplate(id)
    await expect(bench.store.getTemplate(id)).rejects.toMatchObject({ code: 'template_not_found', message: expect.stringContaining(id) as string })
    await expect(bench.store.deleteTemplate(id)).rejects.toMatchObject({ code: 'template_not_found' })
    const [{ answer }] = (await bench.stack.sql('select public.duly_delete_template($1, true) as answer', [id])) as [{ answer: unknown }]
    expect(answer).toEqual({ deleted: id })
  })

  test(`are ${TEMPLATE_LIMITS.count} at most, so that a list can have them all`, async () => {
    const last = newTemplate()
    await bench.stack.sql(
      `insert into duly.job_templates (id, name, body)
       select gen_random_uuid(), 'many-' || n, '{"type": "log"}' from generate_series(1, $1::int - (select count(*)::int from duly.job_templates) - 1) n`,
      [TEMPLATE_LIMITS.count]
    )
    await bench.store.createTemplate(last)
    await expect(bench.store.createTemplate(newTemplate())).rejects.toMatchObject({ code: 'too_many_templates' })
    expect(await bench.store.createTemplate(last)).toMatchObject(last) // the reply was lost
    expect(await bench.store.listTemplates()).toHaveLength(TEMPLATE_LIMITS.count)
    await bench.store.deleteTemplate(last.id)
    await bench.store.createTemplate(newTemplate())
    await bench.stack.sql(`delete from duly.job_templates`)
  })
})
