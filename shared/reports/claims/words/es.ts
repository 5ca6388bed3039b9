import type { Words } from './words.ts'

export const ES: Words = {
  months: [
    'enero|ene',
    'febrero|feb',
    'marzo|mar',
    'abril|abr',
    'mayo|may',
    'junio|jun',
    'julio|jul',
    'agosto|ago',
    'septiembre|setiembre|sept|sep',
    'octubre|oct',
    'noviembre|nov',
    'diciembre|dic',
  ],
  rangeBefore: 'del|de|entre|entre el|desde el|desde',
  rangeBetween: 'al|a|y|y el|hasta el|hasta',
  datePart: 'de|del',
  quarterNames: ['primer|primero|1.º|1er', 'segundo|2.º|2º', 'tercer|tercero|3.º|3er', 'cuarto|4.º|4º'],
  quarter: 'trimestre',
  week: 'semana',
  weekOf: 'semana del|semana desde el|semana que empieza el',
  year: 'en|año|el año|durante|para|de',

  numbers:
    'cero=0|dos=2|tres=3|cuatro=4|cinco=5|seis=6|siete=7|ocho=8|nueve=9|diez=10|once=11|doce=12|trece=13|catorce=14|quince=15|dieciséis=16|diecisiete=17|dieciocho=18|diecinueve=19|veinte=20|treinta=30|cuarenta=40|cincuenta=50|sesenta=60|setenta=70|ochenta=80|noventa=90',
  scales: {
    '100': 'cien|ciento|cientos',
    '1000': 'mil|k',
    '1000000': 'millón|millones|m|mill.|mio',
    '1000000000': 'mil millones|mm',
    '1000000000000': 'billón|billones',
  },
  percent: '%|por ciento|por cien',
  points: 'puntos porcentuales|punto porcentual|puntos|punto|p.p.|pp|puntos de porcentaje',
  currencies: {
    USD: 'dólares|dólar|dólares estadounidenses',
    EUR: 'euros|euro',
    GBP: 'libras|libras esterlinas',
    CHF: 'francos|francos suizos',
    JPY: 'yenes|yen',
  },
  units: 'unidades|unidad|piezas|pieza',
  days: 'días|día',

  neutral: `términos|en términos de|en lo referente a|respecta|equivalente|equivalentes|equivalen|equivalía|correspondientes|correspondiente|se recibieron|se registraron|se contabilizaron|contabilizó|contabilizaron|contabilizados|anotó|anotaron|arrojó|arrojaron|experimentó|experimentaron|observó|se observó|se observa|reflejó|reflejan|refleja|se coloca|colocó|se colocó|se colocaron|situándose|quedando|llegando|logrando|obteniendo|generando|registrando|con un|con una|implica|implicó|significa|significó|constata|se vendieron|se hicieron|se realizaron|a su vez|por su parte|en ese período|en este período|en dicho período|dicho período|en el período analizado|mercancía|clasificado|clasificada|posicionó|se posicionó|figura|figuran|representativo|se generaron|acumuló|acumularon|recaudó|recaudaron|consiguió|consiguieron|contabilidad|lo cual|cuyos|cuyas|aportando en total|en valor|el valor|se trata de|corresponde|estuvo|estuvieron|compró|comprado|se vendió|supone|lo que|ocupa|ocupan|ocupó|ocuparon|puesto|posición|lugar|clasificó|se clasificó|ocupando|el|la|los|las|lo|al|en el|en la|en los|en las|por|para|con|ha|han|había|sido|su|sus|este|esta|estos|estas|ese|esa|eso|esto|se|le|les|quien|cual|cuyo|cuya|período|periodo|en el período|en el periodo|durante|durante el período|durante el periodo|cifra|cifras|número|números|importe|valor|valores|nivel|cantidad|también|aquí|allí|dentro|sobre|registró|registraron|registrado|registrados|registradas|registra|registran|generados|genera|generan|obtuvo|obtuvieron|obtenido|logró|lograron|realizó|realizaron|realizados|realizadas|recibidos|recibieron|recibió|hubo|facturaron|facturados|facturadas|facturado|ingresaron|mostró|mostraron|muestra|presentó|tuvo|tuvieron|tiene|tienen|empresa|negocio|tienda|informe|contó|contaron|decir|es decir|esto es|o sea|siendo|estando|ser|estar|está|están|mismo período|mismo periodo|aquel|aquella|aquellos|medido|expresado|pasó|pasaron|pasando|pasa|pasan|ha pasado|han pasado|vio|vieron|ver|dejando|cuanto|entre ellos|en cuanto a|en lo que respecta a|sumando en conjunto|tramitaron|tramitados|hechos|vendieron|vendió|un valor`,
  article: 'un|una|uno',
  and: 'además|asimismo|junto con|a la vez que|igualmente|se compone de|se componen de|compuesta de|compuesto de|se descompone en|o|y|e|así como|&|además de',
  contrast:
    'al mismo tiempo|si bien|por contra|mas|empero|contrariamente|por otro lado|por otra parte|pero|mientras|mientras que|aunque|sin embargo|no obstante|en cambio|por el contrario',
  by: 'en un|en una|en unos',
  of: 'de|del|de la|de los|de las|en',
  level: `cerró en|cerraron en|se colocó en|se colocaron en|situándose en|alcanzaron un total de|alcanzó un total de|ascendiendo a|llegando a|quedando en|se quedó en|se quedaron en|totalizando|sumando|hasta los|por un total de|por un valor de|por valor de|por importe de|de un total de|hasta las|a|hasta|alcanzó|alcanzaron|alcanza|alcanzan|alcanzando|ha alcanzado|han alcanzado|llegó a|llegaron a|llega a|llegan a|se situó en|se situaron en|se sitúa en|se sitúan en|se ubicó en|se ubicaron en|equivale a|quedó en|quedaron en|para alcanzar|hasta alcanzar|hasta llegar a|hasta situarse en|para un total de|un total de|con|estuvo en|estuvieron en|haber alcanzado`,
  is: 'fue de|fueron de|es de|son de|era de|eran de|fue|fueron|era|eran|ascendió a|ascendieron a|asciende a|ascienden a|sumó|sumaron|suma|suman|totalizó|totalizaron|totaliza|se elevó a|se elevaron a|se elevan a|se cifró en|se cifraron en|ha sido de|han sido de|es|son',
  remain:
    'se mantuvo|se mantuvieron|se mantiene|se mantienen|permaneció|permanecieron|permanece|permanecen|se mantuvo en|se mantuvieron en|quedó igual',
  from: 'desde',
  compare: `en contraste con|comparándolo con|comparados con el|comparado con el|comparado con la|comparada con la|en comparación a|frente a lo|frente a los del|frente al de|respecto al de|respecto a los del|con relación a|con relación al|sobre los del|contra el|versus el|frente a|frente al|frente a la|frente a las|frente a los|respecto a|respecto al|respecto a la|respecto a los|respecto a las|respecto de|respecto del|con respecto a|con respecto al|con respecto a la|con respecto a las|en comparación con|en comparación con el|en comparación con la|comparado con|comparada con|comparados con|comparadas con|en relación con|en relación con el|en relación a|en relación al|contra|versus|vs.|que en|que el|que la|que lo|que en el|que en la|que en los|que en las`,
  relative: 'sobre el|sobre la|a lo|a la|al|que',
  share: `una cuota|su cuota|cuota de|el porcentaje|peso|peso de|una participación|participación de|de los ingresos totales|de las ventas totales|sobre el total|del global|cuota|porción|proporción|participación|parte de|una parte|porcentaje|del total|del conjunto|de todo el|representó|representaron|representa|representan|representando|supuso|supusieron|supone|suponen|suponiendo|constituyó|constituyeron|constituye|constituyen|equivale al|equivalió al|correspondió a|correspondieron a|corresponde a|corresponden a|correspondió|correspondieron`,
  total: 'en total|total|totales|en conjunto|conjunto|globalmente|global|en general|en su conjunto',
  cause: `a raíz de|a raíz del|en virtud de|fruto de|fruto del|resultado de|producto de|producto del|derivado de|derivada de|derivados de|propiciado por|propiciada por|favorecido por|favorecida por|favorecidos por|alentado por|respaldado por|respaldada por|como resultado de|se explica gracias a|obedece a|obedeció a|responde a|respondió a|viene dado por|apoyados en|apoyado en|animados por|originado por|originada por|porque|debido a|debido al|debido a la|debido a los|debido a las|debida a|debida al|debidas a|gracias a|gracias al|gracias a la|gracias a los|gracias a las|a causa de|a causa del|por causa de|impulsado por|impulsada por|impulsados por|impulsadas por|se debe a|se debió a|se debieron a|se debió al|se debe al|causado por|causada por|provocado por|provocada por|como consecuencia de|a consecuencia de|por efecto de|por efecto del|por el efecto|explicado por|explicada por|se explica por|se explican por|motivado por|motivada por|atribuible a|atribuible al|resultó de|ya que|pues|puesto que|dado que|motor|causa|razón|apoyado por|apoyada por|sostenido por|arrastrado por|arrastrada por`,
  origin:
    'provino de|provinieron de|proviene de|provienen de|procedió de|procede de|proceden de|procedieron de|procedente de|procedentes de|vino de|vinieron de|viene de|vienen de|provenía de|provenían de|vino|vinieron|provino|provinieron|proviene|provienen|procede|proceden|procedió|procedieron',
  drives:
    'impulsaron|impulsó|provocaron|provocó|causaron|causó|explican|explica|llevaron a|llevó a|hicieron|generaron un|hizo|motivaron|motivó',
  offset: 'parcialmente compensado por|frenado por|frenados por|compensado por|a pesar de',
  movement: 'evolución|variación|variaron|varió|cambio|cambios|cambió|diferencia|efecto|efectos|desviación',
  after: 'tras|después de',
  thus: 'así|entonces|por tanto',
  contribute:
    'contribuyó|contribuyeron|contribuye|contribuyen|contribución|aportó|aportaron|aporta|aportan|aportación|aportación de|contribución de|aportando|añadió|añadieron',
  most: 'la mayoría|la mayoría de|la mayoría del|mayoría|la mayor parte|mayor parte|la mayor parte de|la mayor parte del|más de la mitad|el grueso',
  slight: 'ligeramente|un poco|leve|levemente|ligero|ligera|algo',
  followed: 'seguido de|seguida de|seguidos de|seguidas de|seguido por|seguida por|luego',
  licensed: {
    end: 'a finales de|finales de|al final de|a fines de|al cierre de|al término de',
    short:
      'tenían existencias para menos de cuatro semanas|tenía existencias para menos de cuatro semanas|tenían menos de cuatro semanas de existencias|tenía menos de cuatro semanas de existencias|existencias para menos de cuatro semanas|menos de cuatro semanas de existencias|con existencias para menos de cuatro semanas',
    stock_share: 'de todas|de todas las existencias|del total de las existencias|de las existencias totales',
    band: 'dentro de la banda|en la banda',
    usual:
      'se esperan cuatro de cada cinco|se esperaban cuatro de cada cinco|lo esperado son cuatro de cada cinco',
    sells: 'se venden|se vende|se vendían',
    first: 'por primera vez|primera vez|nuevo|nueva|primera compra',
    nothing: 'no compró nada|nada comprado|ninguna compra|no ha comprado nada|no realizó compras',
    idle: 'sin existencias|estaban agotados|estaba agotado|está agotado|estaban sin existencias|agotado|agotada|sin stock',
  },
  partial:
    'hasta ahora|hasta el momento|hasta la fecha|incompleto|incompleta|parcial|provisional|todavía incompleto|todavía incompleta|aún incompleto',
  future:
    'será|serán|debería|deberían|sería|serían|va|van|podría|podrían|espera|esperan|se espera|probablemente|prevé|puede|pueden|subirá|crecerá|bajará|caerá|alcanzará',
  refused: {
    negation: 'no|ningún|ninguno|ninguna|nunca|nada|sin|ni|jamás|apenas|tampoco|nadie',
    quantifier:
      'todo|toda|todos|todas|cada|solo|sólo|solamente|únicamente|exclusivamente|único|única|varios|varias|algunos|algunas|otros|otras|otro|otra|resto|salvo|excepto|doble|triple|veces|entero|entera|enteramente|completamente|muchos|pocos',
    superlative:
      'el más bajo|la más baja|el menor|la menor|los menores|último|última|últimos|últimas|peor|mínimo|récord|el más pequeño|la más pequeña',
    order: 'respectivamente|viceversa',
    judgement:
      'fuerte|fuertemente|bueno|buena|buen|malo|mala|mal|decepcionante|excelente|notable|sólido|sólida|impresionante|significativo|significativa|significativamente|considerablemente|disparó|desplomó|robusto',
  },

  up: `crecer|aumentar|subir|incrementar|incrementarse|incrementándose|incrementaron en|avanzar|superar|repunte|repuntó|repuntaron|repuntar|progresó|progresaron|ascendente|positivo|positiva|positivos|positivas|a más|se incrementa|incrementa|ampliaron|amplió|acrecentó|se acrecentó|aumentó|aumentaron|aumenta|aumentan|aumentado|aumento|un aumento|aumentando|aumentos|creció|crecieron|crece|crecen|crecido|creciendo|crecimiento|subió|subieron|sube|suben|subido|subida|una subida|subiendo|incrementó|incrementaron|incremento|un incremento|incrementado|se incrementó|se incrementaron|ganó|ganaron|avance|avanzó|avanzaron|más|mayor|mayores|superior|superiores|más alto|más alta|más altos|más altas|más elevado|más elevada|alza|al alza|en alza|encima|se elevó|se elevaron|ascenso`,
  down: `bajar|caer|disminuir|descender|reducir|reducirse|retroceder|retroceso del|negativo|negativa|negativos|negativas|se contrajo|se contrajeron|contracción|se contrae|a menos|minoró|minoraron|cedió|cedieron|recorte|aminoró|se reduce|reduce|reduciéndose|descendente|restó|restaron|recortó|recortaron|redujeron|disminuyó|disminuyeron|disminuye|disminuyen|disminuido|disminución|una disminución|bajó|bajaron|baja|bajan|bajado|bajada|una bajada|a la baja|bajando|cayó|cayeron|cae|caen|caído|caída|una caída|cayendo|descendió|descendieron|desciende|descienden|descendido|descenso|un descenso|descendiendo|redujo|redujeron|se redujo|se redujeron|reducción|reducido|retrocedió|retrocedieron|retroceso|perdió|perdieron|menos|menor|menores|inferior|inferiores|más bajo|más baja|más bajos|más bajas|por debajo|debajo|decreció|decrecieron`,
  same: 'manteniéndose|se mantuvo igual que|se mantuvieron igual|el mismo nivel|al mismo nivel que|idéntico|idéntica|idénticos|invariables|sin variaciones|se estabilizó|se estabilizaron|estabilidad|igual a|lo mismo que|tanto como|igual que|lo mismo que en|sin cambios|sin cambio|sin variación|estable|estables|se mantuvo estable|se mantuvieron estables|se mantiene estable|permaneció estable|permanecieron estables|permaneció igual|igual|iguales|igual que|constante|constantes|permaneció constante|quedó igual|se mantuvo sin cambios|se mantuvieron sin cambios|permaneció sin cambios|permanecieron sin cambios|se mantuvo igual|se mantuvo constante|se mantuvieron constantes|invariable|al mismo nivel',
  particles: [],
  bases: {
    previous:
      'período anterior|periodo anterior|el período anterior|el periodo anterior|período previo|periodo previo|período precedente|periodo precedente|anterior|el anterior',
    year_ago:
      'año anterior|el año anterior|año previo|año precedente|un año antes|hace un año|año pasado|el año pasado|mismo período del año anterior|mismo periodo del año anterior|mismo período de un año antes|mismo periodo de un año antes|mismo período un año antes|mismo periodo un año antes|mismo período del año pasado|mismo periodo del año pasado|mismo período de hace un año|mismo periodo de hace un año|mismas semanas del año anterior|mismas semanas de un año antes|mismas semanas de hace un año|mismo mes del año anterior|mismo mes de hace un año|mismo trimestre del año anterior|misma semana del año anterior|interanual|en términos interanuales|en tasa interanual|período equivalente del año anterior|periodo equivalente del año anterior|año antes|doce meses antes|mismas semanas un año antes',
    forecast:
      'previsión|la previsión|previsiones|lo previsto|previsto|prevista|pronóstico|el pronóstico|lo pronosticado|pronosticado|lo esperado|esperado|se había previsto|estaba previsto|valor previsto',
    day: '{n} días anteriores|{n} días previos|{n} días antes|día anterior|el día anterior|día previo|un día antes|víspera|día de antes',
    week: '{n} semanas anteriores|{n} semanas previas|{n} semanas antes|{n} semanas precedentes|semana anterior|la semana anterior|semana previa|una semana antes|semana precedente|semana de antes',
    month:
      '{n} meses anteriores|mes anterior|el mes anterior|mes previo|un mes antes|mes precedente|mes de antes',
    quarter:
      'trimestre anterior|el trimestre anterior|trimestre previo|un trimestre antes|trimestre precedente',
    year: '',
  },
  beforeBases: [
    '',
    'el ',
    'la ',
    'los ',
    'las ',
    'en el ',
    'del ',
    'de las ',
    'de la ',
    'al del ',
    'en las ',
  ],
  grains: {
    day: 'en el día|en {n} días|los {n} días|estos {n} días|durante {n} días',
    week: 'en la semana|en {n} semanas|las {n} semanas|estas {n} semanas|durante {n} semanas',
    month: 'en el mes|en {n} meses|los {n} meses|estos {n} meses|durante el mes',
    quarter: 'en el trimestre|durante el trimestre',
    year: 'en el año|durante el año',
  },
  ranks: {
    1: 'el más|la más|los más|las más|el mayor|la mayor|los mayores|las mayores|el más alto|la más alta|el más elevado|la más elevada|el más grande|la más grande|primer|primero|primera|en primer lugar|primer lugar|primer puesto|en primera posición|primera posición|el primer puesto|ocupó el primer lugar|número uno|lideró|lideraron|líder|encabezó|encabeza|encabezaron|a la cabeza|lidera|la primera|el primero',
    2: 'segundo|segunda|en segundo lugar|segundo lugar|segundo puesto|en segunda posición|segunda posición|el segundo mayor|la segunda mayor|el segundo más alto|la segunda más alta|número dos|el segundo puesto|el segundo lugar|la segunda|el segundo',
    3: 'tercero|tercera|tercer|en tercer lugar|tercer lugar|tercer puesto|en tercera posición|tercera posición|el tercer mayor|la tercera mayor|el tercero más alto|el tercer más alto|número tres|el tercer puesto|el tercer lugar|la tercera|el tercero',
    4: 'cuarto|cuarta|en cuarto lugar|cuarto lugar|cuarto puesto|en cuarta posición|cuarta posición|la cuarta mayor|el cuarto mayor|el cuarto lugar|el cuarto puesto',
    5: 'quinto|quinta|en quinto lugar|quinto lugar|quinto puesto|en quinta posición|quinta posición|la quinta mayor|el quinto mayor|el quinto lugar|el quinto puesto',
  },
  rankOf:
    'rango {n}|puesto {n}|número {n}|nº {n}|n.º {n}|lugar {n}|posición {n}|el puesto {n}|puesto número {n}',
  fractions: [
    { words: 'mitad|la mitad', percent: 50, direction: null },
    { words: 'un tercio|una tercera parte', percent: 100 / 3, direction: null },
    { words: 'dos tercios|dos terceras partes', percent: 200 / 3, direction: null },
    { words: 'un cuarto del|una cuarta parte', percent: 25, direction: null },
    { words: 'tres cuartos|tres cuartas partes', percent: 75, direction: null },
    { words: 'una quinta parte|un quinto', percent: 20, direction: null },
    { words: 'una décima parte|un décimo', percent: 10, direction: null },
    {
      words: 'se duplicó|se duplicaron|duplicó|duplicaron|duplicado|se ha duplicado',
      percent: 100,
      direction: 'up',
    },
    { words: 'se triplicó|se triplicaron|triplicó|triplicaron|triplicado', percent: 200, direction: 'up' },
    { words: 'se cuadruplicó|cuadruplicó', percent: 300, direction: 'up' },
  ],
  above:
    'más alto que|más alta que|más altos que|mayor que|mayores que|superiores en|por encima de|por encima del|por encima de la|superó|superaron|supera|superan|superior a|superiores a|superior al|superiores al|superiores a los|superiores a las|superior a la',
  below:
    'más bajo que|más baja que|más bajos que|menor que|menores que|inferiores en|por debajo de|por debajo del|por debajo de la|inferior a|inferiores a|inferior al|inferiores al|inferiores a los|inferiores a las|inferior a la',
  more: 'más de|más del',
  less: 'menos de|menos del',
  about: 'aproximadamente|alrededor de|unos|unas|cerca de|en torno a|en torno al|cerca del|alrededor del',
  almost: 'casi|algo menos de|poco menos de|un poco menos de',
  over: 'algo más de|poco más de|un poco más de|por encima de los|al menos',
  drivers: {
    price: 'precio|precios|efecto precio|efecto de precio|efecto de los precios|efecto precios',
    volume:
      'la cantidad vendida|cantidad vendida|cantidades vendidas|volumen|volúmenes|efecto volumen|efecto de volumen|efecto del volumen|cantidades',
    mix: 'la selección de productos|selección de productos|surtido|mix|efecto mix|efecto de mix|mezcla|composición|efecto de la mezcla|mezcla de productos',
  },
  dimensions: {
    client: 'cliente|clientes|clienta',
    category: 'categoría|categorías',
    subcategory: 'subcategoría|subcategorías',
    product: 'producto|productos|artículo|artículos',
    region: 'región|regiones|territorio|territorios',
    country: 'país|países',
    segment: 'segmento|segmentos|segmento de clientes|segmentos de clientes',
    color: 'color|colores',
    location: 'almacén|almacenes|ubicación',
    transporter: 'transportista|transportistas',
    occupation: 'ocupación|profesión|ocupaciones',
    order_status: 'estado|estado del pedido',
  },
  measures: {
    products_out_of_stock: 'productos que se venden|producto que se vende',
    products_short_of_stock: 'productos|producto|artículos',
    units_per_day: 'al día|por día|cada día|diarias|diarios',
    stock: 'quedan|queda|en existencias|en stock|restantes',
    days_of_stock: 'suficientes para|suficiente para|lo que basta para|bastantes para|que bastan para',
    stock_cost: 'que costaron|que costó|costaron|costó|con un coste de',
    dead_stock_cost: 'existencias que ya no se venden|costaron|costó',
    units_sold_in_stock: 'se vendieron|se vendió|vendidas|unidades vendidas en días con existencias',
    within_band: 'de todos los días de todos los productos|de los días de todos los productos',
    days_out_of_stock: 'sin existencias|agotado|sin stock',
    revenue:
      'generó|generaron|ingresó|facturó|generado|ingresos|ventas|facturación|ingreso|cifra de negocio|cifra de ventas|importe de ventas',
    units_sold:
      'ventas|unidades vendidas|cantidad vendida|piezas vendidas|vendidas|vendidos|unidades|artículos vendidos|número de unidades vendidas|unidad vendida',
    orders:
      'volumen de pedidos|cantidad de pedidos|número total de pedidos|pedidos|pedido|número de pedidos|órdenes',
    buyers:
      'cantidad de compradores|número total de compradores|compradores|clientes|comprador|cliente|número de compradores|número de clientes',
    revenue_per_order:
      'ingresos por pedido|ticket medio|valor medio del pedido|valor medio por pedido|ventas por pedido|importe medio por pedido',
    revenue_per_unit:
      'precio|precios|ingresos por unidad|precio medio|precio medio por unidad|ventas por unidad',
    returned_amount:
      'devoluciones|importe devuelto|devuelto|valor de las devoluciones|reembolsos|importe de las devoluciones',
    units_returned: 'unidades devueltas|piezas devueltas|artículos devueltos|cantidad devuelta',
    ordered_amount: 'pedidos recibidos|importe pedido|importe de los pedidos|valor de los pedidos',
    searches: 'búsquedas|búsqueda',
  },
  endings: { measure: 's|es', entity: '' },
}
