package erpsource

import "fmt"

// What Sage sorts its customers by becomes their tags: the ten statistics
// fields, each with the label that the company gave it, the price category, and
// the families of articles that a customer has a discount on.

// sageStatistics is how many statistics fields a third party has.
const sageStatistics = 10

func sageStatistic(n int) string { return fmt.Sprintf("CT_Statistique%02d", n) }

// sageTagColumns adds the columns that sageTags reads.
func sageTagColumns(st *statement, t *table) {
	for n := 1; n <= sageStatistics; n++ {
		if t.has(sageStatistic(n)) {
			st.add(sageStatistic(n), t.text(sageStatistic(n)))
		}
	}
}

// sageTagLookups reads the labels behind them, where the login may.
func sageTagLookups(s *shape) []lookup {
	var out []lookup
	for _, l := range []struct{ name, table, key, label string }{
		{"statistics", "P_STATISTIQUE", "cbIndice", "S_Intitule"},
		{"price categories", "P_CATTARIF", "cbIndice", "CT_Intitule"},
	} {
		if t := s.table(l.table, "l"); t.has(l.key) && t.has(l.label) {
			out = append(out, lookup{name: l.name, sql: "SELECT " + t.text(l.key) + ", " + t.text(l.label) + " FROM " + t.from()})
		}
	}
	if t := s.table("F_FAMCLIENT", "d"); t.has("CT_Num") && t.has("FA_CodeFamille") {
		label, from := "NULL", t.from()
		if f := s.table("F_FAMILLE", "f"); f.has("FA_CodeFamille") && f.has("FA_Intitule") {
			label = f.text("FA_Intitule")
			from += " LEFT JOIN " + f.from() + " ON " + f.col("FA_CodeFamille") + " = " + t.col("FA_CodeFamille") + " AND " + f.flag("FA_Type", "0") + " = 0" // not a total of families
		}
		out = append(out, lookup{name: "families", value: firstPart,
			sql: "SELECT " + t.text("CT_Num") + ", " + label + ", " + t.text("FA_CodeFamille") + " FROM " + from})
	}
	return out
}

func sageTags(r *row) []string {
	var statistics []string
	for n := 1; n <= sageStatistics; n++ {
		value := r.text(sageStatistic(n))
		if label := r.all("statistics", fmt.Sprint(n)); value != "" && len(label) > 0 {
			value = label[0] + ": " + value
		}
		statistics = append(statistics, value)
	}
	return tags(statistics, []string{r.found("price categories", attributePrefix+"price_category")}, r.all("families", r.id))
}
