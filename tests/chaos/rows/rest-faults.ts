import type { Row } from '../row.js'
import { REST_FAULTS, type RestFault } from '../rest.js'
import { SHORT } from '../stage.js'
import { sleep } from '../wait.js'

export const restFaults: Row = {
  name: 'rest-faults',
  promise: 'The REST layer is down, slow, or answers nonsense: no job is lost, and work goes on within 5 s',
  transports: ['rest'],
  jobs: { short: 150, full: 10_000 },
  async run({ stage, nemesis, short, patience, load, expect }) {
    const wrongMs = short ? 4_000 : 60_000
    const decide = nemesis.for('rest')
    const faults = Object.values<RestFault>(REST_FAULTS)
    const wrong = async () => {
      await sleep(500)
      await stage.during('rest', async () => {
        stage.rest!.fault = () => (decide.chance(0.5) ? decide.pick(faults) : undefined)
        await sleep(wrongMs / 2)
        stage.rest!.fault = () => REST_FAULTS['no connection (503 PGRST001)'] // nothing but that
        await sleep(wrongMs / 2)
        stage.rest!.fault = undefined
      })
    }
    await Promise.all([load(1.2 * wrongMs, { payload: { ms: 50 } }), wrong()])
    return ({ recoveryMs }, { told }) => {
      expect('faults were met', stage.rest!.faulty > 20, stage.rest!.faulty)
      expect('no call outlives its deadline', told.every(({ tries }) => tries.every(({ ms }) => ms < SHORT.STORE_TIMEOUT_MS + 500 * patience)), Math.max(...told.flatMap(({ tries }) => tries.map(({ ms }) => ms))))
      expect('work goes on within 5 s', (recoveryMs ?? 0) <= 5_000 * patience, recoveryMs)
    }
  }
}
