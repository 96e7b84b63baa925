=== invoices of Sage 100
SELECT TOP (50) e.DO_Piece, e.DO_Date, SUM(l.DL_MontantTTC) AS total FROM [dbo].[F_DOCENTETE] e INNER JOIN F_DOCLIGNE AS l ON l.DO_Piece = e.DO_Piece WHERE e.DO_Type IN (6, 7) GROUP BY e.DO_Piece, e.DO_Date ORDER BY e.DO_Date DESC
---
SELECT e.DO_Piece, e.DO_Date, SUM(l.DL_MontantTTC) AS total FROM "dbo"."F_DOCENTETE" AS e JOIN F_DOCLIGNE AS l ON l.DO_Piece = e.DO_Piece WHERE e.DO_Type IN (6, 7) GROUP BY e.DO_Piece, e.DO_Date ORDER BY e.DO_Date DESC LIMIT 50

=== due dates of Dolibarr
SELECT f.ref, f.date_lim_reglement, f.total_ttc - IFNULL(SUM(p.amount), 0) AS reste FROM `llx_facture` f LEFT JOIN `llx_paiement_facture` p ON p.fk_facture = f.rowid WHERE f.paye = 0 AND f.fk_statut = 1 GROUP BY f.ref, f.date_lim_reglement, f.total_ttc HAVING reste > 0 ORDER BY 2 LIMIT 0, 25
---
SELECT f.ref, f.date_lim_reglement, f.total_ttc - IFNULL(SUM(p.amount), 0) AS reste FROM "llx_facture" AS f LEFT JOIN "llx_paiement_facture" AS p ON p.fk_facture = f.rowid WHERE f.paye = 0 AND f.fk_statut = 1 GROUP BY f.ref, f.date_lim_reglement, f.total_ttc HAVING reste > 0 ORDER BY 2 LIMIT 25 OFFSET 0

=== orders of Odoo
SELECT so.name, so.date_order::date, rp.name FROM sale_order so JOIN res_partner rp ON rp.id = so.partner_id WHERE so.state = ANY (SELECT s FROM states) AND so.date_order >= $1 AND rp.name ILIKE '%' || $2 || '%' ORDER BY so.date_order DESC NULLS LAST LIMIT $3
---
SELECT so.name, CAST(so.date_order AS DATE), rp.name FROM sale_order AS so JOIN res_partner AS rp ON rp.id = so.partner_id WHERE so.state = ANY (SELECT s FROM states) AND so.date_order >= $1 AND rp.name ILIKE '%' || $2 || '%' ORDER BY so.date_order DESC NULLS LAST LIMIT $3

=== a page of customers
SELECT CT_Num, CT_Intitule FROM F_COMPTET WHERE CT_Type = 0 AND CT_Sommeil = 0 ORDER BY CT_Num OFFSET @skip ROWS FETCH NEXT @take ROWS ONLY
---
SELECT CT_Num, CT_Intitule FROM F_COMPTET WHERE CT_Type = 0 AND CT_Sommeil = 0 ORDER BY CT_Num LIMIT :take OFFSET :skip

=== the last order of each customer
SELECT c.CT_Num, o.DO_Piece FROM F_COMPTET c OUTER APPLY (SELECT TOP 1 d.DO_Piece FROM F_DOCENTETE d WHERE d.DO_Tiers = c.CT_Num ORDER BY d.DO_Date DESC) o
---
SELECT c.CT_Num, o.DO_Piece FROM F_COMPTET AS c OUTER APPLY (SELECT d.DO_Piece FROM F_DOCENTETE AS d WHERE d.DO_Tiers = c.CT_Num ORDER BY d.DO_Date DESC LIMIT 1) AS o

=== a running balance
SELECT e.EC_Date, SUM(CASE e.EC_Sens WHEN 0 THEN e.EC_Montant ELSE -e.EC_Montant END) OVER (PARTITION BY e.CT_Num ORDER BY e.EC_Date, e.EC_No ROWS UNBOUNDED PRECEDING) AS solde FROM F_ECRITUREC e
---
SELECT e.EC_Date, SUM(CASE e.EC_Sens WHEN 0 THEN e.EC_Montant ELSE -e.EC_Montant END) OVER (PARTITION BY e.CT_Num ORDER BY e.EC_Date, e.EC_No ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS solde FROM F_ECRITUREC AS e
