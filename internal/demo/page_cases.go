package demo

import "strings"

// said is a text in both languages of the page.
type said struct{ en, fr string }

// in gives the text in a language, in French with the blanks that hold
// punctuation to its word.
func (s said) in(lang string) string {
	if lang != "fr" {
		return s.en
	}
	return strings.NewReplacer(" :", "\u00a0:", " ;", "\u00a0;", " ?", "\u00a0?", " !", "\u00a0!", "« ", "«\u00a0", " »", "\u00a0»").Replace(s.fr)
}

// sample is a request to try. In its SQL {other} stands for the code of the
// customer on the page's other side.
type sample struct {
	key, sql    string
	title, note said // note says what to see
}

// shownCase is a sample in one language, as the page's template takes it.
type shownCase struct{ Key, SQL, Title, Note string }

func casesIn(lang string, list []sample) []shownCase {
	out := make([]shownCase, len(list))
	for i, s := range list {
		out[i] = shownCase{s.key, s.sql, s.title.in(lang), s.note.in(lang)}
	}
	return out
}

// examples are what a portal asks on an ordinary day, and on a careless one.
func examples() []sample {
	return []sample{
		{"invoices", "SELECT DO_Piece AS invoice, DO_Date AS date, DO_Ref AS reference, DO_TotalTTC AS total\nFROM F_DOCENTETE\nWHERE DO_Type = 7\nORDER BY DO_Date DESC",
			said{"My invoices", "Mes factures"},
			said{"No customer anywhere in the query, and yet each side has only its own.", "Aucun client dans la requête, et pourtant chaque côté n’a que les siennes."}},
		{"lines", "SELECT h.DO_Piece AS [order], l.AR_Ref AS ref, a.AR_Design AS article, l.DL_Qte AS quantity\nFROM F_DOCENTETE h\nJOIN F_DOCLIGNE l ON l.DO_Domaine = h.DO_Domaine AND l.DO_Type = h.DO_Type AND l.DO_Piece = h.DO_Piece\nJOIN F_ARTICLE a ON a.AR_Ref = l.AR_Ref\nWHERE h.DO_Type = 1\nORDER BY h.DO_Date DESC, l.DL_Ligne",
			said{"Lines of my orders, with articles", "Lignes de mes commandes, avec articles"},
			said{"Three tables, three filters: lines follow their header, articles are the published catalogue.", "Trois tables, trois filtres : les lignes suivent leur en-tête, les articles sont le catalogue publié."}},
		{"owed", "SELECT DR_Date AS due, DO_Piece AS invoice, DR_Montant AS amount\nFROM F_DOCREGL\nWHERE DO_Type = 7 AND DR_Regle = 0\nORDER BY DR_Date",
			said{"What do I owe?", "Combien dois-je ?"},
			said{"Sage’s table of due dates has no customer column at all: the filter follows each row to its document.", "La table des échéances de Sage n’a aucune colonne client : le filtre suit chaque ligne jusqu’à son document."}},
		{"best", "SELECT TOP 10 a.AR_Design AS article, SUM(l.DL_Qte) AS quantity, SUM(l.DL_MontantHT) AS turnover\nFROM F_DOCLIGNE l\nJOIN F_ARTICLE a ON a.AR_Ref = l.AR_Ref\nWHERE l.DO_Type = 7\nGROUP BY a.AR_Design\nORDER BY turnover DESC",
			said{"My best articles", "Mes meilleurs articles"},
			said{"TOP 10 is T-SQL, and runs on SQLite: one spelling works on every engine. Sums add up the customer’s rows only.", "TOP 10 est du T-SQL, et s’exécute sur SQLite : une écriture vaut pour tous les moteurs. Les sommes ne portent que sur les lignes du client."}},
		{"star", "SELECT * FROM F_DOCENTETE",
			said{"SELECT * FROM F_DOCENTETE", "SELECT * FROM F_DOCENTETE"},
			said{"The careless query that would publish everybody’s documents. * is what the profile shows, no column more.", "La requête étourdie qui publierait les documents de tous. * est ce que montre le profil, pas une colonne de plus."}},
		{"customers", "SELECT CT_Num AS code, CT_Intitule AS name, CT_Ville AS city, CT_EMail AS email\nFROM F_COMPTET",
			said{"Every customer, please", "Tous les clients, s’il vous plaît"},
			said{"The whole customer file, as far as this customer is concerned: himself.", "Tout le fichier clients, en ce qui concerne ce client : lui-même."}},
	}
}

