import { createServer, type AddressInfo } from 'node:net'

/** A port on loopback that was free a moment ago; the system does not give it out again soon. */
export const freePort = () => listenOnce(0, '127.0.0.1')

/** @throws {NodeJS.ErrnoException} EADDRINUSE when somebody listens there, EACCES, ENOTFOUND and so on. */
export async function listenOnce(port: number, host: string): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve))
  const address = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return address.port
}
