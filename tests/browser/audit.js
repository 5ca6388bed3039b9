/** Evaluated in the page: what is wrong with it for people who see little, use no mouse, or listen to it. */
;(() => {
  const problems = []
  const note = (rule, element, what = '') => {
    const { tagName, id, className } = element
    const name = `${tagName.toLowerCase()}${id ? `#${id}` : ''}${typeof className === 'string' && className ? `.${className}` : ''}`
    problems.push(`${rule}: ${name} “${(element.textContent ?? '').trim().slice(0, 40)}” ${what}`)
  }
  const isShown = element => {
    if (!element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) return false
    const { width, height } = element.getBoundingClientRect()
    return width > 1 && height > 1
  }

  const canvas = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true })
  /** Any CSS colour as red, green, blue and opacity. */
  const toColor = text => {
    canvas.clearRect(0, 0, 1, 1)
    canvas.fillStyle = text
    canvas.fillRect(0, 0, 1, 1)
    const [red, green, blue, alpha] = canvas.getImageData(0, 0, 1, 1).data
    return [red, green, blue, alpha / 255]
  }
  const over = ([r, g, b, alpha], [r2, g2, b2]) => [
    r * alpha + r2 * (1 - alpha),
    g * alpha + g2 * (1 - alpha),
    b * alpha + b2 * (1 - alpha),
    1,
  ]
  const backgroundOf = element => {
    if (!element) return toColor('canvas')
    const own = toColor(getComputedStyle(element).backgroundColor)
    return own[3] === 1 ? own : over(own, backgroundOf(element.parentElement))
  }
  const opacityOf = element =>
    element ? Number(getComputedStyle(element).opacity) * opacityOf(element.parentElement) : 1
  const luminance = color => {
    const [r, g, b] = color.slice(0, 3).map(part => {
      const share = part / 255
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  const contrast = (a, b) => {
    const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y)
    return (high + 0.05) / (low + 0.05)
  }

  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement
    if (texts.currentNode.nodeValue.trim() === '' || !isShown(element)) continue
    if (element.closest('[aria-hidden="true"], :disabled, title, option')) continue
    const style = getComputedStyle(element)
    const background = backgroundOf(element)
    const [r, g, b, alpha] = toColor(element instanceof SVGElement ? style.fill : style.color)
    const ratio = contrast(over([r, g, b, alpha * opacityOf(element)], background), background)
    const size = Number.parseFloat(style.fontSize)
    const least = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700) ? 3 : 4.5
    if (ratio < least) note('contrast', element, `${ratio.toFixed(2)} of ${least}`)
  }
  for (const field of document.querySelectorAll('input:not([type=checkbox]), select')) {
    if (!isShown(field)) continue
    const edge = toColor(getComputedStyle(field).borderTopColor)
    const ratio = contrast(edge, backgroundOf(field.parentElement))
    if (ratio < 3) note('edge', field, ratio.toFixed(2))
  }

  const ids = [...document.querySelectorAll('[id]')]
  for (const element of ids)
    if (ids.filter(({ id }) => id === element.id).length > 1) note('two of one id', element)
  for (const attribute of ['aria-controls', 'aria-labelledby', 'aria-describedby', 'aria-activedescendant'])
    for (const element of document.querySelectorAll(`[${attribute}]`))
      for (const id of element.getAttribute(attribute).split(/\s+/))
        if (!document.getElementById(id)) note(`${attribute} names nothing`, element, id)

  const interactive = 'a[href], button, input, select, textarea, summary, [role=option]'
  for (const element of document.querySelectorAll(interactive))
    if (element.parentElement.closest(interactive)) note('a control within another', element)
  for (const item of document.querySelectorAll('li'))
    if (!item.parentElement.matches('ul, ol')) note('an item without a list', item)
  for (const list of document.querySelectorAll('ul, ol'))
    if ([...list.children].some(child => child.tagName !== 'LI')) note('a list of other than items', list)
  for (const option of document.querySelectorAll('[role=option]'))
    if (!option.closest('[role=listbox]')) note('an option without a list', option)
  for (const image of document.querySelectorAll('img:not([alt])')) note('an image without a text', image)
  for (const element of document.querySelectorAll('[tabindex]'))
    if (element.tabIndex > 0) note('an order of its own', element)

  let level = 0
  for (const heading of [...document.querySelectorAll('h1, h2, h3, h4, h5, h6')].filter(isShown)) {
    const own = Number(heading.tagName[1])
    if (own > level + 1) note('a heading too deep', heading, `after h${level}`)
    level = own
  }
  for (const [what, selector] of Object.entries({ 'one h1': 'h1', 'one main': 'main' }))
    if (document.querySelectorAll(selector).length !== 1) problems.push(`not ${what}`)
  if (!document.documentElement.lang || !document.title) problems.push('no language or no title')
  return [...new Set(problems)]
})()
