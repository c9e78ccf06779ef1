// The text of users and rules: bytes as Latin-1. What separates words in it are the blanks of ASCII alone: the byte A0,
// which is a blank of Latin-1, is half of a letter of UTF-8.

/** Whether a blank or a NUL is in the text, which would break the word that it is to be in two. */
export function hasBlank(text: string): boolean {
  return /[ \t\n\v\f\r\0]/.test(text);
}

/** The words of a text; none in an empty one. */
export function wordsOf(text: string): string[] {
  return text.split(/[ \t\n\v\f\r]+/).filter((word) => word !== '');
}
