/** One of a few: buttons beside each other, of which one is pressed. */
import type { ComponentChildren } from 'preact'

interface ChoiceProps<T extends string> {
  readonly label: string
  readonly options: ReadonlyArray<readonly [value: T, word: ComponentChildren, title?: string]>
  readonly value: T
  readonly onChange: (value: T) => void
}

export function Choice<T extends string>({ label, options, value, onChange }: ChoiceProps<T>) {
  return (
    <div class="choice" role="group" aria-label={label}>
      {options.map(([option, word, title]) => (
        <button key={option} type="button" aria-pressed={option === value} aria-label={typeof word === 'string' ? undefined : title} title={title} onClick={() => onChange(option)}>
          {word}
        </button>
      ))}
    </div>
  )
}
