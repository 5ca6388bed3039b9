export { drawBars, drawColumns } from './draw.ts'
export { toHtml } from './html.ts'
export { toMarkdown } from './markdown.ts'
export { toText } from './text.ts'
