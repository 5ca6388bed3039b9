import { defineSendReport } from './define.ts'

/** The function, with the reports that it sends. */
export default defineSendReport(
  () => async () => {
    throw new Error('no reports yet')
  },
  {
    toHtml: () => '',
    toMarkdown: () => '',
    toText: () => '',
    toPdf: async () => new Uint8Array(),
  },
)
