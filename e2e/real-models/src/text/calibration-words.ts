/** What calibration pages and lines say: none of it is in the test pages. */
export const calibrationWords: readonly string[] = (
  'autumn market|Station Hotel|Deliveries|closed Monday|Harbour View|fresh bread|9 to 5|Pier 21|notice board|' +
  'Exit 14|Ground floor|Tickets|Bus 38|please ring|No. 56|Spring Fair|Ask inside|Wet paint|Bakery|since 1924|' +
  'open late|Second-hand books|Rooms to let|Keep clear|Way in|EUR 8.90|2030-01-31|tel. 555 0199|Mrs. Okoye|B2-771'
).split('|');
