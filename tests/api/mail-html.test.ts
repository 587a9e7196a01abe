import { describe, expect, test } from 'vitest'
import { harmlessHtml, harmlessMail } from '../../api/mail-html.js'

describe('HTML of a mail keeps', () => {
  test.each([
    ['<p style="color: red">Dear <b>Ann</b>,<br>please pay.</p>', '<p style="color: red">Dear <b>Ann</b>,<br>please pay.</p>'],
    ['<TABLE width=100% cellpadding="4"><TR><TD align=\'right\'>12 &euro;</TD></TR></TABLE>', '<table width="100%" cellpadding="4"><tr><td align="right">12 &euro;</td></tr></table>'],
    ['<a href="https://example.com/?a=1&amp;b=2">pay</a> <a href=mailto:ann@example.com>write</a>', '<a href="https://example.com/?a=1&amp;b=2">pay</a> <a href="mailto:ann@example.com">write</a>'],
    ['<img alt="a > b" src="data:image/png;base64,iVBORw0KGgo=">', '<img alt="a &gt; b" src="data:image/png;base64,iVBORw0KGgo=">'],
    ['1 < 2 and 3 > 2 &lt;b&gt;', '1 &lt; 2 and 3 &gt; 2 &lt;b&gt;'],
    ['<html><head><meta charset="utf-8"></head><body bgcolor="#fff">text</body></html>', 'text']
  ])('what is plain: %s', (given, expected) => {
    expect(harmlessHtml(given)).toBe(expected)
  })
})

describe('HTML of a mail loses', () => {
  test.each([
    ['<script>alert(1)</script>after', 'after'],
    ['<SCRIPT src=https://x.example/a.js></SCRIPT >after', 'after'],
    ['<script>never closed', ''],
    ['<scr<script>ipt>alert(1)</script>', '&lt;scr'],
    ['<img src=x onerror=alert(1)>', '<img>'],
    ['<img src="https://tracker.example/pixel.gif" alt="hi">', '<img alt="hi">'],
    ['<img src="data:image/svg+xml;base64,PHN2Zz4=">', '<img>'],
    ['<img/onerror="alert(1)"/src=x>', '<img>'],
    ['<p onclick=alert(1) style="background:url(https://x.example)">a</p>', '<p>a</p>'],
    ['<p style="width: expression(alert(1))">a</p>', '<p>a</p>'],
    ['<p style="b\\61 ckground: u\\72l(x)">a</p>', '<p>a</p>'],
    ['<a href="javascript:alert(1)">a</a>', '<a>a</a>'],
    ['<a href="java&#115;cript:alert(1)">a</a>', '<a>a</a>'],
    ['<a href=" \u0001javascript:alert(1)">a</a>', '<a>a</a>'],
    ['<a href="data:text/html,<script>alert(1)</script>">a</a>', '<a>a</a>'],
    ['<svg onload=alert(1)><a href=x>b</a></svg>after', 'after'],
    ['<math><mtext><style><img src=x onerror=alert(1)></style></mtext></math>after', 'after'],
    ['<style>@import "https://x.example"</style>after', 'after'],
    ['<iframe srcdoc="<script>alert(1)</script>"></iframe>after', 'after'],
    ['<form action="https://x.example"><input name=a>text</form>', 'text'],
    ['<meta http-equiv="refresh" content="0;url=https://x.example"><link rel=stylesheet href=//x.example><base href="https://x.example">after', 'after'],
    ['<!--[if gte mso 9]><xml>a</xml><![endif]-->after', 'after'],
    ['<!-- never closed <b>', ''],
    ['<b title="a" title="b" class="c" id="d">a</b>', '<b title="a">a</b>'],
    ['<b title=\'"><script>alert(1)</script>\'>a</b>', '<b title="&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;">a</b>'],
    ['before<b title="never closed>a', 'before'],
    ['<noscript><p title="</noscript><img src=x onerror=alert(1)>">', '<img>"&gt;'],
    ['<b/onclick=alert(1)>a</b >', '<b>a</b>']
  ])('what could run, load or lead away: %s', (given, expected) => {
    expect(harmlessHtml(given)).toBe(expected)
  })

  test('nothing of its time to signs that make no sense', () => {
    const startedAt = performance.now()
    for (const sign of ['<', '<a ', '<a "', '<!--', '</script', '&', '<b title=\'']) harmlessHtml(sign.repeat(100_000))
    expect(performance.now() - startedAt).toBeLessThan(10_000)
  })
})

test('no output has a tag or an attribute that is not on the list, whatever the input is', () => {
  const pieces = ['<', '>', '"', "'", '/', '=', ' ', '\n', 'script', 'img', 'a', 'b', 'svg', 'onerror', 'href', 'src', 'style', 'javascript:', 'data:', '<!--', '-->', '&lt;', 'x', '<script>', '</script>', '<style>', '<p ']
  let state = 7
  const next = () => (state = (state * 1_103_515_245 + 12_345) % 2 ** 31)
  for (let i = 0; i < 3_000; i++) {
    const html = Array.from({ length: 1 + (next() % 25) }, () => pieces[next() % pieces.length]).join('')
    const rest = harmlessHtml(html).replaceAll(/<\/?(?:a|b|p|img)(?: (?:href|src|style)="[^"<>]*")*>/g, '')
    expect(/[<>]/.test(rest), `${html} -> ${harmlessHtml(html)}`).toBe(false)
  }
})

test('a mail is shown as a document whose links open in no frame', () => {
  expect(harmlessMail('<p>a</p>')).toBe('<!doctype html><html><head><meta charset="utf-8"><base target="_blank"></head><body><p>a</p></body></html>')
})
