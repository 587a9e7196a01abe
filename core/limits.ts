/** Limits that the API checks first and that SQL enforces for everybody. A file of their own: whoever needs numbers only loads no schemas. */
export const LIMITS = {
  priority: { min: 0, max: 9 },
  max_retries: { min: 0, max: 100 },
  timeout_ms: { min: 1, max: 86_400_000 },
  backoff_ms: { min: 0, max: 30 * 86_400_000 },
  delay_ms: { min: 0, max: 100 * 365 * 86_400_000 },
  /** Most tags of a job. */
  tags: 20,
  /** Longest tag, in characters. */
  tag: 100,
  /** Largest metadata, in bytes of JSON: it is for a few words about the job, and goes with every answer. */
  metadataBytes: 16 * 1024,
  /** Longest queue or type name, in characters. */
  name: 100,
  /** Deepest nesting of a payload or a result that is stored: deeper ones cannot be sent back. */
  depth: 64,
  /** Largest stored result or error, in bytes of JSON. */
  resultBytes: 256 * 1024
} as const
