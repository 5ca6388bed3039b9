import type { Words } from './words.ts'

export const SPANISH: Words = {
  language: 'es',
  roles: {
    ignored:
      'el|la|los|las|lo|pero|un|una|unos|unas|de|del|en|a|al|para|con|sobre|este|esta|estos|estas|por favor|muestra|muestrame|mostrar|muestre|dame|deme|da|lista|dime|digame|quiero|quisiera|ver|saber|conocer|nos|nuestro|nuestra|nuestros|nuestras|se|su|sus|me|que|cual|cuales|cual es|cual fue|cuales son|cuales fueron|como|es|son|fue|fueron|era|eran|ha|han|hemos|hay|hubo|hubimos|habia|tuvo|tuvimos|tenemos|tiene|tienen|tuvieron|hicimos|hizo|total|totales|todo|toda|todos|todas|general|realizado|realizados|realizadas|recibido|recibidos|recibimos|recibio|obtenido|obtuvimos|generado|generados|cifras|cifra|datos|informe|tabla|grafico|solo|solamente|unicamente|actual|actuales|actualmente|ahora|desglosado|desglosadas|desglosados|repartido|distribucion|empresa|tienda|negocio|llegaron|vinieron|ido|fueron las|fueron los|sido|han sido|ha sido|estan|esta',
    by: 'por|segun|ordenado por|ordenados por',
    per: 'por|por cada|para cada|cada|de cada|en cada',
    each: 'cada',
    which: 'que|cual|cuales|en que|de que',
    top: 'top|mejor|mejores|mas|el mas|la mas|los mas|las mas|mayor|mayores|mas alto|mas alta|mas altos|mas altas|mas grande|mas grandes|mas vendido|mas vendidos|mas vendida|mas vendidas|el mas vendido|los mas vendidos|las mas vendidas|se vende mas|se venden mas|mas se vende|mas se venden|mas se vendieron|mas se vendio|se vendio mas|mas fuerte|mas fuertes|mas rapido|principales|mas elevado|mas elevada',
    bottom:
      'peor|peores|menos|el menos|los menos|la menos|las menos|menor|menores|mas bajo|mas baja|mas bajos|mas bajas|mas pequeno|mas pequenos|menos vendido|menos vendidos|menos vendida|menos vendidas|se vende menos|se venden menos|menos se vende|menos se venden|menos se vendieron|peor vendidos|se venden peor|mas debil|mas debiles',
    more: 'mas que|mas que en|mas que el|mas que hace|superior',
    less: 'menos que|menos que en|menos que el|menos que hace|inferior',
    count: 'cuantos|cuantas|numero de|el numero de|cantidad de|numero total de|cantidad total de',
    amount:
      'cuanto|cuanta|importe|importe de|importe de las|importe de los|monto|monto de|valor de las|suma de',
    sold: 'vendido|vendidos|vendida|vendidas|vendimos|vende|venden|vendio|vendieron|vender|vendemos|se vendieron|se vendio|se vende|se venden|compraron|comprado|compro|comprados|compradas|compran|comprar',
    invoiced: 'facturado|facturada|facturados|facturamos|facturo',
    returned:
      'devuelto|devuelta|devueltos|devueltas|devolvieron|devolvio|se devolvieron|se devolvio|fue devuelto',
    ordered: 'se pidio|se encargo',
    compared:
      'mas que|mas que en|mas que el|menos que|menos que en|menos que el|compara|comparar|comparacion|comparado|comparada|comparados|comparadas|comparado con|comparada con|comparados con|comparadas con|en comparacion con|comparacion con|frente a|frente al|respecto a|respecto al|con respecto a|con respecto al|respecto de|respecto del|contra|versus|vs|que|en relacion con',
    share:
      'proporcion|proporcion de|porcentaje|porcentaje de|porcentaje del|por ciento|cuota|cuota de|participacion|participacion de|parte|que parte|que porcentaje|%',
    partOf:
      'corresponde a|corresponden a|corresponde al|proviene de|provienen de|procede de|proceden de|viene de|vienen de|vino de|representa|representan|representaron|corresponde|corresponden|procedian de',
    growth:
      'crecimiento|crecimiento de|crecio|crecieron|crecido|crece|crecen|cambio|cambiaron|cambiado|cambia|aumento|aumentaron|aumentado|incremento|incrementaron|subio|subieron|subido|bajo|bajaron|bajada|disminuyo|disminuyeron|disminucion|variacion|variaron|vario|caida|cayo|cayeron|descenso|descendieron',
    trend:
      'evolucion|evolucion de|evolucion del|evoluciono|evolucionaron|evolucionado|tendencia|tendencias|a lo largo del tiempo|en el tiempo|historico|desarrollo|desarrollado|desarrollaron',
    without:
      'sin|excepto|salvo|menos las|menos los|excluyendo|excluidas|excluidos|exceptuando|a excepcion de|con excepcion de|fuera de|aparte de|no en|no de|no para|no a|no sean|que no sean|que no son|todo menos|todos menos|todo excepto|todos excepto|quitando|sin contar|sin incluir|sin las|sin los',
    not: 'no|ni|nunca|ningun|ninguna|ninguno|nada|tampoco|jamas',
    and: 'and|y|e|o|u|asi como|tambien|ademas|y tambien|tanto',
    cause:
      'por que|porque|razon|razones|motivo|motivos|causa|causas|a causa de|explica|explicar|explicame|debido a',
    future:
      'proximo|proxima|proximos|proximas|manana|pronostico|pronosticos|prevision|previsiones|previsto|previstas|previstos|sera|seran|que viene|venderemos|futuro|futura|futuras|esperado|esperada|esperadas|presupuesto|objetivo|objetivos|proyeccion|va a|vamos a|van a|pasado manana|habra|tendremos|siguiente|siguientes',
    advice:
      'deberiamos|deberia|debemos|debe|recomienda|recomiendas|recomendar|recomendacion|consejo|aconsejas|sugerencia|mejorar|hay que|conviene',
    person:
      'quien|quienes|nombre|nombres|correo|email|direccion|direcciones|telefono|cumpleanos|fecha de nacimiento|edad|edades|genero|sexo|hombres|mujeres|salario|casados|hijos|persona|personas|senor|senora|cliente llamado|clienta',
    limit:
      'al menos|por lo menos|como minimo|como maximo|a lo sumo|mas de|menos de|superior a|superiores a|inferior a|inferiores a',
    average: 'promedio|media|medio|medios|medias|en promedio|de media|mediana|por termino medio',
  },
  times: {
    filler: 'en|de|del|el|la|los|las|al|para|durante|a lo largo de|a|estos',
    last: 'ultimo|ultima|ultimos|ultimas|pasado|pasada|pasados|pasadas',
    previous: 'anterior|anteriores|previo|previa|precedente',
    this: 'este|esta',
    current: 'actual|en curso|corriente|presente',
    beforeLast: 'antepasado|penultimo|penultima',
    agoBefore: 'hace',
    since: 'desde|a partir de|a partir del|desde el|desde principios de',
    until: 'hasta|hasta el|hasta finales de|hasta fin de',
    before: 'antes de|antes del|anterior a',
    after: 'despues de|despues del|tras',
    between: 'entre|entre el',
    from: 'de|del|desde|desde el',
    to: 'a|al|hasta|hasta el|y|y el',
    today: 'hoy',
    yesterday: 'ayer',
    dayBefore: 'anteayer|antier|antes de ayer',
    monthToDate: 'en lo que va de mes|en lo que va del mes|desde principio de mes',
    quarterToDate: 'en lo que va de trimestre|en lo que va del trimestre',
    weekToDate: 'en lo que va de semana|en lo que va de la semana',
    yearToDate:
      'en lo que va de ano|en lo que va del ano|lo que va de ano|lo que va del ano|desde principios de ano|desde principio de ano|desde comienzo de ano|desde el comienzo del ano|desde el inicio del ano',
    soFar: 'hasta ahora|hasta hoy|hasta la fecha',
    same: 'mismo|misma|mismos|mismas|el mismo|la misma',
    dayAgo: 'dia anterior|el dia anterior|vispera',
    weekAgo: 'semana anterior|la semana anterior',
    monthAgo: 'mes anterior|el mes anterior|hace un mes',
    quarterAgo: 'trimestre anterior|el trimestre anterior|hace un trimestre',
    yearAgo:
      'ano anterior|el ano anterior|hace un ano|un ano antes|un ano atras|mismo periodo del ano anterior|mismo periodo del ano pasado|mismo mes del ano anterior|mismo mes del ano pasado|mismos meses del ano pasado|mismos meses del ano anterior|mismo trimestre del ano pasado|mismo trimestre del ano anterior|misma semana del ano pasado|misma epoca del ano pasado',
    periodAgo: 'periodo anterior|periodo previo',
  },
  units: {
    day: 'dia|dias',
    week: 'semana|semanas',
    month: 'mes|meses',
    quarter: 'trimestre|trimestres',
    half: 'semestre|semestres',
    year: 'ano|anos',
  },
  adverbs: {
    day: 'diario|diaria|diarios|diarias|diariamente|dia a dia',
    week: 'semanal|semanales|semanalmente',
    month: 'mensual|mensuales|mensualmente|mes a mes',
    quarter: 'trimestral|trimestrales|trimestralmente',
    year: 'anual|anuales|anualmente',
  },
  months: [
    'enero|ene',
    'febrero|feb',
    'marzo|mar',
    'abril|abr',
    'mayo|may',
    'junio|jun',
    'julio|jul',
    'agosto|ago',
    'septiembre|setiembre|sep|sept',
    'octubre|oct',
    'noviembre|nov',
    'diciembre|dic',
  ],
  numbers: [
    'un|una|uno',
    'dos',
    'tres',
    'cuatro',
    'cinco',
    'seis',
    'siete',
    'ocho',
    'nueve',
    'diez',
    'once',
    'doce',
  ],
  ordinals: ['primer|primero|primera|1er', 'segundo|segunda', 'tercer|tercero|tercera|3er', 'cuarto|cuarta'],
  weekNumber: 'semana|semana numero',
}
