package erpshape

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"github.com/vantelle/vantelle/internal/demo"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// Customers of the Sage dossier, by the code that its rows carry. Each has one
// released quote, one draft, one order, one posted invoice, one posted credit
// note and one document of another kind; the document numbers are unique.
const (
	SageAlpha    = "ALPHA"  // a group: pays for Beta, invoices name Beta on their lines
	SageBeta     = "BETA"   // a branch of Alpha
	SageAlpha2   = "ALPHA2" // its code begins with another's
	SageNeil     = "ONEIL"  // quotes of both kinds in the name
	SageUnicode  = "ETOILE" // letters beyond every code page
	SageNulls    = "NULLS"  // NULL wherever a text may be NULL
	SageEmpty    = "EMPTY"  // an empty text there
	SageSpaces   = "SPACES" // blanks at the end of texts
	SageDormant  = "DORMANT"
	SageProspect = "PROSPECT" // not yet a customer
	SageNumber   = "1"        // the code is a warehouse's number as well
	SageOmega    = "OMEGA"
	// SageSupplier is no customer: CT_Type 1.
	SageSupplier = "ALPHAFOU"
)

var sageCustomers = []string{SageAlpha, SageBeta, SageAlpha2, SageNeil, SageUnicode, SageNulls, SageEmpty, SageSpaces, SageDormant, SageProspect, SageNumber, SageOmega}

// LoadSage makes a small Sage 100 dossier in an empty database: 12 customers,
// 25 contacts, 80 document headers, and what hangs on them. schema may be empty
// (SQLite has none). Amounts of the row n of a table differ from those of any
// other row, so that sums tell which rows were seen.
func LoadSage(ctx context.Context, db *sql.DB, dialect catalog.Engine, schema string) error {
	return MakeSage(ctx, db, Options{Engine: dialect, Schema: schema})
}

// MakeSage is LoadSage on any engine. On SQL Server texts lose what their code
// page does not have.
func MakeSage(ctx context.Context, db *sql.DB, o Options) error {
	d, err := read(demo.Schema(), o, sageTypes(o.Engine, nil))
	if err == nil {
		err = load(ctx, db, d, o, "cbMarq", fillSage)
	}
	if err != nil {
		return fmt.Errorf("load Sage dossier: %w", err)
	}
	return nil
}

// postgresType spells a type of SQL Server for PostgreSQL.
func postgresType(declared string) string {
	name, _, _ := strings.Cut(declared, "(")
	switch name {
	case "datetime", "smalldatetime":
		return "timestamp"
	case "varbinary":
		return "bytea"
	case "uniqueidentifier":
		return "uuid"
	case "int":
		return "integer"
	case "nvarchar":
		return strings.TrimPrefix(declared, "n")
	}
	return declared
}

// sageDefault is what Sage writes into a column that nobody filled: 0, an
// empty text or 1900-01-01; NULL in links and technical columns.
func sageDefault(column, declared string, references bool) string {
	name, _, _ := strings.Cut(declared, "(")
	switch {
	case references || strings.HasPrefix(column, "cb"):
	case name == "smallint" || name == "int" || name == "numeric":
		return " DEFAULT 0"
	case strings.HasSuffix(name, "char"):
		return " DEFAULT ''"
	case name == "datetime":
		return " DEFAULT '1900-01-01 00:00:00'"
	}
	return ""
}

func fillSage(l *loader) {
	l.page = l.engine == catalog.SQLServer
	l.add("P_DOSSIER", row{"D_RaisonSoc": "VENDEUR", "D_Siret": "00000000000001"})
	l.add("P_REGLEMENT", row{"R_Intitule": "Virement", "cbIndice": 1})
	l.add("F_DEPOT", row{"DE_No": 1, "DE_Intitule": "Principal"})
	for i, name := range []string{"Martin", "Durand"} {
		l.add("F_COLLABORATEUR", row{"CO_No": i + 1, "CO_Nom": name, "CO_Prenom": "Anne", "CO_EMail": strings.ToLower(name) + "@example.com", "CO_Adresse": "1 rue privée"})
	}
	fillSageThirdParties(l)
	fillSageArticles(l)
	fillSageDocuments(l)
	fillSageSubscriptions(l)
}

