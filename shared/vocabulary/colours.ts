import { withoutMarks } from '../text/index.ts'

/**
 * Words for a colour in the languages that the multilingual model knows, with their endings: in English, then in all others,
 * without marks. A catalogue's own word for a colour is in the row where it is found, whatever its language.
 */
const COLOURS = [
  [
    'red',
    'rot(?:e[rnsm]?)?|rouges?|roj[oa]s?|ross[oaie]|rode?|rood|vermelh[oa]s?|encarnad[oa]s?|красн\\p{L}+|czerwon\\p{L}+|kirmizi|赤い?|红色?|紅色?|빨간색?|빨강|แดง|สีแดง|احمر|حمراء|אדום|אדומה|אדומים',
  ],
  [
    'blue',
    'blau(?:e[rnsm]?)?|bleue?s?|azul(?:es)?|azzurr[oaie]|blu|blauwe?|син\\p{L}+|голуб\\p{L}+|niebiesk\\p{L}+|mavi|青い?|蓝色?|藍色?|파란색?|파랑|สีน้ำเงิน|น้ำเงิน|ازرق|زرقاء|כחול|כחולה|כחולים',
  ],
  [
    'green',
    'grun(?:e[rnsm]?)?|gruen(?:e[rnsm]?)?|vert(?:e|es|s)?|verdes?|verd[ei]|groene?|зелен\\p{L}+|zielon\\p{L}+|yesil|緑色?|绿色?|綠色?|초록색?|녹색|สีเขียว|เขียว|اخضر|خضراء|ירוק|ירוקה|ירוקים',
  ],
  [
    'black',
    'schwarz(?:e[rnsm]?)?|noire?s?|negr[oa]s?|ner[oaie]|zwarte?|pret[oa]s?|черн\\p{L}+|czarn\\p{L}+|siyah|黒い?|黑色?|검은색?|검정색?|สีดำ|ดำ|اسود|سوداء|שחור|שחורה|שחורים',
  ],
  [
    'white',
    'weiss(?:e[rnsm]?)?|blanc(?:he|hes|s)?|blanc[oa]s?|bianc[oa]|bianchi|bianche|witte?|branc[oa]s?|бел\\p{L}+|bial\\p{L}+|beyaz|白い?|白色|흰색?|하얀색?|สีขาว|ขาว|ابيض|بيضاء|לבן|לבנה|לבנים',
  ],
  [
    'gr[ae]y',
    'grau(?:e[rnsm]?)?|grise?s?|gris(?:es)?|grigi[oae]?|grijze?|grijs|cinzentos?|cinza|сер\\p{L}+|szar\\p{L}+|gri|灰色?|회색|สีเทา|เทา|رمادي|אפור|אפורה',
  ],
  [
    'silver',
    'silbern?(?:e[rnsm]?)?|silber|argent(?:e|es|ee|ees)?|platead[oa]s?|plata|argentat[oaie]|argento|zilver(?:en|kleurig)?|prat(?:a|ead[oa]s?)|серебр\\p{L}+|srebrn\\p{L}+|gumus|銀色?|银色?|은색|สีเงิน|เงิน|فضي|כסוף',
  ],
  [
    'gold(?:en)?',
    'gold(?:e[rnsm]?|farben)?|dore(?:e|s|es)?|dorad[oa]s?|dorat[oaie]|goud(?:en)?|dourad[oa]s?|золот\\p{L}+|zlot\\p{L}+|altin|金色?|금색|สีทอง|ذهبي|זהוב',
  ],
  [
    'yellow',
    'gelb(?:e[rnsm]?)?|jaunes?|amarill[oa]s?|giall[oae]|gialli|gele?|geel|amarel[oa]s?|желт\\p{L}+|zolt\\p{L}+|sari|黄色?い?|黃色?|노란색?|노랑|สีเหลือง|เหลือง|اصفر|صفراء|צהוב|צהובה|צהובים',
  ],
  [
    'orange',
    'orangen?(?:e[rnsm]?)?|oranges|naranjas?|arancion[ei]|oranje|laranjas?|оранжев\\p{L}+|pomaranczow\\p{L}+|turuncu|オレンジ色?|橙色?|주황색?|สีส้ม|برتقالي|כתום|כתומה',
  ],
  [
    'pink',
    'rosa(?:farbene?[rnsm]?)?|roses?|rosad[oa]s?|roze|розов\\p{L}+|rozow\\p{L}+|pembe|ピンク|粉色?|粉红色?|분홍색?|สีชมพู|وردي|ורוד|ורודה',
  ],
  [
    'purple|violet',
    'lila|violett(?:e[rnsm]?)?|violette?s?|morad[oa]s?|viola|paarse?|paars|rox[oa]s?|фиолетов\\p{L}+|fioletow\\p{L}+|mor|紫色?|보라색?|สีม่วง|بنفسجي|סגול|סגולה',
  ],
  [
    'brown',
    'braun(?:e[rnsm]?)?|bruns?|brunes?|marrons?|marron(?:es)?|marron[ei]|bruine?|bruin|castanh[oa]s?|коричнев\\p{L}+|brazow\\p{L}+|kahverengi|茶色?|棕色?|갈색|สีน้ำตาล|بني|חום|חומה',
  ],
  ['beige', 'beiges?|bej|бежев\\p{L}+|bezow\\p{L}+|ベージュ|米色|베이지색?|สีเบจ|بيج|בז'],
] as const
const whole = (words: string) => new RegExp(`^(?:${words})$`, 'u')
const ROWS = COLOURS.map(([english, others]) => whole(`${english}|${others}`))
/** "rode" is Dutch for red, and an English word. */
const ENGLISH = COLOURS.map(([english]) => whole(english))

const rowOf = (bare: string) => ROWS.findIndex(row => row.test(bare))

/** Colours of a catalogue, by their folded text, and which of them a word of a query means; in English, or in any language. */
export type Colours = { find(word: string): string[]; findEnglish(word: string): string[] }

/** @param keys the catalogue's colours, folded; `silver/black` is found by either */
export function makeColours(keys: string[]): Colours {
  const byWord = new Map<string, Set<string>>()
  const byRow = new Map<number, Set<string>>()
  const add = <Key>(to: Map<Key, Set<string>>, at: Key, key: string) => {
    const known = to.get(at) ?? new Set()
    to.set(at, known.add(key))
  }
  for (const key of keys)
    for (const piece of key.split(/[^\p{L}\p{N}]+/u)) {
      if (piece === '') continue
      const bare = withoutMarks(piece)
      add(byWord, bare, key)
      const row = rowOf(bare)
      if (row !== -1) add(byRow, row, key)
    }
  const find = (word: string, row: number) => [...(byWord.get(withoutMarks(word)) ?? byRow.get(row) ?? [])]
  return {
    find: word => find(word, rowOf(withoutMarks(word))),
    findEnglish: word =>
      find(
        word,
        ENGLISH.findIndex(own => own.test(word)),
      ),
  }
}
