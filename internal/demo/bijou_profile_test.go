package demo

import (
	"database/sql"
	"fmt"
	"maps"
	"os"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/rs/zerolog"

	"github.com/vantelle/vantelle/filter/view"
	"github.com/vantelle/vantelle/internal/erp"
	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/profiles"
)

// neverShown are the columns of Sage that no customer may see, as patterns.
var neverShown = []string{
	"cb*",
	// cost and margin
	"DL_PrixRU", "DL_CMUP", "DL_Frais", "DL_PUBC", "AL_PrixRU", "AL_CMUP", "AR_PrixAch*", "AR_Coef*", "AR_CoutStd", "AR_PUNet", "AR_Frais*", "AC_Coef*", "FA_Coef", "FA_Frais*", "AS_*", "RG_MontantCommission", "AF_*",
	// credit and solvency
	"CT_Encours", "CT_Assurance", "CT_ControlEnc", "N_Risque", "CT_Coface", "CT_Surveillance", "CT_Sv*", "EC_Rappel", "EC_PenalType", "EC_DateRelance", "CT_BonAPayer", "CT_NotRappel", "CT_NotPenal", "CT_Taux0?",
	// internal text and statistics
	"CT_Commentaire", "CT_Statistique*", "AR_Stat*", "FA_Stat*", "DO_Motif", "DO_MotifDevis", "DO_Coord0?", "AE_Coord0?", "LI_Commentaire", "D_Commentaire", "NATURE BL", "Contrôlé par",
	// accounting plumbing
	"CG_Num*", "CA_Num*", "JO_Num*", "EC_Pointage", "EC_TresoPiece", "RG_Banque", "RG_MontantEcart", "N_CatCompta", "DO_Ecart", "DO_StatutBAP",
	// bank data, paths, links that give access by themselves
	"EC_RIB", "BT_Num", "EB_No", "AR_Photo", "*_AdressePaiement", "*_RefPaiement", "EC_PayNowUrl", "EC_PaymentId",
	// private data of people
	"CO_Adresse", "CO_Complement", "CO_CodePostal", "CO_Ville", "CO_Matricule", "PROT_No", "*_Facebook", "*_LinkedIn", "*_Skype",
}

// checkProfile holds the standard profile against the dossier.
func checkProfile(t *testing.T, db *sql.DB) {
	p := standard(t)
	if p.Name != "B2B" || p.ERP != "sage100" || p.Licence != "connect" {
		t.Errorf("profile %s for %s, licence %s", p.Name, p.ERP, p.Licence)
	}
	for _, name := range tablesOf(t, db, p) {
		checkColumnsOf(t, db, name, p.Tables[name])
	}
	if n := len(shown(p.Tables["F_DOCENTETE"])); n < 25 {
		t.Errorf("a header shows %d columns, want 25 at least", n)
	}
	for _, code := range []string{Bagues, Carat, NoAccess, "BAGUES2", "GEMMES", "GEMMESLYO", "2"} {
		t.Run(code, func(t *testing.T) { checkSeenBy(t, db, p, code) })
	}
	asked := map[string]bool{}
	for _, k := range p.Requests {
		asked[k.Module] = true
	}
	for module, m := range p.Modules {
		if asked[module] {
			continue // of a form, and no rows
		}
		if used := len(usedBy(p, module)); used == 0 {
			t.Errorf("no table has the module %s", module)
		}
		if (m.Level == profiles.LevelNone) != slices.Contains([]string{"unposted_invoices", "archives", "payment_links", "catalogue_priced", "catalogue_bought"}, module) {
			t.Errorf("module %s has the level %s", module, m.Level)
		}
	}
}

