// A double as Redis 7.2 prints it: the shortest digits that read back as the same value, plain where that is short,
// else `d.ddde+X`. JavaScript finds the same digits but places the point and the exponent by other rules, so only
// the digits are taken from it. Knows nothing of replies.

const plainIntegerMax = 2 ** 52;

/** The text of `value`: `3`, `0.1`, `1e+20`, `1.5e-7`, `inf`, `-inf`, `nan`, `-0`. */
export function formatDouble(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < plainIntegerMax) {
    return value === 0 && 1 / value < 0 ? '-0' : String(value);
  }
  if (value === Number.POSITIVE_INFINITY) return 'inf';
  if (value === Number.NEGATIVE_INFINITY) return '-inf';
  if (Number.isNaN(value)) return 'nan';
  return value < 0 ? `-${formatPositive(-value)}` : formatPositive(value);
}

function formatPositive(value: number): string {
  const [mantissa = '', exponentText = '0'] = value.toExponential().split('e');
  const digits = mantissa.replace('.', '');
  const exponent = Number(exponentText);
  const lastDigitExponent = exponent - digits.length + 1;
  const magnitude = Math.abs(exponent);
  if (lastDigitExponent >= 0 && magnitude < digits.length + 7) return digits + '0'.repeat(lastDigitExponent);
  if (lastDigitExponent < 0 && (lastDigitExponent > -7 || magnitude < 4)) {
    const wholeDigits = digits.length + lastDigitExponent;
    if (wholeDigits <= 0) return `0.${'0'.repeat(-wholeDigits)}${digits}`;
    return `${digits.slice(0, wholeDigits)}.${digits.slice(wholeDigits)}`;
  }
  const point = digits.length > 1 ? '.' : '';
  return `${digits.slice(0, 1)}${point}${digits.slice(1)}e${exponent < 0 ? '-' : '+'}${magnitude}`;
}
