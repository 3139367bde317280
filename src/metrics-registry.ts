type Labels = Readonly<Record<string, string>>;

export interface Counter {
  /** Adds to the series with these labels; 1 unless given. */
  add(labels?: Labels, amount?: number): void;
}

export interface Histogram {
  observe(value: number, labels?: Labels): void;
}

export interface GaugeValue {
  readonly labels?: Labels;
  readonly value: number;
}

/** Metrics of one process, as Prometheus reads them. */
export interface Registry {
  counter(name: string, help: string): Counter;
  histogram(name: string, help: string, bounds: readonly number[]): Histogram;
  /** Read when somebody looks. A failure leaves the metric out of this answer. */
  gauge(name: string, help: string, read: () => readonly GaugeValue[]): void;
  /** The same for counts that something else keeps. */
  counterOf(name: string, help: string, read: () => readonly GaugeValue[]): void;
  /** Text format 0.0.4 (https://prometheus.io/docs/instrumenting/exposition_formats/). */
  text(): string;
}

/** Series a metric may have; labels are few and bounded, so that more would be a mistake. */
const MAX_SERIES = 2000;

export function createRegistry(): Registry {
  const metrics: (() => string)[] = [];
  const head = (name: string, help: string, type: string): string =>
    `# HELP ${name} ${help.replaceAll("\\", "\\\\").replaceAll("\n", "\\n")}\n# TYPE ${name} ${type}\n`;
  const readValues = (
    type: "gauge" | "counter",
    name: string,
    help: string,
    read: () => readonly GaugeValue[],
  ): void =>
    void metrics.push(() => {
      const lines = read().map(({ labels, value }) => line(name, labels ?? {}, value));
      return lines.length === 0 ? "" : head(name, help, type) + lines.join("");
    });
  return {
    counter(name, help) {
      const series = new Map<string, { readonly labels: Labels; value: number }>();
      metrics.push(
        () =>
          head(name, help, "counter") +
          [...series.values()].map(({ labels, value }) => line(name, labels, value)).join(""),
      );
      return {
        add(labels = {}, amount = 1) {
          const entry = seriesOf(series, labels, () => ({ labels, value: 0 }));
          if (entry) entry.value += amount;
        },
      };
    },
    histogram(name, help, bounds) {
      const series = new Map<string, HistogramSeries>();
      metrics.push(
        () =>
          head(name, help, "histogram") +
          [...series.values()].map((entry) => histogramText(name, bounds, entry)).join(""),
      );
      return {
        observe(value, labels = {}) {
          const entry = seriesOf(series, labels, () => ({
            labels,
            counts: bounds.map(() => 0),
            sum: 0,
            count: 0,
          }));
          if (!entry) return;
          entry.sum += value;
          entry.count++;
          const bucket = bounds.findIndex((bound) => value <= bound);
          if (bucket >= 0) entry.counts[bucket] = (entry.counts[bucket] ?? 0) + 1;
        },
      };
    },
    gauge: (name, help, read) => readValues("gauge", name, help, read),
    counterOf: (name, help, read) => readValues("counter", name, help, read),
    text: () => metrics.map((metric) => metric()).join(""),
  };
}

interface HistogramSeries {
  readonly labels: Labels;
  readonly counts: number[];
  sum: number;
  count: number;
}

function seriesOf<T>(series: Map<string, T>, labels: Labels, make: () => T): T | undefined {
  const key = JSON.stringify(Object.entries(labels));
  const known = series.get(key);
  if (known) return known;
  if (series.size >= MAX_SERIES) return undefined;
  const made = make();
  series.set(key, made);
  return made;
}

function histogramText(
  name: string,
  bounds: readonly number[],
  { labels, counts, sum, count }: HistogramSeries,
): string {
  let below = 0;
  const buckets = bounds.map((bound, i) => {
    below += counts[i] ?? 0;
    return line(`${name}_bucket`, { ...labels, le: String(bound) }, below);
  });
  return [
    ...buckets,
    line(`${name}_bucket`, { ...labels, le: "+Inf" }, count),
    line(`${name}_sum`, labels, sum),
    line(`${name}_count`, labels, count),
  ].join("");
}

function line(name: string, labels: Labels, value: number): string {
  const pairs = Object.entries(labels).map(
    ([label, text]) =>
      `${label}="${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`,
  );
  return `${name}${pairs.length === 0 ? "" : `{${pairs.join(",")}}`} ${value}\n`;
}
