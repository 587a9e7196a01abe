/** Jobs of every built-in type for a first look: some run now, one fails and is tried again, one waits for its time. */

/** 2 x 2 pixels, which `resize_image` makes larger. */
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAFklEQVR4nGPgSt4Xsew/A/8Olw9bNAEn/wYBTqfUOgAAAABJRU5ErkJggg=='

export interface SampleJob {
  readonly type: string
  readonly payload: unknown
  readonly delay?: string
  readonly max_retries?: number
  readonly tags: string[]
}

/** A payload that its type takes, for the form of a new job. */
export const EXAMPLE_PAYLOADS: Readonly<Record<string, unknown>> = {
  log: { hello: 'world' },
  email_notification: { to: 'test@example.com', subject: 'Hello!', message: 'This is a test job.' },
  send_email: { to: ['Ann Lee <ann@example.com>'], subject: 'Your report', html: '<p>Here it is.</p>', message: 'Here it is.' },
  write_file: { path: 'samples/hello.txt', content: 'Hello!\n', mode: 'overwrite' },
  create_folder: { path: 'samples/reports' },
  generate_pdf: {
    title: 'Sample report',
    output: 'samples/report.pdf',
    blocks: [
      { type: 'heading', text: 'It works' },
      { type: 'paragraph', text: 'A worker wrote this page.' },
      { type: 'table', columns: ['Month', 'Orders'], rows: [['July', 120], ['August', 95]] }
    ]
  },
  resize_image: { source: 'samples/tiny.png', output: 'samples/larger.png', width: 320, height: 320, fit: 'fill' }
}

const TAGS = ['sample']

/** @param types - Those that living workers know; of others no job is made. Without any, all built-in ones. */
export function sampleJobs(types: readonly string[]): SampleJob[] {
  const all: SampleJob[] = [
    { type: 'write_file', payload: { path: 'samples/tiny.png', content: PNG, encoding: 'base64', mode: 'overwrite' }, tags: TAGS },
    ...Object.entries(EXAMPLE_PAYLOADS).map(([type, payload]) => ({ type, payload, tags: TAGS, ...(type === 'resize_image' && { delay: '3s' }) })),
    { type: 'resize_image', payload: { source: 'samples/there-is-no-such-picture.png', output: 'samples/never.png', width: 100 }, max_retries: 1, tags: [...TAGS, 'fails'] },
    { type: 'log', payload: { hello: 'in ten minutes' }, delay: '10m', tags: TAGS }
  ]
  return types.length === 0 ? all : all.filter(({ type }) => types.includes(type))
}
