/** `Promise.withResolvers`, which Node 20 does not have. */
export function deferred<T = void>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {}
  const promise = new Promise<T>((fulfil) => (resolve = fulfil))
  return { promise, resolve }
}
