/** Something the user gave is wrong. The message is one sentence with the offending value. */
export class InputError extends Error {
  override readonly name = 'InputError'
}
