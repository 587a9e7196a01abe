/** "Did you mean ...?" */

/** The name that a misspelt one was probably meant to be: at most a third of it differs, and never more than three letters. */
export function nearest(word: string, names: Iterable<string>): string | undefined {
  if (word.length > 100) return undefined // a distance costs length x length
  let best: string | undefined
  let bestDistance = Math.min(3, Math.max(1, Math.floor(word.length / 3))) + 1
  for (const name of names) {
    const distance = editDistance(word.toLowerCase(), name.toLowerCase())
    if (distance < bestDistance) [best, bestDistance] = [name, distance]
  }
  return best
}

/** Names for an error message, in quotes; the longest lists are cut. */
export function listed(names: Iterable<string>): string {
  const all = [...names]
  const shown = all.slice(0, 20).map((name) => `"${name}"`)
  return all.length > shown.length ? `${shown.join(', ')} and ${all.length - shown.length} more` : shown.join(', ')
}

/** Letters to insert, drop or replace until one word is the other (Levenshtein). */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}
