/** One process of a trial: `node role.mjs <subject> <function> [JSON]`. Prints what the function answers, and ends unless it works. */
const [subject, name, argument] = process.argv.slice(2)
const answer = await (await import(`./subjects/${subject}.mjs`))[name](argument && JSON.parse(argument))
if (name !== 'work') {
  console.log(JSON.stringify(answer ?? null))
  process.exit(0)
}