func standard(t *testing.T) *profiles.Profile {
	t.Helper()
	const file = "../../profiles/standard/sage100_b2b.yaml"
	yaml, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	p, err := profiles.Load(file, yaml)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// checkBinding binds the standard profile to the dossier's live catalog: every
// table, condition and column of it has its place.
func checkBinding(t *testing.T, path string) {
	settings := erp.DefaultSettings()
	settings.Name, settings.Engine, settings.DSN = Dossier, catalog.SQLite, path
	db, err := erp.Open(settings, zerolog.Nop())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	cat, err := db.Catalog(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	p := standard(t)
	v := view.Bind(p, cat)
	missing := 0
	for name, table := range p.Tables {
		if cat.Table(table.Schema, table.Name) == nil {
			missing++
			continue
		}
		for _, problem := range v.Problems {
			if problem.Table == name {
				t.Errorf("%+v", problem)
			}
		}
	}
	if len(v.Tables) != len(p.Tables)-missing {
		t.Errorf("%d of %d tables are in the view", len(v.Tables), len(p.Tables)-missing)
	}
}

// tablesOf lists the tables of the profile that the dossier has: the demo does
// without those of which it would have no rows.
func tablesOf(t *testing.T, db *sql.DB, p *profiles.Profile) []string {
	t.Helper()
	existing := column1(t, db, "SELECT name FROM sqlite_master WHERE type = 'table'")
	var found []string
	for _, name := range slices.Sorted(maps.Keys(p.Tables)) {
		if slices.Contains(existing, name) {
			found = append(found, name)
		}
	}
	if len(found) < 20 {
		t.Errorf("of the profile the dossier has only %q", found)
	}
	return found
}

func checkColumnsOf(t *testing.T, db *sql.DB, name string, table profiles.Table) {
	t.Helper()
	existing := column1(t, db, "SELECT name FROM pragma_table_info(?)", name)
	for _, c := range table.ColumnOrder {
		if !slices.Contains(existing, c) {
			t.Errorf("Sage has no column %s.%s", name, c)
		}
	}
	for _, c := range shown(table) {
		for _, pattern := range neverShown {
			if match, err := path.Match(pattern, c); err != nil || match && c != "cbIndice" { // the number of a row of a list
				t.Errorf("%s.%s is shown (%s, %v)", name, c, pattern, err)
			}
		}
	}
	if table.OtherColumns {
		t.Errorf("%s shows columns that nobody listed", name)
	}
}

// checkSeenBy holds what one customer sees to an owner told independently of
// the profile, and looks for the seller's own words in it.
func checkSeenBy(t *testing.T, db *sql.DB, p *profiles.Profile, code string) {
	named := sql.Named("customer", code)
	published := "AR_Ref IN (SELECT a.AR_Ref FROM F_ARTICLE a WHERE a.AR_Sommeil = 0 AND a.AR_Publie = 1)"
	header := "EXISTS (SELECT 1 FROM F_DOCENTETE h WHERE h.DO_Domaine = 0 AND h.DO_Domaine = self.DO_Domaine AND h.DO_Type = self.DO_Type AND h.DO_Piece = self.DO_Piece AND h.DO_Tiers = :customer AND (h.DO_Statut > 0 OR h.DO_Type = 7) AND h.DO_Type NOT IN (2, 6, 8))"
	subscription := "EXISTS (SELECT 1 FROM F_ABONNEMENT s WHERE s.AB_No = self.AB_No AND s.CT_Num = :customer AND s.AB_TypeTiers = 0)"
	owner := map[string]string{
		"P_DOSSIER": "1", "F_ARTICLE": "AR_Sommeil = 0 AND AR_Publie = 1", "F_FAMILLE": "FA_CodeFamille <> 'BIJOUX'",
		"F_COMPTET": "CT_Num = :customer", "F_CONTACTT": "CT_Num = :customer", "F_LIVRAISON": "CT_Num = :customer", "F_ARTSTOCK": published, "F_DEPOT": "1", "F_TAXE": "1", "P_DEVISE": "1", "P_REGLEMENT": "1", "P_EXPEDITION": "1", "P_UNITE": "1",
		"F_ARTCLIENT":     "CT_Num = :customer OR coalesce(CT_Num, '') = '' AND AC_Categorie = (SELECT c.N_CatTarif FROM F_COMPTET c WHERE c.CT_Num = :customer)",
		"F_COLLABORATEUR": "CO_No = (SELECT c.CO_No FROM F_COMPTET c WHERE c.CT_Num = :customer)",
		"F_DOCENTETE":     header, "F_DOCLIGNE": header, "F_DOCREGL": header, "F_REGLECH": header,
		"F_CREGLEMENT": "CT_NumPayeur = :customer AND RG_Type = 0 AND RG_TypeReg = 0",
		"F_ECRITUREC":  "CT_Num = :customer AND EC_CType = 0 AND EC_Norme <> 2",
		"F_ABONNEMENT": "CT_Num = :customer AND AB_TypeTiers = 0", "F_ABOENTETE": subscription, "F_ABOLIGNE": subscription, "F_ABOPERIODE": subscription,
	}
	for _, name := range tablesOf(t, db, p) {
		visible := filtered(p, name)
		truth, ok := owner[name]
		if !ok {
			t.Errorf("nothing says who owns %s", name)
			continue
		}
		for what, query := range map[string]string{
			"shows a row of somebody else's or not released": visible + " EXCEPT SELECT * FROM " + name + " AS self WHERE " + truth,
			"hides a row of the customer's":                  "SELECT * FROM " + name + " AS self WHERE " + truth + " EXCEPT " + visible,
		} {
			if n := count(t, db, "("+query+")", named); n > 0 {
				t.Errorf("%s %s, %d times", name, what, n)
			}
		}
		if n := count(t, db, "("+visible+")", named); n == 0 && (code == Bagues || code == Carat) {
			t.Errorf("%s shows nothing", name)
		}
		everything := strings.Join(shown(p.Tables[name]), ", ")
		if n := count(t, db, fmt.Sprintf("(SELECT concat_ws(' ', %s) AS seen FROM (%s)) WHERE seen LIKE '%%%s%%'", everything, visible, InternalMark), named); n > 0 {
			t.Errorf("%s shows the seller's own words, %d times", name, n)
		}
	}
}

// filtered gives the rows of a table that the profile leaves, as a query with
// the parameter :customer. SQLite reads the profile's conditions as they are.
func filtered(p *profiles.Profile, name string) string {
	table := p.Tables[name]
	parts := []string{"1"}
	if table.Rows.SQL != "" {
		parts = append(parts, "("+table.Rows.SQL+")")
	}
	if len(table.Modules) > 0 {
		open := []string{"0"}
		for _, module := range slices.Sorted(maps.Keys(table.Modules)) {
			if !p.Modules[module].Level.AllowsReading() {
				continue
			}
			condition := table.Modules[module].SQL
			if condition == "" {
				condition = "1"
			}
			open = append(open, "("+condition+")")
		}
		parts = append(parts, "("+strings.Join(open, " OR ")+")")
	}
	if f := table.Follows; f != nil {
		on := []string{}
		for _, pair := range f.On {
			on = append(on, fmt.Sprintf("up.%s = self.%s", pair[1], pair[0]))
		}
		parts = append(parts, fmt.Sprintf("EXISTS (SELECT 1 FROM (%s) AS up WHERE %s)", filtered(p, f.Table), strings.Join(on, " AND ")))
	}
	return "SELECT * FROM " + name + " AS self WHERE " + strings.Join(parts, " AND ")
}

// shown lists the columns that a table of the profile does not hide.
func shown(table profiles.Table) []string {
	return slices.DeleteFunc(slices.Clone(table.ColumnOrder), func(c string) bool { return table.Columns[c].Hidden })
}

// usedBy lists the tables that have a module.
func usedBy(p *profiles.Profile, module string) []string {
	var found []string
	for name, table := range p.Tables {
		_, ok := table.Modules[module]
		for _, c := range table.Columns {
			ok = ok || c.Module == module
		}
		if ok {
			found = append(found, name)
		}
	}
	return found
}
