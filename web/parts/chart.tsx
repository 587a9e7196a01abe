/** A chart of lines over time, and small ones without axes. Colours are those of the states, read from the style sheet. */
import { useEffect, useRef } from 'preact/hooks'
import uPlot from 'uplot'
import { isDark, timeMode } from '../preferences.js'
import { alone, sparkPath } from '../pure/series.js'
import { axisTime } from '../pure/times.js'

export interface Line {
  readonly name: string
  /** Name of a custom property, such as `--completed`. */
  readonly colour: string
  readonly fill?: boolean
  readonly dash?: number[]
}

interface ChartProps {
  /** What it shows, for those who do not see it. */
  readonly label: string
  /** Seconds since the epoch, then a column for each line. */
  readonly data: ReadonlyArray<ReadonlyArray<number | null>>
  readonly lines: readonly Line[]
  readonly format: (value: number) => string
}

const HEIGHT = 180
const FONT = '11px system-ui, sans-serif'

export function Chart({ label, data, lines, format }: ChartProps) {
  const box = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot | null>(null)
  const dark = isDark.value // a canvas does not follow the style sheet: it is drawn anew
  const zone = timeMode.value === 'utc' ? 'utc' : 'local'

  useEffect(() => {
    /** What is pointed at, else the newest. */
    const inLegend = (value: number | null | undefined) => (value == null ? '–' : format(value))
    const element = box.current!
    const style = getComputedStyle(element)
    const colour = (name: string) => style.getPropertyValue(name).trim()
    const axis = { stroke: colour('--muted'), grid: { stroke: colour('--border'), width: 1 }, ticks: { show: false }, font: FONT }
    const made = new uPlot(
      {
        width: element.clientWidth,
        height: HEIGHT,
        padding: [8, 20, 0, 0],
        cursor: { drag: { x: false, y: false }, points: { size: 6 } },
        legend: { live: true },
        ...(zone === 'utc' && { tzDate: (seconds: number) => uPlot.tzDate(new Date(seconds * 1e3), 'Etc/UTC') }),
        scales: { y: { range: (_plot, _low, high) => [0, high > 0 ? high * 1.1 : 1] } },
        axes: [{ ...axis, space: 60, size: 28, values: (_plot, ticks) => ticks.map((seconds) => axisTime(seconds * 1000, zone)) }, { ...axis, size: 56, values: (_plot, ticks) => ticks.map(format) }],
        series: [
          {},
          ...lines.map(({ name, colour: property, fill, dash }, i) => ({
            label: name,
            stroke: colour(property),
            width: 1.75,
            points: { show: true, size: 5, filter: (shown: uPlot) => alone(shown.data[i + 1] as Array<number | null>) }, // no line goes through them
            ...(fill && { fill: `${colour(property)}22` }),
            ...(dash && { dash }),
            value: (shown: uPlot, value: number | null, series: number, at: number | null) => inLegend(at === null ? (shown.data[series] as Array<number | null>).findLast((one) => one !== null) : value)
          }))
        ]
      },
      data as uPlot.AlignedData,
      element
    )
    plot.current = made
    const resized = new ResizeObserver(() => {
      if (element.clientWidth > 0 && element.clientWidth !== made.width) made.setSize({ width: element.clientWidth, height: HEIGHT })
    })
    resized.observe(element)
    return () => {
      resized.disconnect()
      made.destroy()
      plot.current = null
    }
  }, [dark, zone, lines.length])

  useEffect(() => {
    if (plot.current && plot.current.data !== data) plot.current.setData(data as uPlot.AlignedData)
  }, [data])

  return <div class="chart" ref={box} role="img" aria-label={label} />
}

export function Spark({ values, colour }: { readonly values: ReadonlyArray<number | null>; readonly colour: string }) {
  return (
    <svg class="spark" viewBox="0 0 100 24" preserveAspectRatio="none" aria-hidden="true">
      <path d={sparkPath(values, 100, 22)} fill="none" stroke={`var(${colour})`} stroke-width="1.5" vector-effect="non-scaling-stroke" transform="translate(0 1)" />
    </svg>
  )
}
