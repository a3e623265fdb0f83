/**
 * The toolkit tries a style sheet while it is imported, and looks for its nonce where pages have none: without
 * it the policy refuses the sheet, and its controls show the focus of the pointer, too. Imported before it.
 */
const meta = document.createElement('meta');
meta.setAttribute('property', 'csp-nonce');
meta.content = document.querySelector<HTMLScriptElement>('script[nonce]')?.nonce ?? '';
document.head.append(meta);

export {};