// attacks are the known ways round a rewriting filter.
func attacks() []sample {
	return []sample{
		{"or", "SELECT DO_Piece, DO_Date, DO_Tiers\nFROM F_DOCENTETE\nWHERE DO_Type = 7 OR 1 = 1",
			said{"OR 1 = 1", "OR 1 = 1"},
			said{"The filter is not a term of this WHERE: it stands inside the table. OR can choose among the customer’s own rows, and that is all.", "Le filtre n’est pas un terme de ce WHERE : il est à l’intérieur de la table. OR choisit parmi les lignes du client, rien de plus."}},
		{"union", "SELECT DO_Tiers AS code, DO_Piece AS what FROM F_DOCENTETE\nUNION\nSELECT CT_Num, CT_Intitule FROM F_COMPTET",
			said{"UNION with the customer file", "UNION avec le fichier clients"},
			said{"Every branch is filtered. The customer file has one row: the customer himself.", "Chaque branche est filtrée. Le fichier clients a une ligne : le client lui-même."}},
		{"cost", "SELECT DL_Design, DL_Qte, DL_PrixRU\nFROM F_DOCLIGNE",
			said{"Read the cost price", "Lire le prix de revient"},
			said{"The column exists in Sage and is hidden. One that never existed gets the same answer, byte for byte: try DL_Nothing.", "La colonne existe dans Sage, elle est cachée. Une colonne inexistante reçoit la même réponse, octet pour octet : essayez DL_Rien."}},
		{"order", "SELECT AR_Ref, AR_Design\nFROM F_ARTICLE\nORDER BY AR_PrixAch",
			said{"Sort by a hidden column", "Trier par une colonne cachée"},
			said{"An order tells values. What is hidden is unknown in every clause.", "Un tri révèle des valeurs. Ce qui est caché est inconnu dans toutes les clauses."}},
		{"cte", "WITH F_COMPTET AS (SELECT '{other}' AS CT_Num, 0 AS CT_Type)\nSELECT k.CT_Num, k.CT_Nom, k.CT_EMail\nFROM F_CONTACTT k\nJOIN F_COMPTET c ON c.CT_Type = 0",
			said{"Shadow a table with a CTE", "Masquer une table par une CTE"},
			said{"The filter on contacts reads F_COMPTET. The request’s own F_COMPTET gets another name; the filter keeps reading the ERP’s.", "Le filtre des contacts lit F_COMPTET. Le F_COMPTET de la requête reçoit un autre nom ; le filtre lit toujours celui de l’ERP."}},
		{"system", "SELECT name, sql FROM sqlite_master",
			said{"Read the system catalogue", "Lire le catalogue système"},
			said{"Outside the profile nothing exists: neither system tables nor those that nobody listed.", "Hors du profil, rien n’existe : ni tables système, ni tables que personne n’a citées."}},
		{"stacked", "SELECT DO_Piece FROM F_DOCENTETE; DROP TABLE F_DOCENTETE",
			said{"Stack a second statement", "Empiler une seconde instruction"},
			said{"One request is one query. What was not understood is never passed on.", "Une requête est une seule instruction. Ce qui n’est pas compris n’est jamais transmis."}},
		{"oracle", "SELECT DO_Piece\nFROM F_DOCENTETE\nWHERE 1 / (DO_TotalHT - 1200) > 0",
			said{"Ask with an error: 1/0", "Questionner par l’erreur : 1/0"},
			said{"An engine may compute this on rows that the filter would drop; its error would tell that somebody has an invoice of 1,200. Division by zero is NULL here, and what can fail runs behind a fence, on the customer’s own rows only.", "Un moteur peut calculer ceci sur des lignes que le filtre écarterait ; son erreur dirait que quelqu’un a une facture de 1 200. Ici diviser par zéro donne NULL, et ce qui peut échouer s’exécute derrière une barrière, sur les seules lignes du client."}},
		{"subquery", "SELECT CT_Intitule,\n       (SELECT MAX(x.DO_TotalTTC) FROM F_DOCENTETE x WHERE x.DO_Tiers = '{other}') AS their_biggest\nFROM F_COMPTET",
			said{"A subquery on the other customer", "Une sous-requête sur l’autre client"},
			said{"Inside the subquery stands the same filtered table. The other customer is not in it: NULL.", "Dans la sous-requête se trouve la même table filtrée. L’autre client n’y est pas : NULL."}},
		{"comment", "SELECT DO_Piece, DO_Tiers\nFROM F_DOCENTETE\nWHERE DO_Tiers = '{other}' -- AND DO_Tiers = 'me'",
			said{"Comment the filter out", "Commenter le filtre"},
			said{"Nothing is appended to the text, so nothing can be commented out: the statement is written anew from a tree.", "Rien n’est ajouté au texte, donc rien ne peut être mis en commentaire : l’instruction est réécrite à partir d’un arbre."}},
		{"versioned", "SELECT DO_Piece, DO_Tiers\nFROM F_DOCENTETE\nWHERE DO_Type = 7 /*!50000 OR 1 = 1 */",
			said{"A comment that some engines run", "Un commentaire que certains moteurs exécutent"},
			said{"MySQL reads this comment as code. What engines read differently is refused.", "MySQL lit ce commentaire comme du code. Ce que les moteurs lisent différemment est refusé."}},
		{"alias", "SELECT r1.DO_Piece, r1.DO_Tiers\nFROM F_DOCENTETE AS r1\nWHERE r1.DO_Tiers = '{other}' OR r1.DO_Domaine = 0",
			said{"Capture the filter’s alias", "Capturer l’alias du filtre"},
			said{"r1 is the alias that the filter itself gets. The request’s aliases are replaced by generated ones, so no name can meet the filter’s.", "r1 est l’alias que reçoit le filtre lui-même. Les alias de la requête sont remplacés par d’autres, engendrés : aucun nom ne rencontre ceux du filtre."}},
		{"like", "SELECT CT_Num, CT_Intitule\nFROM F_COMPTET\nWHERE CT_Num LIKE '%' OR CT_Num LIKE '{other}%'",
			said{"LIKE '%'", "LIKE '%'"},
			said{"Every row that there is, for this customer.", "Toutes les lignes qui existent, pour ce client."}},
		{"identity", "SELECT DO_Piece\nFROM F_DOCENTETE\nWHERE DO_Tiers = :customer",
			said{"Take hold of the identity", "S’emparer de l’identité"},
			said{":customer is bound from the caller’s access and never from the request. A request’s parameters are its own, even under that name.", ":customer vient de l’accès de l’appelant, jamais de la requête. Les paramètres d’une requête sont les siens, même sous ce nom."}},
		{"write", "UPDATE F_DOCENTETE SET DO_Tiers = '{other}'",
			said{"Write", "Écrire"},
			said{"The ERP’s session is read-only besides, but it never comes to that.", "La session de l’ERP est d’ailleurs en lecture seule, mais on n’en arrive pas là."}},
		{"outer", "SELECT c.CT_Num, c.CT_Intitule\nFROM F_DOCENTETE d\nRIGHT JOIN F_COMPTET c ON 1 = 0",
			said{"An outer join that keeps all", "Une jointure externe qui garde tout"},
			said{"A RIGHT JOIN keeps every row of its right side: of a table that has one.", "RIGHT JOIN garde toutes les lignes de droite : celles d’une table qui n’en a qu’une."}},
	}
}
