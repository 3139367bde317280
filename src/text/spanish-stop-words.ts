/** Spanish words that carry grammar, with and without their accents. */
export const spanishStopWords: readonly string[] = `
  a al algo algún alguna algunas alguno algunos ambos ante antes aquel aquella aquellas aquello aquellos aquí así aun aunque
  aún bajo cada casi como con contra cual cuál cuales cuáles cualquier cuando cuándo cuanto cuánto de del desde donde dónde
  durante e el él ella ellas ello ellos en entre era eran eras eres es esa esas ese eso esos esta está estaba estaban estamos
  están estar estas estás este esto estos estoy fue fueron fui ha había habían han has hasta hay he hemos la las le les lo los
  más me mi mí mientras mis mucho muy nada ni no nos nosotras nosotros nuestra nuestras nuestro nuestros o os otra otras otro
  otros para pero poco por porque qué que quien quién quienes se sea sean según ser si sí sido sin sobre sois son soy su sus
  también tampoco tan tanto te tenemos tener tengo ti tiene tienen todo todos tu tú tus un una unas uno unos vosotros vuestra
  vuestro y ya yo
`
  .trim()
  .split(/\s+/);
