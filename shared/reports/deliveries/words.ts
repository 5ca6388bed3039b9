import type { Language } from '../facts.ts'

type Words = {
  /** Below a mail: why it came, and how it ends. */
  why(delivery: string): string
  unsubscribe: string
  open: string
  /** The page of the link. */
  ask(delivery: string): string
  left(delivery: string): string
  stays(delivery: string): string
  leave: string
  again: string
}

export const WORDS: Record<Language, Words> = {
  en: {
    why: delivery => `You get this report by the delivery “${delivery}”.`,
    unsubscribe: 'Unsubscribe',
    open: 'Open the report',
    ask: delivery => `Do you want to get no more reports of “${delivery}”?`,
    left: delivery => `You get no more reports of “${delivery}”.`,
    stays: delivery => `You get the reports of “${delivery}” again.`,
    leave: 'Unsubscribe',
    again: 'Subscribe again',
  },
  de: {
    why: delivery => `Sie erhalten diesen Bericht durch den Versand „${delivery}“.`,
    unsubscribe: 'Abbestellen',
    open: 'Bericht öffnen',
    ask: delivery => `Möchten Sie keine Berichte von „${delivery}“ mehr erhalten?`,
    left: delivery => `Sie erhalten keine Berichte von „${delivery}“ mehr.`,
    stays: delivery => `Sie erhalten die Berichte von „${delivery}“ wieder.`,
    leave: 'Abbestellen',
    again: 'Wieder bestellen',
  },
  fr: {
    why: delivery => `Vous recevez ce rapport par l’envoi « ${delivery} ».`,
    unsubscribe: 'Se désabonner',
    open: 'Ouvrir le rapport',
    ask: delivery => `Ne plus recevoir les rapports de « ${delivery} » ?`,
    left: delivery => `Vous ne recevez plus les rapports de « ${delivery} ».`,
    stays: delivery => `Vous recevez de nouveau les rapports de « ${delivery} ».`,
    leave: 'Se désabonner',
    again: 'Se réabonner',
  },
  es: {
    why: delivery => `Recibe este informe por el envío «${delivery}».`,
    unsubscribe: 'Darse de baja',
    open: 'Abrir el informe',
    ask: delivery => `¿No quiere recibir más informes de «${delivery}»?`,
    left: delivery => `Ya no recibe los informes de «${delivery}».`,
    stays: delivery => `Vuelve a recibir los informes de «${delivery}».`,
    leave: 'Darse de baja',
    again: 'Suscribirse de nuevo',
  },
}
