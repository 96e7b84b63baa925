package oracle

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// Writes are judged on a small ERP of a fixed shape: things that belong to
// somebody by a column of their own, by a column and a kind, or by a grant in
// another table, and parts that follow them. What is in it, which rule holds, and
// what is written is drawn.

// writeRule is a profile for that ERP, and the same rule as the engines read it.
type writeRule struct {
	name    string
	profile string
	// mine is the row condition of things, for an owner written as a literal.
	mine string
	// owned: an INSERT sets the owner by itself.
	owned bool
}

const writeProfile = `
profile: W
title: {fr: W, en: W}
erp: custom
tables:
  things:
    rows: "%s"
    writes: [insert, update, delete]
    columns: {id: {}, kind: {}, n: {}, m: {}, word: {}}
  parts:
    follows: {table: things, on: [[thing, id]]}
    writes: [insert, update, delete]
    columns: {id: {}, thing: {}, n: {}, word: {}}
`

// writeRules are what a write may have to stay inside of.
var writeRules = []writeRule{
	{"by a column", fmt.Sprintf(writeProfile, "owner = :customer"), "owner = %s", true},
	{"by a column and a kind", fmt.Sprintf(writeProfile, "owner = :customer AND kind IN (1, 2)"), "owner = %s AND kind IN (1, 2)", true},
	{"by a grant", fmt.Sprintf(writeProfile, "EXISTS (SELECT 1 FROM grants g WHERE g.kind = self.kind AND g.holder = :customer)"),
		"EXISTS (SELECT 1 FROM grants g WHERE g.kind = things.kind AND g.holder = %s)", false},
}

// things is the condition of an owner's things, parts that of his parts.
func (r writeRule) things(owner string) string { return fmt.Sprintf(r.mine, "'"+owner+"'") }

func (r writeRule) parts(owner string) string {
	return "thing IN (SELECT id FROM things WHERE " + r.things(owner) + ")"
}

// writeTables are the ERP's; the words in braces are spelled by engine.
var writeTables = []string{
	"CREATE TABLE grants (holder varchar(10) NOT NULL, kind int NOT NULL)",
	"CREATE TABLE things (id int NOT NULL PRIMARY KEY, owner varchar(10), kind int, n int, m int, word varchar(20){collate})",
	"CREATE TABLE parts (id int NOT NULL PRIMARY KEY, thing int, n int, word varchar(20){collate})",
}

// writeOwners are the customers; the first asks.
var writeOwners = []string{"ANNA", "ANNA2", "BORIS"}

// writeData draws the ERP's rows: those of who asks from mine, others' from
// theirs, so that two worlds can differ in the latter alone. Ids tell whose a
// row was meant to be.
func writeData(mine, theirs *rand.Rand) []string {
	out := []string{"DELETE FROM parts", "DELETE FROM things", "DELETE FROM grants"}
	for kind := 1; kind <= 4; kind++ {
		if kind%2 == 1 {
			out = append(out, fmt.Sprintf("INSERT INTO grants VALUES ('ANNA', %d)", kind))
		} else {
			out = append(out, fmt.Sprintf("INSERT INTO grants VALUES ('%s', %d)", pick(theirs, writeOwners[1:]), kind))
		}
	}
	for i, owner := range writeOwners {
		r, count := theirs, 3+theirs.IntN(6)
		if i == 0 {
			r, count = mine, 4+mine.IntN(5)
		}
		for j := range count {
			id := 100*(i+1) + j
			kind := 1 + r.IntN(4)
			if i == 0 && kind%2 == 0 && kind > 2 || i > 0 && kind%2 == 1 && kind > 1 {
				kind = 2 - i%2 // a kind that the grants and the owners agree on more often
			}
			if i == 0 {
				kind = 1
			} else if kind%2 == 1 {
				kind = 2
			}
			out = append(out, fmt.Sprintf("INSERT INTO things VALUES (%d, '%s', %d, %s, %s, %s)", id, owner, kind, number(r), number(r), word(r)))
			for k := range r.IntN(3) {
				out = append(out, fmt.Sprintf("INSERT INTO parts VALUES (%d, %d, %s, %s)", id*10+k, id, number(r), word(r)))
			}
		}
	}
	return out
}

func number(r *rand.Rand) string {
	if chance(r, 15) {
		return "NULL"
	}
	return fmt.Sprint(r.IntN(20) - 5)
}

func word(r *rand.Rand) string {
	if chance(r, 15) {
		return "NULL"
	}
	return "'" + pick(r, []string{"a", "ab", "abc", "b", "Ba", "x y", "", "100%", "a_b", "é"}) + "'"
}

// writeStatement is one write: as the portal is asked, and as an engine that
// holds who asks' rows alone is.
type writeStatement struct {
	portal, engine string
	table          string
}

