/** Clients that want the same thing at once, or change their minds at the worst moment. */
import type { Row } from '../row.js'
import { inLanes, sleep } from '../wait.js'

export const equalCreates: Row = {
  name: 'equal-creates',
  promise: 'The same create is sent 200 times at once under one key: one row, one 201, all others 200',
  transports: ['direct', 'rest'],
  stage: { apis: 2, workers: 1 },
  jobs: { short: 2, full: 50 },
  async run({ stage, jobs, expect }) {
    for (let i = 0; i < jobs; i++) {
      const key = `equal-${i}`
      const body = JSON.stringify({ type: 'chaos', payload: { key } })
      const answers = await Promise.all(Array.from({ length: 200 }, async (_, n) => {
        for (let tries = 1; ; tries++) {
          const response = await fetch(`${stage.apis[n % 2]!.url}/jobs`, { method: 'POST', headers: { 'content-type': 'application/json', 'idempotency-key': key }, body })
          const { id } = (await response.json()) as { id: string }
          if (response.status !== 503 || tries === 20) return { status: response.status, id, tries } // an API that has more to do than it can says so
          await sleep(100)
        }
      }))
      const made = answers.filter(({ status }) => status === 201)
      const wasRefused = answers.some(({ tries }) => tries > 1) // the one that made it may have heard 503, and then 200
      expect('one 201', made.length === 1 || (wasRefused && made.length === 0), made.length)
      expect('all others 200', answers.filter(({ status }) => status === 200).length === answers.length - made.length, [...new Set(answers.map(({ status }) => status))])
      expect('all name one job', new Set(answers.map(({ id }) => id)).size === 1)
    }
    return ({ starts }, { rows }) => {
      expect('one row for each key', rows.length === jobs, rows.length)
      const failed = rows.flatMap(({ attempts }) => attempts).length // of a worker that could not prove its ownership
      expect('one start for each key', starts <= jobs + failed, { starts, failed })
    }
  }
}

export const cancelRaces: Row = {
  name: 'cancel-races',
  promise: 'Cancels race starts and ends: "cancelled" means that no start follows, and a request is followed by no further attempt',
  transports: ['direct', 'rest'],
  jobs: { short: 120, full: 20_000 },
  async run({ stage, nemesis, jobs, short, expect }) {
    const decide = nemesis.for('cancel')
    const one = async () => {
      const inMs = decide.between(100, 300)
      const ms = decide.between(0, 60)
      const waitMs = Math.max(0, inMs + decide.between(-15, 60 + ms))
      const created = await stage.client.create({ inMs, payload: { ms } })
      const dueInMs = Date.parse(created.scheduled_at ?? '') - Date.now()
      await sleep(Math.max(0, dueInMs - inMs + waitMs))
      if (created.id !== null) await stage.client.cancel(created.id)
    }
    await inLanes(Array.from({ length: jobs }), one, short ? 12 : 40)
    return (_verdict, { told, rows, journal }) => {
      const cancels = told.filter(({ what }) => what === 'cancel')
      const byOutcome = new Map<string, number>()
      for (const { outcome, end } of cancels) byOutcome.set(outcome ?? end, (byOutcome.get(outcome ?? end) ?? 0) + 1)
      const started = new Set(journal.map(({ id }) => id))
      const byId = new Map(rows.map((row) => [row.id, row]))
      expect('each way a race can end was seen', ['cancelled', 'cancel_requested', 'refused'].every((way) => byOutcome.has(way)), [...byOutcome])
      for (const { id, outcome } of cancels) {
        if (outcome !== 'cancelled') continue
        const row = byId.get(id ?? '')
        // An attempt may have failed before, of a worker that could not prove its ownership; the checker sees starts that come later.
        expect('"cancelled" means that it never started', !started.has(id ?? '') || row?.attempts.length !== 0, id)
        expect('"cancelled" stays so', row?.status === 'cancelled', id)
      }
    }
  }
}
