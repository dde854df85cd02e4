/** What the recognizer is asked to read: words, names, capitals, prices, dates, times, codes, addresses. */
const LINES = `
Lantern|quiet harbor|Blue Ridge|window seat|Maple Street|GARDEN|Northbound|paper boat|Silver|thunder
copper kettle|Winter Sale|OPEN DAILY|basket|River Walk|EXIT ONLY|Honey & Milk|feather|Platform 9|meadow
Saturday|Quick Lunch|volcano|MUSEUM|Old Mill Road|bicycle|Green Tea|horizon|FRAGILE|Tomato Soup
42|1987|30615|7,250|0.125|99.5%|3/4 cup|12 x 18|64 GB|800 mg
$12.50|$7.99|$1,349.00|EUR 25|2 for $5|Total: 86.40|Tax 8.25%|No. 417|Qty 36|-15 C
2031-07-15|March 9|09:45|18:30|Oct 27, 2026|Fri 7 pm|Week 23|Q4 2029|1 May|11.06.2024
KX-4192|B7F30|AZ 1055|ID 88413|v2.7.1|Gate C14|Room 306|Flight QR728|Seat 21F|Lot 5-B
ada@lumen.org|www.tidepool.net|info@fern.io|/usr/local|READ.ME|file_03.txt|#lowtide|user42|A+B=C|x10
Emma Clarke|J. Moreau|Dr. Patel|Ms. Lindqvist|Hugo Weber|Noor Haddad|T. Okafor|Ines Duarte|Yuki Mori|Carl
keep left|mind the gap|please wait|sold out|do not enter|hot surface|push to start|insert coin|thank you|no parking
Architecture|Mediterranean|photograph|Wednesday|breakfast|Chocolate|neighbourhood|temperature|Kilometres|Library
zebra|Jigsaw|oxygen|Vivid|Quartz|fjord|Wax|pixel|Hymn|bouquet
`;

/** 120 strings, in a fixed order. */
export const PHRASES: readonly string[] = LINES.trim().split(/[|\n]/);
