/** The policies that come with the program. */
export const SHIPPED: readonly string[] = ['neff-1', 'neff-4', 'neff-8', 'neff-16', 'neff-32']
/** Said where nobody chose. */
export const SHIPPED_NOTE = `policies: ${SHIPPED.join(', ')} (the shipped ensemble; \`baseline\` needs no training)`
