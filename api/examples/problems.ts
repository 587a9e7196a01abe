/** What refusals look like. A code without words here is shown with its title, as it is sent where nothing more is known. */
import { DulyError, type ErrorCode, type ErrorInfo } from '../../core/errors.js'
import { type Problem, problemOf } from '../problem.js'

const WORDS: Partial<Record<ErrorCode, ErrorInfo>> = {
  invalid_request: { detail: '/priority must be 0 to 9', errors: [{ pointer: '/priority', detail: 'must be 0 to 9' }] },
  malformed_json: { detail: 'The body is not JSON: Unexpected end of JSON input.' },
  body_too_large: { detail: 'The body may have at most 1 MiB (1,048,576 bytes). Store what is larger elsewhere and send a reference.' },
  unsupported_media_type: { detail: 'Send JSON with the header content-type: application/json.' },
  unknown_type: { detail: '/type no handler is known for the type "send_mail"; did you mean "send_email"?', errors: [{ pointer: '/type', detail: 'no handler is known for the type "send_mail"; did you mean "send_email"?' }] },
  invalid_payload: { detail: '/payload/to is missing: Who gets it: one address or an array', errors: [{ pointer: '/payload/to', detail: 'is missing: Who gets it: one address or an array' }] },
  unauthenticated: { detail: 'Send the header "Authorization: Bearer <key>", or "X-Api-Key: <key>".' },
  forbidden: { detail: 'This takes the scope "write"; the key "dashboard" has "read".' },
  rate_limited: { detail: 'At most 600 requests a minute are taken here. Try again after 12 s.' },
  queue_not_found: { detail: 'There is no queue "invoice"; did you mean "invoices"?' },
  job_not_found: { detail: 'There is no job with this id.' },
  job_not_cancellable: { detail: 'The job is completed: it has ended, and cannot be cancelled.' },
  invalid_cursor: { detail: 'Pass next_cursor of the page before, unchanged.' },
  store_unavailable: { detail: 'The store did not answer (57P03). Nothing is lost; try again.' },
  internal_error: { detail: 'This is a bug in Duly. The log has more, under this request_id.' }
}

export const problemExample = (code: ErrorCode): Problem => problemOf(new DulyError(code, WORDS[code]), '5af55cc5-370b-4b20-bc52-34599f0ba3ea')
