import { type DefaultTreeAdapterTypes, parse } from 'parse5'

type Node = DefaultTreeAdapterTypes.ChildNode
export type Element = DefaultTreeAdapterTypes.Element

export const textOf = (node: Node): string => {
  if (node.nodeName === '#text') return (node as DefaultTreeAdapterTypes.TextNode).value
  return 'childNodes' in node ? node.childNodes.map(textOf).join('') : ''
}

/** Errors of HTML, and all of its elements in their order. */
export function parsePage(html: string): { errors: string[]; elements: Element[]; text: string } {
  const errors: string[] = []
  const document = parse(html, {
    onParseError: ({ code, startLine }) => errors.push(`${code} at ${startLine}`),
  })
  const elements: Element[] = []
  const visit = (nodes: Node[]) => {
    for (const node of nodes) {
      if (!('tagName' in node)) continue
      elements.push(node)
      visit(node.childNodes)
    }
  }
  visit(document.childNodes)
  return { errors, elements, text: document.childNodes.map(textOf).join('') }
}

export const attributeOf = ({ attrs }: Element, name: string): string | undefined =>
  attrs.find(each => each.name === name)?.value

/** Elements that mail programs show. */
const SHOWN = new Set('html head meta title body table tbody tr td h1 h2 p ul li a b br span'.split(' '))
const ATTRIBUTES = new Set(
  'lang charset name content bgcolor style role width border cellpadding cellspacing align valign height href id'.split(
    ' ',
  ),
)
/** Which Outlook, Gmail or Yahoo drop, or lay out otherwise. */
const DROPPED = /position|float|display|flex|grid|url\(|@|expression|calc\(|var\(|background-image/

/** What in a page a mail program would drop or ask about: none in a mail that is shown everywhere as it is here. */
export function findMailFaults(html: string): string[] {
  const { errors, elements } = parsePage(html)
  return [
    ...errors,
    ...elements.flatMap(element => {
      const faults = element.attrs.flatMap(({ name, value }) => [
        ...(ATTRIBUTES.has(name) ? [] : [`attribute ${name}`]),
        ...(name === 'id' && element.tagName !== 'a' ? [`id of ${element.tagName}`] : []),
        ...(name === 'href' && !/^#(fact|source)-\d+$/.test(value) ? [`href ${value}`] : []),
        ...(name === 'style' && DROPPED.test(value) ? [`style ${value}`] : []),
        ...(/^(width|height)$/.test(name) ? findWide(value) : []),
        ...(name === 'style'
          ? [...value.matchAll(/width:([^;]+)/g)].flatMap(([, width = '']) => findWide(width))
          : []),
      ])
      return [...(SHOWN.has(element.tagName) ? [] : [`element ${element.tagName}`]), ...faults]
    }),
    ...(/https?:/.test(elements.flatMap(({ attrs }) => attrs.map(({ value }) => value)).join(' '))
      ? ['an address elsewhere']
      : []),
  ]
}

const findWide = (width: string) => {
  const isPercent = width.endsWith('%')
  const size = Number.parseFloat(width)
  return size >= 0 && size <= (isPercent ? 100 : 600) ? [] : [`width ${width}`]
}
