/** The arithmetic of tables: how wide columns are, and where a cell that is too high is cut. */

/** Rows and letters that are measured; columns look the same with more, and measuring is slow. */
const MEASURED_ROWS = 200
const MEASURED_LETTERS = 60

/**
 * Shares a width among columns by what stands in them; none takes more than half while others want more.
 *
 * @param widthOf - Of a text on one line, with its padding.
 * @returns One width for each column; together they fill `total`.
 */
export function columnWidths(rows: ReadonlyArray<readonly string[]>, total: number, widthOf: (text: string) => number): number[] {
  const wanted = (rows[0] ?? []).map((_, column) => {
    const natural = Math.max(...rows.slice(0, MEASURED_ROWS).map((row) => widthOf((row[column] ?? '').slice(0, MEASURED_LETTERS))))
    return Math.min(Math.max(natural, total / 40), total / 2)
  })
  const sum = wanted.reduce((a, b) => a + b, 0)
  return wanted.map((width) => (width / sum) * total)
}

/** Cuts a text where it stops to fit, between words where there are some. @returns The part that fits, and the rest. */
export function splitToFit(text: string, fits: (part: string) => boolean): [string, string] {
  if (text === '' || fits(text)) return [text, '']
  let [most, tooMany] = [0, text.length]
  while (tooMany - most > 1) {
    const middle = (most + tooMany) >> 1
    if (fits(text.slice(0, middle))) most = middle
    else tooMany = middle
  }
  const wordEnd = text.slice(0, most).search(/\s\S*$/)
  let end = wordEnd > 0 ? wordEnd : most
  if (/[\ud800-\udbff]/.test(text[end - 1] ?? '')) end-- // never between the halves of a surrogate pair
  return [text.slice(0, end), text.slice(end).trimStart()]
}
