package filter_test

// oddities are one table of what functions stumble over: nothing, emptiness,
// blanks at an end, accents, characters beyond U+FFFF, signs, halves, the ends
// of years, leap days, and the first and last day there is.
var oddities = []string{
	`CREATE TABLE odd (id int NOT NULL PRIMARY KEY, owner {text 17} NOT NULL, word {text 200}, part {text 20}, n int, big bigint, d numeric(24,6), f {float}, {at} {time}, due date, ok {bool})`,
	`INSERT INTO odd VALUES
 (1,'ANNA',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL),
 (2,'ANNA','','',0,0,0,0,'2000-01-01 00:00:00','2000-01-01',{no}),
 (3,'ANNA','abc  ','b',1,1,0.5,0.5,'2024-02-29 12:34:56','2024-02-29',{yes}),
 (4,'ANNA','  lead','ea',-1,-1,-0.5,-0.5,'2023-12-31 23:59:59','2023-12-31',{no}),
 (5,'ANNA',{N}'Élodie Ça','o',2147483647,9223372036854775807,99999999.123456,1e15,'2020-12-31 00:00:01','0001-01-01',{yes}),
 (6,'ANNA','a-b-c','-',-2147483648,-9223372036854775807,-99999999.123456,-1e15,'2021-01-03 06:00:00','9999-12-31',{yes}),
 (7,'ANNA','Abc','B',7,70,2.345,2.25,'2026-01-05 10:30:00.123','2026-01-04',{no}),
 (8,'ANNA','%_x','%',2,3,-2.5,-2.5,'1999-12-31 23:59:59.500','1900-01-01',NULL),
 (21,'BORIS','zz','z',5,6,7.5,8.5,'2026-06-30 01:02:03','2026-06-30',{yes}),
 (22,'BORIS',{N}'naïve','ï',3,4,1.25,0.125,'2012-12-31 11:59:59','2012-12-31',{no}),
 (31,'CARL',{N}'x😀y','y',1,1,1,1,'2026-01-01 00:00:00','2026-01-01',{yes})`,
}

const odditiesProfile = `
profile: ODD
title: {fr: Essai, en: Trial}
erp: custom
modules:
  all: {title: {fr: Tout, en: All}, level: read}
tables:
  odd:
    rows: owner = :customer
    modules: {all: 1 = 1}
    columns: {id: {}, owner: {}, word: {}, part: {}, n: {}, big: {}, d: {}, f: {}, at: {}, due: {}, ok: {}}
`