func fillSageThirdParties(l *loader) {
	names := map[string]any{SageAlpha: "Alpha Bijoux", SageBeta: "Bêta & Fils", SageNeil: `O'Neil's "Gold"`, SageUnicode: "Étoile — 東京 💍", SageSpaces: "Espaces   ", SageEmpty: "", SageNulls: nil}
	for i, code := range append(sageCustomers[:len(sageCustomers):len(sageCustomers)], SageSupplier) {
		name, given := names[code]
		if !given {
			name = "Tiers " + code
		}
		r := row{"CT_Num": code, "CT_Intitule": name, "CT_Type": 0, "CT_NumPayeur": code, "CO_No": 1 + i%2, "cbCO_No": 1 + i%2, "N_CatTarif": 1 + i%2,
			"CT_EMail": strings.ToLower(code) + "@example.com", "CT_Telephone": fmt.Sprintf("01 99 00 00 %02d", i), "CT_Ville": "Lyon", "CT_Siret": fmt.Sprintf("%014d", i+1),
			"CT_Encours": 1000 + i, "CT_Commentaire": "interne", "cbModification": "2026-01-15 10:00:00"}
		switch code {
		case SageBeta:
			r["CT_NumPayeur"], r["CT_NumCentrale"] = SageAlpha, SageAlpha
		case SageNulls:
			r["CT_EMail"], r["CT_Telephone"], r["CT_Ville"], r["CT_Siret"], r["CT_NumPayeur"], r["cbModification"] = nil, nil, nil, nil, nil, nil
		case SageEmpty:
			r["CT_EMail"], r["CT_Telephone"], r["CT_Ville"], r["CT_Siret"] = "", "", "", ""
		case SageSpaces:
			r["CT_EMail"], r["CT_Ville"] = "spaces@example.com  ", "Lyon  "
		case SageDormant:
			r["CT_Sommeil"] = 1
		case SageProspect:
			r["CT_Prospect"] = 1
		case SageSupplier:
			r["CT_Type"] = 1
		}
		l.add("F_COMPTET", r)
		l.add("F_LIVRAISON", row{"LI_No": i + 1, "CT_Num": code, "LI_Intitule": "Magasin", "LI_Ville": "Lyon", "LI_Principal": 1})
		for k := range 2 {
			if code == SageSupplier && k == 1 {
				continue
			}
			contact := row{"CT_No": 2*i + k + 1, "CT_Num": code, "CT_Nom": fmt.Sprintf("Nom%d", 2*i+k+1), "CT_Prenom": "Zoé", "CT_EMail": fmt.Sprintf("c%d@example.com", 2*i+k+1), "CT_Skype": "interne"}
			if code == SageNulls {
				contact["CT_Prenom"], contact["CT_EMail"] = nil, nil
			}
			l.add("F_CONTACTT", contact)
		}
	}
}

func fillSageArticles(l *loader) {
	l.add("F_FAMILLE", row{"FA_CodeFamille": "OR", "FA_Type": 0, "FA_Intitule": "Or", "FA_Coef": 2})
	for i := range 10 {
		l.add("F_ARTICLE", row{"AR_Ref": fmt.Sprintf("ART%02d", i), "AR_Design": fmt.Sprintf("Article n° %d", i), "FA_CodeFamille": "OR", "AR_PrixVen": 100 + i, "AR_PrixAch": 50 + i,
			"AR_Publie": bit(i != 8), "AR_Sommeil": bit(i == 9)})
		r := row{"AR_Ref": fmt.Sprintf("ART%02d", i), "CT_Num": sageCustomers[i%6], "AC_PrixVen": 90 + i, "AC_Coef": 2}
		if i > 5 { // prices of a category
			r["CT_Num"], r["AC_Categorie"] = []any{nil, ""}[i%2], 1+i%2
		}
		l.add("F_ARTCLIENT", r)
	}
}

func bit(yes bool) int {
	if yes {
		return 1
	}
	return 0
}