// drawWrite draws a write for a rule.
func drawWrite(r *rand.Rand, rule writeRule) writeStatement {
	table := pick(r, []string{"things", "things", "parts"})
	columns := map[string][]string{"things": {"n", "m"}, "parts": {"n"}}[table]
	where := writeFilter(r, table, columns, 2)
	switch weighted(r, 4, 3, 3) {
	case 0:
		var set []string
		for _, c := range append(columns, "word") {
			if len(set) == 0 || chance(r, 40) {
				set = append(set, c+" = "+writeValue(r, c))
			}
		}
		if table == "things" && !strings.Contains(rule.mine, "kind =") && chance(r, 25) {
			set = append(set, "kind = "+pick(r, []string{"1", "2", "3", "kind + 1"}))
		} else if table == "things" && chance(r, 25) {
			set = append(set, "kind = "+pick(r, []string{"1", "2", "3", "4"}))
		}
		if table == "parts" && chance(r, 30) {
			set = append(set, "thing = "+pick(r, []string{"100", "101", "200", "300", "999", "thing"}))
		}
		text := "UPDATE " + table + " SET " + strings.Join(set, ", ") + where
		return writeStatement{text, text, table}
	case 1:
		text := "DELETE FROM " + table + where
		return writeStatement{text, text, table}
	}
	var portal, engine []string
	for i := range 1 + r.IntN(3) {
		id := 900 + i
		if chance(r, 10) {
			id = 100 // one of his own, surely there
		}
		if table == "parts" {
			values := fmt.Sprintf("(%d, %s, %s, %s)", id, pick(r, []string{"100", "101", "102", "200", "999"}), number(r), word(r))
			portal, engine = append(portal, values), append(engine, values)
			continue
		}
		kind := pick(r, []string{"1", "1", "2", "3"})
		rest := number(r) + ", " + word(r)
		portal = append(portal, fmt.Sprintf("(%d, %s, %s)", id, kind, rest))
		owner := "'ANNA'"
		if !rule.owned {
			owner = "NULL"
		}
		engine = append(engine, fmt.Sprintf("(%d, %s, %s, %s)", id, owner, kind, rest))
	}
	if table == "parts" {
		return writeStatement{"INSERT INTO parts (id, thing, n, word) VALUES " + strings.Join(portal, ", "), "INSERT INTO parts (id, thing, n, word) VALUES " + strings.Join(engine, ", "), table}
	}
	return writeStatement{"INSERT INTO things (id, kind, n, word) VALUES " + strings.Join(portal, ", "), "INSERT INTO things (id, owner, kind, n, word) VALUES " + strings.Join(engine, ", "), table}
}

func writeValue(r *rand.Rand, column string) string {
	if column == "word" {
		return pick(r, []string{"UPPER(word)", "'new'", "NULL", "COALESCE(word, 'none')", "CASE WHEN word LIKE 'a%' THEN 'was a' ELSE word END"})
	}
	return pick(r, []string{column + " + 1", "7", "NULL", "COALESCE(" + column + ", 0) * 2", "CASE WHEN " + column + " > 3 THEN 1 ELSE 0 END"})
}

func writeFilter(r *rand.Rand, table string, columns []string, depth int) string {
	if chance(r, 10) {
		return ""
	}
	return " WHERE " + writeTest(r, table, columns, depth)
}

func writeTest(r *rand.Rand, table string, columns []string, depth int) string {
	if depth > 0 && chance(r, 45) {
		return "(" + writeTest(r, table, columns, depth-1) + pick(r, []string{" AND ", " OR "}) + writeTest(r, table, columns, depth-1) + ")"
	}
	c := pick(r, columns)
	switch r.IntN(7) {
	case 0:
		return fmt.Sprintf("%s %s %d", c, pick(r, []string{"<", "<=", ">", ">=", "=", "<>"}), r.IntN(20)-5)
	case 1:
		return c + " IS NULL"
	case 2:
		return fmt.Sprintf("id IN (%d, %d, %d, 200, 201, 300)", 100+r.IntN(8), 100+r.IntN(8), 1000+r.IntN(60))
	case 3:
		return "word LIKE '" + pick(r, []string{"a%", "%b%", "_", ""}) + "'"
	case 4:
		return fmt.Sprintf("NOT (%s BETWEEN %d AND %d)", c, r.IntN(6)-3, r.IntN(10))
	case 5:
		if table == "things" {
			return fmt.Sprintf("EXISTS (SELECT 1 FROM parts p WHERE p.thing = things.id AND p.n > %d)", r.IntN(8))
		}
		return fmt.Sprintf("thing IN (SELECT t.id FROM things t WHERE t.n > %d)", r.IntN(8)-3)
	}
	return "1 = 1"
}
