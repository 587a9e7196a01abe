/** Where the page lives. Its `<base>` is made from the depth of the first address, so it is read once, before that changes. */
export const BASE = new URL('.', document.baseURI).href
document.querySelector('base')?.setAttribute('href', BASE)

/** Path of the base without its last slash: `` or `/prefix`. */
export const PREFIX = new URL(BASE).pathname.slice(0, -1)

/** An address of the API or the page, from a path such as `/jobs?status=failed`. */
export const hrefTo = (path: string): string => BASE + path.replace(/^\//, '')
