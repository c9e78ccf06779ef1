// The log: one line an event, `time level message key=value ...`, for a person at 3 a.m. and for grep alike.
// Where lines go and what time it is are injected. Callers never pass secrets; there is no redaction to rely on.

export const logLevels = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof logLevels)[number];
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

export interface Log {
  level: LogLevel;
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

function formatValue(value: string | number | boolean): string {
  const text = String(value);
  return /^[^\s"=]+$/.test(text) ? text : JSON.stringify(text);
}

/** A log that formats lines and hands them, newline included, to `write`. `nowMs` is Unix time in ms. */
export function createLog(level: LogLevel, write: (line: string) => void, nowMs: () => number): Log {
  const emit = (at: LogLevel, message: string, fields: LogFields = {}): void => {
    if (logLevels.indexOf(at) < logLevels.indexOf(log.level)) return;
    let line = `${new Date(nowMs()).toISOString()} ${at} ${message}`;
    for (const [key, value] of Object.entries(fields)) {
      if (value !== undefined) line += ` ${key}=${formatValue(value)}`;
    }
    write(`${line}\n`);
  };
  const log: Log = {
    level,
    debug: (message, fields) => emit('debug', message, fields),
    info: (message, fields) => emit('info', message, fields),
    warn: (message, fields) => emit('warn', message, fields),
    error: (message, fields) => emit('error', message, fields),
  };
  return log;
}

/** A log that says nothing: for tests and embedded nodes that were given none. */
export const silentLog: Log = createLog(
  'error',
  () => {},
  () => 0,
);
