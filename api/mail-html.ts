/**
 * HTML of a mail, made harmless: what is known to be plain formatting is written anew, and everything else is left out.
 *
 * Nothing of the input reaches the output as it is but text: each tag, attribute and value is one of those listed here,
 * quoted and escaped. So it does not matter how a browser would have read what is broken. It is shown in a sandbox that
 * loads nothing and runs nothing besides; each of the two would be enough.
 */

const TAGS = new Set(
  'a abbr address article b blockquote br caption center code col colgroup dd del div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins li main ol p pre s section small span strike strong sub sup table tbody td tfoot th thead tr u ul'.split(' ')
)
const VOID = new Set(['br', 'col', 'hr', 'img'])
/** Left out with all that is in them: a browser does not read that as HTML, or runs it. */
const WITH_CONTENT = new Set('applet audio canvas embed frame frameset iframe math noembed noframes noscript object plaintext script select style svg template textarea title video xmp'.split(' '))
const ENDS: ReadonlyMap<string, RegExp> = new Map([...WITH_CONTENT].map((name) => [name, new RegExp(`</${name}[\\s/>]`, 'gi')]))
const ATTRIBUTES = new Set('align alt bgcolor border cellpadding cellspacing color colspan dir height lang rowspan size title valign width'.split(' '))

/** How a tag begins. */
const TAG = /<(\/?)([a-z][a-z0-9]*)(?=[\s/>])/iy
const ATTRIBUTE = /([a-z][a-z-]*)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?/gi
const LINK = /^\s*(?:https?:\/\/|mailto:)/i
const PICTURE = /^data:image\/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]*$/i
/** A style that names an address, or hides what it says. */
const STYLE_OUT = /url|expression|import|image|@|\\|&|<|\/\*/i

/** @returns A whole document; the links in it open nowhere, unless their frame lets them. */
export function harmlessMail(html: string): string {
  return `<!doctype html><html><head><meta charset="utf-8"><base target="_blank"></head><body>${harmlessHtml(html)}</body></html>`
}

export function harmlessHtml(html: string): string {
  const out: string[] = []
  let at = 0
  while (at < html.length) {
    const next = html.indexOf('<', at)
    if (next < 0) {
      out.push(asText(html.slice(at)))
      break
    }
    out.push(asText(html.slice(at, next)))
    if (html.startsWith('<!', next) || html.startsWith('<?', next)) {
      const isComment = html.startsWith('<!--', next)
      const end = html.indexOf(isComment ? '-->' : '>', next + 2)
      at = end < 0 ? html.length : end + (isComment ? 3 : 1)
      continue
    }
    TAG.lastIndex = next
    const tag = TAG.exec(html)
    if (!tag) {
      out.push('&lt;')
      at = next + 1
      continue
    }
    const end = endOfTag(html, TAG.lastIndex)
    if (end < 0) break // a browser ignores it, too; and to look for other tags in it would take the square of its length
    const [, slash, given] = tag as unknown as [string, string, string]
    const name = given.toLowerCase()
    const attributes = html.slice(TAG.lastIndex, end)
    at = end + 1
    if (WITH_CONTENT.has(name)) {
      if (!slash) at = behind(name, html, at)
    } else if (TAGS.has(name)) out.push(slash ? (VOID.has(name) ? '' : `</${name}>`) : `<${name}${harmlessAttributes(name, attributes)}>`)
  }
  return out.join('')
}

/** Where the ">" of a tag is; a quoted value may hold others. */
function endOfTag(html: string, from: number): number {
  let quote = ''
  for (let at = from; at < html.length; at++) {
    const sign = html[at]!
    if (quote !== '') {
      if (sign === quote) quote = ''
    } else if (sign === '>') return at
    else if (sign === '"' || sign === "'") quote = sign
  }
  return -1
}

/** Behind the end of an element, or of everything. */
function behind(name: string, html: string, from: number): number {
  const end = ENDS.get(name)!
  end.lastIndex = from
  const found = end.exec(html)
  if (!found) return html.length
  const close = html.indexOf('>', found.index)
  return close < 0 ? html.length : close + 1
}

function harmlessAttributes(tag: string, text: string): string {
  const kept = new Map<string, string>()
  for (const [, given, double, single, bare] of text.matchAll(ATTRIBUTE)) {
    const name = given!.toLowerCase()
    const value = double ?? single ?? bare ?? ''
    const isKept =
      ATTRIBUTES.has(name) ||
      (name === 'style' && !STYLE_OUT.test(value)) ||
      (name === 'href' && tag === 'a' && LINK.test(value)) ||
      (name === 'src' && tag === 'img' && PICTURE.test(value))
    if (isKept && !kept.has(name)) kept.set(name, value)
  }
  return [...kept].map(([name, value]) => ` ${name}="${value.replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')}"`).join('')
}

/** Entities stay what they are: they are text and nothing else. */
const asText = (text: string): string => text.replaceAll('<', '&lt;').replaceAll('>', '&gt;')
