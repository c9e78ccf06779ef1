// A small registry of metrics that are read when somebody asks: nothing on the hot path knows it. Writes the Prometheus
// text format 0.0.4 (https://prometheus.io/docs/instrumenting/exposition_formats/). A collector that throws costs its
// own metric and no other; figures come from callbacks that node.ts hands in.

export type MetricType = 'gauge' | 'counter';

export interface Sample {
  readonly value: number;
  readonly labels?: Readonly<Record<string, string>>;
}

export interface Metric {
  /** `ferrite_` and words; a counter's name ends in `_total`. */
  readonly name: string;
  readonly help: string;
  readonly type: MetricType;
  /** One number, several samples with labels, or undefined where there is nothing to tell. */
  collect(): number | readonly Sample[] | undefined;
}

function escapeHelp(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

function escapeLabel(text: string): string {
  return escapeHelp(text).replaceAll('"', '\\"');
}

function formatNumber(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (Number.isFinite(value)) return String(value);
  return value > 0 ? '+Inf' : '-Inf';
}

function formatSample(name: string, sample: Sample): string {
  const labels = Object.entries(sample.labels ?? {}).map(([key, value]) => `${key}="${escapeLabel(value)}"`);
  return `${name}${labels.length === 0 ? '' : `{${labels.join(',')}}`} ${formatNumber(sample.value)}\n`;
}

function collectSafely(metric: Metric): readonly Sample[] {
  try {
    const collected = metric.collect() ?? [];
    return typeof collected === 'number' ? [{ value: collected }] : collected;
  } catch {
    return [];
  }
}

/** The samples of all `metrics` as text; metrics without samples are left out. */
export function formatMetrics(metrics: readonly Metric[]): string {
  let text = '';
  for (const metric of metrics) {
    const samples = collectSafely(metric);
    if (samples.length === 0) continue;
    text += `# HELP ${metric.name} ${escapeHelp(metric.help)}\n# TYPE ${metric.name} ${metric.type}\n`;
    for (const sample of samples) text += formatSample(metric.name, sample);
  }
  return text;
}

/** Checks names and their uniqueness once, at start; throws Error, for that is a bug. Returns the same metrics. */
export function defineMetrics(metrics: readonly Metric[]): readonly Metric[] {
  const seen = new Set<string>();
  for (const { name, type } of metrics) {
    if (!/^[a-z][a-z0-9_]*$/.test(name)) throw new Error(`bad metric name ${name}`);
    if ((type === 'counter') !== name.endsWith('_total'))
      throw new Error(`only counters end in _total: ${name}`);
    if (seen.has(name)) throw new Error(`metric ${name} is there twice`);
    seen.add(name);
  }
  return metrics;
}
