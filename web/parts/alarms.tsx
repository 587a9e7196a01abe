/** What somebody has to know on every page: a store is down, or the API does not answer. */
import type { components } from '../../client/index.js'
import { useHealth } from '../live/readings.js'
import { Icon } from './icons.js'

export function Alarms() {
  const { data, trouble } = useHealth()
  if (trouble.value && trouble.value.status !== 401) {
    return <Alarm isBad title={trouble.value.title} detail={trouble.value.detail ?? ''} />
  }
  if (!data.value) return null
  const { store, redis } = data.value.checks
  return (
    <>
      {store.status === 'down' && <Alarm isBad title="Postgres does not answer." detail={`${why(store)} Nothing can be read or stored until it is back.`} />}
      {redis.status === 'down' && <Alarm title="Redis is down." detail={`${why(redis)} Jobs are stored and run all the same, from Postgres alone.`} />}
    </>
  )
}

const why = ({ detail }: components['schemas']['HealthCheck']) => (detail ? `It says: ${detail}.` : '')

function Alarm({ title, detail, isBad = false }: { readonly title: string; readonly detail: string; readonly isBad?: boolean }) {
  return (
    <div class={`alarm${isBad ? ' is-bad' : ''}`} role="alert">
      <Icon name="failures" />
      <span class="grow"><strong>{title}</strong> {detail}</span>
    </div>
  )
}
