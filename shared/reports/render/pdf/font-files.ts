export type FontName = 'regular' | 'bold'

/**
 * Files of the package dejavu-fonts-ttf that PDFs are written with. They have Latin, Greek, Cyrillic, Hebrew and Arabic letters,
 * arrows and signs of currencies; no Chinese, Japanese or Korean, no emoji.
 */
export const FONTS: Record<FontName, string> = {
  regular: 'DejaVuSansCondensed.ttf',
  bold: 'DejaVuSansCondensed-Bold.ttf',
}

export const FONT_FILES: string[] = Object.values(FONTS)
