/** Requests as plain data, and what Postman is to run for them. */

export interface Step {
  readonly name: string
  readonly method: 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE'
  /** With its query; may name variables. */
  readonly path: string
  readonly body?: unknown
  readonly requestHeaders?: Readonly<Record<string, string>>
  readonly status: number
  /** Headers of the answer, by lower-case name. */
  readonly headers?: Readonly<Record<string, string>>
  /** Value by place in the answer. */
  readonly expect?: Readonly<Record<string, unknown>>
  /** Variables for the steps that follow: name, place in the answer. */
  readonly keep?: Readonly<Record<string, string>>
  /** Asked again until these hold: every 100 ms, at most 150 times. */
  readonly until?: Readonly<Record<string, unknown>>
}

/** Before the first step: variables that are new with each run. */
export const PREPARE: readonly string[] = [
  "pm.collectionVariables.set('in_an_hour', new Date(Date.now() + 3600000).toISOString())",
  "pm.collectionVariables.set('key', pm.variables.replaceIn('{{$guid}}'))"
]

/** Asserts what a step promises; each promise is a test with a name. */
export function scriptOf({ status, headers = {}, expect = {}, keep = {}, until }: Step): string[] {
  return [
    'const body = pm.response.text() ? pm.response.json() : {}',
    'const filled = (value) => (typeof value === \'string\' ? pm.variables.replaceIn(value) : value)',
    ...(until ? untilLines(until) : []),
    `pm.test('answers ${status}', () => pm.expect(pm.response.code, pm.response.text()).to.eql(${status}))`,
    ...Object.entries(keep).map(([name, place]) => `pm.collectionVariables.set(${js(name)}, _.get(body, ${js(place)}))`),
    ...Object.entries(headers).map(([name, value]) => `pm.test(${js(`${name} is ${value}`)}, () => pm.expect(pm.response.headers.get(${js(name)})).to.eql(filled(${js(value)})))`),
    ...Object.entries({ ...until, ...expect }).map(([place, value]) => `pm.test(${js(`${place} is ${JSON.stringify(value)}`)}, () => pm.expect(_.get(body, ${js(place)})).to.eql(filled(${js(value)})))`)
  ]
}

function untilLines(until: Readonly<Record<string, unknown>>): string[] {
  return [
    `const over = _.every(${js(until)}, (value, place) => _.isEqual(_.get(body, place), filled(value)))`,
    "const tries = Number(pm.collectionVariables.get('tries') || 0) + 1",
    "pm.collectionVariables.set('tries', over ? 0 : tries)",
    'if (!over && pm.response.code < 400 && tries < 150) {',
    '  postman.setNextRequest(pm.info.requestId)',
    '  setTimeout(() => {}, 100)',
    '  return',
    '}'
  ]
}

/** A value as JavaScript writes it, in single quotes where that is possible. */
const js = (value: unknown): string => (typeof value === 'string' && !/['\\\n]/.test(value) ? `'${value}'` : JSON.stringify(value))
