export const output = {
  get_output: {
    '200 application/json': {
      a_mail: {
        message_id: '<01a1f84a-95c0-7c1a-9f3e-5d2b7a604c18@localhost>',
        from: 'Duly <duly@localhost>',
        to: ['ann@example.com'],
        cc: [],
        bcc: [],
        subject: 'Order 1042 is not paid yet',
        text: 'Please pay by 4 December.',
        has_html: false,
        attachments: [{ path: 'invoices/1042.pdf', filename: '1042.pdf' }],
        kept: true
      }
    }
  },
  /** Of every other type. */
  content: { its_bytes: '...' }
} as const
