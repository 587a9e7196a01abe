/** A refusal as the API wrote it: title, what happened, every fault with its place, and the id of the request. */
import type { Trouble } from '../api.js'

export function TroubleText({ trouble }: { readonly trouble: Trouble }) {
  const { title, detail, code, request_id, status } = trouble
  // The detail of a single fault is that fault.
  const errors = (trouble.errors ?? []).filter(({ pointer, detail: fault }) => detail !== `${pointer} ${fault}`)
  return (
    <div class="trouble">
      <strong>{title}</strong>
      {detail && <p>{detail}</p>}
      {errors.length > 0 && (
        <ul>
          {errors.map(({ pointer, detail: fault }) => (
            <li key={pointer + fault}>
              <code>{pointer === '' ? '(the whole body)' : pointer}</code> {fault}
            </li>
          ))}
        </ul>
      )}
      {status > 0 && (
        <p class="small muted">
          {status} {code && <code>{code}</code>} {request_id && <>· request <code>{request_id}</code></>}
        </p>
      )}
    </div>
  )
}

/** A route that this server does not have: an older one, or one behind a proxy that hides it. */
export const isMissing = (trouble: Trouble): boolean => trouble.status === 404 && (trouble.code === 'route_not_found' || trouble.code === undefined)

/** There was no answer at all. */
export const isUnanswered = ({ status }: Trouble): boolean => status === 0

export function TroubleBox({ trouble }: { readonly trouble: Trouble }) {
  if (isMissing(trouble)) return <p class="muted note">Not available: this server does not have it.</p>
  return (
    <div class="trouble-box" role="alert">
      <TroubleText trouble={trouble} />
    </div>
  )
}
