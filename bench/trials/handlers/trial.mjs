import { witness } from '../journal.mjs'

export default { type: 'trial', payload: {}, run: ({ payload }) => witness(payload.name) }
