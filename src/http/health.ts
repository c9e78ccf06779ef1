// What /healthz and /readyz answer. Healthy means that the process serves at all; ready means that it can do its work
// now: the store is loaded and the journal takes writes. The checks are callbacks, so that nothing here knows either.

export interface HealthCheck {
  /** One word for the answer: `journal`, `store`. */
  readonly name: string;
  /** Undefined when all is well, else what is wrong, in words that may be shown to anyone. */
  problem(): string | undefined;
}

export interface HealthReport {
  readonly ok: boolean;
  /** JSON: `{"status":"ok"}` or `{"status":"unavailable","problems":{"journal":"..."}}` */
  readonly body: string;
}

/** Runs all `checks`; one that throws counts as a problem. */
export function reportHealth(checks: readonly HealthCheck[]): HealthReport {
  const problems: Record<string, string> = {};
  for (const check of checks) {
    try {
      const problem = check.problem();
      if (problem !== undefined) problems[check.name] = problem;
    } catch {
      problems[check.name] = 'the check itself failed';
    }
  }
  const ok = Object.keys(problems).length === 0;
  const body = JSON.stringify(ok ? { status: 'ok' } : { status: 'unavailable', problems });
  return { ok, body: `${body}\n` };
}
