package filter_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/rs/zerolog"

	"github.com/vantelle/vantelle/filter/portal"
	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/internal/identity"
)

var testCursors = func() *portal.CursorKey {
	key, err := portal.NewCursorKey([]byte("0123456789abcdef0123456789abcdef"))
	if err != nil {
		panic(err)
	}
	return key
}()

// scroll is an ERP with long lists: equal values, NULLs, the ERP's "no date",
// numbers of all kinds, and a hidden key.
var scroll = []string{
	`CREATE TABLE posts (mark int NOT NULL PRIMARY KEY, owner {text 17} NOT NULL, word {text 20}, amount numeric(24,6), day date, {at} {time}, weight {float}, paid {bool}, cost int)`,
	`INSERT INTO posts VALUES
 (1,'ANNA','b',10,'2026-01-05','2026-01-05 10:30:00',1.5,{yes},900),(2,'ANNA','b',10,'2026-01-05','2026-01-05 10:30:00',1.5,{no},901),
 (3,'ANNA',NULL,NULL,NULL,NULL,NULL,NULL,902),(4,'ANNA','a',-0.000001,'2025-12-31','2026-01-05 10:30:00.123',0.1,{yes},903),
 (5,'ANNA','B',99999999999.5,'1900-01-01','1900-01-01 00:00:00',2,{no},904),(6,'BORIS','b',10,'2026-01-05','2026-01-05 10:30:00',1.5,{yes},905),
 (7,'ANNA',NULL,10,'2026-02-01',NULL,0.30000000000000004,NULL,906),(8,'ANNA','',0,NULL,'2026-01-01 00:00:00',-1,{yes},907),
 (9,'ANNA','it''s',10,'2026-01-05','2026-01-05 10:30:00',1.5,{no},908),(10,'BORIS','a',1,'2026-01-05','2026-01-05 10:30:00',1.5,{no},909),
 (11,'ANNA','b',10.000001,'2026-01-05','2026-01-05 10:30:00',1.5,{no},910)`,
}

const scrollProfile = `
profile: SCROLL
title: {fr: Essai, en: Trial}
erp: custom
tables:
  posts:
    rows: owner = :customer
    columns: {word: {}, amount: {}, day: {}, at: {}, weight: {}, paid: {}}
resources:
  messages:
    name: {fr: messages_recus}
    table: posts
    columns:
      word: {from: word, label: {fr: Mot, en: Word}}
      twice: {computed: self.amount * 2, label: {fr: Double, en: Twice}}
      state: {from: paid, label: {fr: État, en: State}, values: {1: {code: paid, fr: payé, en: paid}, 0: {code: open, fr: dû, en: due}}}
`

// following follows a list page by page, by its links or by its header, and
// gives all rows.
func following(t *testing.T, r *rig, target string, byHeader bool) (rows []string, pages int) {
	t.Helper()
	first, next, header := target, target, ""
	for {
		headers := []string{}
		if header != "" {
			headers = []string{"Vantelle-Cursor", header}
		}
		w := restOf(r, "ANNA", next, headers...)
		if w.Code != http.StatusOK && w.Code != http.StatusPartialContent {
			t.Fatalf("%s: %d %s", next, w.Code, w.Body)
		}
		var page []json.RawMessage
		if err := json.Unmarshal(w.Body.Bytes(), &page); err != nil {
			t.Fatal(err)
		}
		if place, _, _ := strings.Cut(w.Header().Get("Content-Range"), "/"); place != fmt.Sprintf("%d-%d", len(rows), len(rows)+len(page)-1) && len(page) > 0 {
			t.Errorf("%s: Content-Range %s after %d rows", next, place, len(rows))
		}
		for _, row := range page {
			rows = append(rows, string(row))
		}
		if pages++; pages > 50 {
			t.Fatalf("%s does not end", target)
		}
		link := w.Header().Get("Link")
		if link == "" {
			return rows, pages
		}
		query, ok := strings.CutSuffix(strings.TrimPrefix(link, "<?"), `>; rel="next"`)
		if !ok {
			t.Fatalf("Link %q", link)
		}
		table, _, _ := strings.Cut(target, "?")
		if next = table + "?" + query; byHeader {
			next, header = first, w.Header().Get("Vantelle-Cursor")
		}
	}
}

// A list that is read page by page, whatever its order and whatever the pages'
// size, is the list that is read at once: on every engine.
func TestCursorsGiveEveryRowOnce(t *testing.T) {
	orders := []string{"", "&order=word", "&order=word.desc", "&order=word.nullslast", "&order=word.desc.nullsfirst", "&order=amount.desc,word", "&order=day", "&order=day.desc.nullslast",
		"&order=at,amount.desc", "&order=weight", "&order=paid,word.desc", "&order=weight.desc,day", "&word=eq.b&order=amount", "&order=amount,amount"}
	for engine, r := range everyEngineWith(t, scroll, scrollProfile) {
		for _, table := range []string{"posts?select=word,amount,day", "posts?select=word", "posts?select=day&amount=gte.0", "messages?select=word,twice,state_label", "posts?select=amount,n:count()"} {
			for _, order := range orders {
				if strings.HasPrefix(table, "messages") && strings.ContainsAny(order, "d=") && !strings.Contains(order, "=word") || strings.Contains(table, "count()") && order != "" {
					continue
				}
				whole, _ := following(t, r, table+order+"&limit=100", false)
				for _, size := range []int{1, 2, 4} {
					got, pages := following(t, r, fmt.Sprintf("%s%s&limit=%d", table, order, size), size == 2)
					if strings.Join(got, "\n") != strings.Join(whole, "\n") || pages < len(whole)/size {
						t.Errorf("%s: %s%s by %d:\n got %s\nwant %s", engine, table, order, size, got, whole)
					}
				}
			}
		}
		if rows, _ := following(t, r, "messages?select=word,twice&order=twice.desc&limit=2", false); len(rows) != 9 {
			t.Errorf("%s: by a computed column: %s", engine, rows)
		}
		if rows, _ := following(t, r, "messages?select=word,state_label&order=state_label,word&limit=2", true); len(rows) != 9 {
			t.Errorf("%s: by a label: %s", engine, rows)
		}
	}
}

// TestCursorsGiveRowsOfEveryType reads lists in an order of each type of an engine,
// and of hidden keys with such a column, page by page, with values at its bounds.
// MariaDB's ENUM and SET sort by another order than they compare by: a condition on
// them left rows out, in silence. And values that no request can say (uuids were
// such, numbers of more than 38 digits, years without four digits) were refused in
// the middle of a list as if the request had given them, which told the hidden
// key's type, too.
func TestCursorsGiveRowsOfEveryType(t *testing.T) {
	type column struct{ kind, values string }
	uuids := "'ffffffff-ffff-ffff-ffff-ffffffffffff'|'00000000-0000-0000-0000-000000000001'|'60a1b2c3-0000-1000-8000-000000000000'"
	for engine, columns := range map[catalog.Engine][]column{
		catalog.SQLite: {{"uuid", "'FFFFFFFF-ffff-ffff-ffff-ffffffffffff'|'00000000-0000-0000-0000-000000000001'|'ffffffff-ffff-ffff-ffff-ffffffffffff'"}},
		catalog.Postgres: {
			{"numeric", "1e130|1.5|-1e60|0.00000000000000000000000000000000000000000001|2|'NaN'|'Infinity'"}, {"numeric(24,6)", "999999999999999999.999999|-999999999999999999.999999|0"},
			{"date", "'4713-01-01 BC'|'0001-01-01'|'9999-12-31'|'10000-01-01'|'2026-01-05'"}, {"bigint", "-9223372036854775808|9223372036854775807|0"},
			{"timestamp", "'4713-01-01 BC'|'0001-01-01 00:00:00.000001'|'2026-01-05 10:00:00.123456'|'294276-12-31 23:59:59.999999'|'9999-12-31'"},
			{"timestamptz", "'2026-03-29 01:30+01'|'2026-01-05 10:00:00.000001Z'|'2026-01-05 10:00:00.000002Z'"}, {"time", "'10:00'|'10:00:00.000001'|'23:59:59.999999'"},
			{"text", `'a'|'A'|'é'|'e'|''|' '|'a '|E'a\nb'|E'\u2028'|'"'|'\'|'%'|'ß'|'ss'`}, {`text COLLATE "fr-x-icu"`, `'a'|'A'|'é'|'e'|'É'|''|' '|'a '`}, {"char(5)", "'a'|'b '|''"}, {"uuid", uuids}},
		catalog.MariaDB: {
			{"decimal(65,30)", "99999999999999999999999999999999999.9|-99999999999999999999999999999999999.9|1.5|0.000000000000000000000000000001"},
			{"decimal(65,0)", "99999999999999999999999999999999999999|999999999999999999999999999999999999|1"}, {"bigint unsigned", "18446744073709551615|18446744073709551614|9223372036854775808|1"},
			{"date", "'0000-00-00'|'2026-00-00'|'9999-12-31'|'0001-01-01'|'2026-01-05'"}, {"datetime(6)", "'0000-00-00'|'2026-01-05 10:00:00.123456'|'2026-01-05 10:00:00.123457'|'9999-12-31 23:59:59.999999'"},
			{"timestamp(6)", "'2026-03-29 00:30:00'|'2026-10-25 01:30:00.5'|'1970-01-02'"}, {"time(6)", "'10:00:00.000001'|'23:59:59.999999'|'00:00:00'"},
			{"varchar(20) COLLATE utf8mb4_general_ci", "'a'|'A'|'é'|'e'|''|' '|'a '|'ß'|'ss'"}, {"varchar(20) COLLATE utf8mb4_nopad_bin", "'a'|'A'|'é'|''|' '|'a '"}, {"char(5)", "'a'|'b '|''"},
			{"enum('z','a','m','')", "'z'|'a'|'m'|''"}, {"set('z','a')", "'z'|'a'|'a,z'|''"}, {"uuid", uuids}, {"year", "0|1901|2155"}, {"float", "0.1|0.2|3e38"}, {"tinyint", "-128|127|0"}},
	} {
		var tables []string
		if engine == catalog.MariaDB {
			tables = append(tables, "SET sql_mode=''")
		}
		profile := "profile: TYPES\ntitle: {fr: Essai, en: Trial}\nerp: custom\ntables:\n"
		for i, c := range columns {
			var shown, hidden, none []string
			for n, x := range strings.Split(c.values, "|") {
				for twice := range 2 {
					row := fmt.Sprintf("(%d,'ANNA',%s)", 2*n+twice, x)
					shown, hidden = append(shown, row), append(hidden, row)
				}
			}
			for n := range 2 {
				none = append(none, fmt.Sprintf("(%d,'ANNA',NULL)", 100+n))
			}
			tables = append(tables,
				fmt.Sprintf("CREATE TABLE shown%d (id int NOT NULL PRIMARY KEY, owner varchar(20) NOT NULL, c %s)", i, c.kind),
				fmt.Sprintf("CREATE TABLE hidden%d (id int NOT NULL, owner varchar(20) NOT NULL, c %s NOT NULL, PRIMARY KEY (owner, c, id))", i, c.kind),
				fmt.Sprintf("INSERT INTO shown%d VALUES %s", i, strings.Join(append(shown, none...), ",")), fmt.Sprintf("INSERT INTO hidden%d VALUES %s", i, strings.Join(hidden, ",")))
			profile += fmt.Sprintf("  shown%d: {rows: owner = :customer, columns: {id: {}, c: {}}}\n  hidden%d: {rows: owner = :customer, columns: {id: {}}}\n", i, i)
		}
		w := workshopsOn(t, tables, profile, engine)[engine]
		if w == nil {
			continue
		}
		for i, c := range columns {
			for _, list := range []string{"shown%d?select=id&order=c", "shown%d?select=id&order=c.desc", "shown%d?select=id&order=c.nullslast,id.desc", "hidden%d?select=id", "hidden%d?select=id&order=id.desc"} {
				list = fmt.Sprintf(list, i)
				whole, _ := following(t, w.rig, list+"&limit=100", false)
				if got, _ := following(t, w.rig, list+"&limit=1", true); strings.Join(got, "") != strings.Join(whole, "") {
					t.Errorf("%s %s: %s by pages:\n got %s\nwant %s", engine, c.kind, list, got, whole)
				}
			}
		}
	}
}

// Rows that come or go before the place do not move it.
func TestCursorsStandStillWhileTheListMoves(t *testing.T) {
	r := newRig(t, "CREATE TABLE posts (mark int NOT NULL PRIMARY KEY, owner varchar(17) NOT NULL, word varchar(20));"+
		"INSERT INTO posts VALUES (1,'ANNA','a'),(2,'ANNA','b'),(3,'ANNA','c'),(4,'ANNA','d');", strings.Split(strings.Replace(scrollProfile, ", amount: {}, day: {}, at: {}, weight: {}, paid: {}", "", 1), "resources:")[0])
	w := restOf(r, "ANNA", "posts?order=word&limit=2")
	cursor := w.Header().Get("Vantelle-Cursor")
	alter(t, r, "INSERT INTO posts VALUES (5,'ANNA','aa'),(6,'ANNA','ab')")
	alter(t, r, "DELETE FROM posts WHERE mark = 2")
	w = restOf(r, "ANNA", "posts?order=word&limit=2", "Vantelle-Cursor", cursor)
	if w.Body.String() != `[{"word":"c"},{"word":"d"}]` {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

// TestPromise11CursorsAreSealed tries each cursor where it does not belong, and
// changed in every way: all get one answer, and no cursor shows what it holds.
func TestPromise11CursorsAreSealed(t *testing.T) {
	r := everyEngineWith(t, scroll, scrollProfile)[catalog.SQLite]
	const list = "posts?select=word&order=amount&limit=2"
	first := restOf(r, "ANNA", list)
	cursor := first.Header().Get("Vantelle-Cursor")
	if cursor == "" {
		t.Fatalf("no cursor: %d %v", first.Code, first.Header())
	}
	// Cursors of one place that were alike would tell, day after day, whether the
	// hidden key of one's row has changed.
	if again := restOf(r, "ANNA", list).Header().Get("Vantelle-Cursor"); again == cursor || len(again) != len(cursor) {
		t.Errorf("two cursors of one place:\n%s\n%s", cursor, again)
	}
	for _, part := range strings.Split(cursor, ".") {
		open, _ := base64.RawURLEncoding.DecodeString(part)
		for _, secret := range []string{"10", `"p"`, "mark", "null"} {
			if strings.Contains(string(open), secret) && len(secret) > 2 {
				t.Errorf("the cursor shows %s", secret)
			}
		}
	}
	if w := restOf(r, "ANNA", list, "Vantelle-Cursor", cursor); w.Code != 200 {
		t.Fatalf("the cursor's own request: %d %s", w.Code, w.Body)
	}
	if w := restOf(r, "ANNA", "posts?order=amount&limit=7&select=word", "Vantelle-Cursor", cursor); w.Code != 200 {
		t.Errorf("another length, the parameters in another order: %d %s", w.Code, w.Body)
	}
	want := ""
	refused := func(what string, w *httptest.ResponseRecorder) {
		t.Helper()
		body := strings.Replace(w.Body.String(), "La liste ne peut pas être poursuivie", "The list cannot be continued", 1)
		if want == "" {
			want = body
		}
		if w.Code != 400 || body != want || !strings.Contains(body, `"bad_cursor"`) {
			t.Errorf("%s: %d %s", what, w.Code, body)
		}
	}
	tampered := []string{"", "c1.", "c2." + cursor[3:], cursor[3:], cursor + "A", cursor[:len(cursor)-1], cursor[:len(cursor)/2], "c1." + strings.Repeat("A", 120), cursor + "=", "c1.%%%"}
	for i := 3; i < len(cursor); i++ {
		other := byte('A')
		if cursor[i] == 'A' {
			other = 'B'
		}
		tampered = append(tampered, cursor[:i]+string(other)+cursor[i+1:])
	}
	for _, c := range tampered {
		refused("changed to "+c, restOf(r, "ANNA", list, "Vantelle-Cursor", c))
	}
	for what, target := range map[string]string{
		"another table": "messages?select=word&order=word&limit=2", "another selection": "posts?select=word,day&order=amount&limit=2",
		"another order": "posts?select=word&order=amount.desc&limit=2", "another condition": "posts?select=word&order=amount&limit=2&word=eq.b",
		"a table in other letters": "POSTS?select=word&order=amount&limit=2", "a hidden table's name": "nowhere?limit=2",
	} {
		refused(what, restOf(r, "ANNA", target, "Vantelle-Cursor", cursor))
	}
	refused("another customer", restOf(r, "BORIS", list, "Vantelle-Cursor", cursor))
	refused("another language", restOf(r, "ANNA", list, "Vantelle-Cursor", cursor, "Accept-Language", "fr"))
	foreign, err := portal.NewCursorKey([]byte("fedcba9876543210fedcba9876543210"))
	if err != nil {
		t.Fatal(err)
	}
	refused("another key", restBy(r, foreign, openDoor{}, list, "Vantelle-Cursor", cursor))
	refused("no key", restBy(r, nil, openDoor{}, list, "Vantelle-Cursor", cursor))
	for what, change := range map[string]func(*identity.Caller){
		"another backend":   func(c *identity.Caller) { c.KeyID = "other" },
		"another account":   func(c *identity.Caller) { c.Membership.Account = "paul" },
		"another contact":   func(c *identity.Caller) { c.Contact = "7" },
		"another attribute": func(c *identity.Caller) { c.Customer.Attributes = map[string]string{"site": "LYON"} },
	} {
		refused(what, restBy(r, testCursors, changedDoor{change}, list, "Vantelle-Cursor", cursor))
	}
	stale := newRig(t, strings.Join(spelled(scroll), ";"), strings.Replace(scrollProfile, "weight: {}", "weight: {hidden: true}", 1))
	refused("an earlier profile", restOf(stale, "ANNA", list, "Vantelle-Cursor", cursor))
	for _, named := range []string{"select=%s", "order=%s", "%s=eq.1", "or=(%s.eq.1,word.eq.b)", "select=%s,count()", "select=%s.max()"} {
		hidden, absent := restOf(r, "ANNA", "posts?"+fmt.Sprintf(named, "mark")), restOf(r, "ANNA", "posts?"+fmt.Sprintf(named, "nark"))
		if hidden.Code != 400 || strings.ReplaceAll(hidden.Body.String(), "mark", "nark") != absent.Body.String() || !strings.Contains(absent.Body.String(), `"unknown_name"`) {
			t.Errorf("%s: the hidden key:\n%s\n%s", named, hidden.Body, absent.Body)
		}
	}
	if w := restOf(r, "ANNA", list+"&offset=2", "Vantelle-Cursor", cursor); w.Code != 400 || !strings.Contains(w.Body.String(), "leave offset") {
		t.Errorf("with an offset: %d %s", w.Code, w.Body)
	}
	if w := restOf(r, "ANNA", list+"&cursor="+cursor, "Vantelle-Cursor", cursor); w.Code != 400 || !strings.Contains(w.Body.String(), "more than once") {
		t.Errorf("twice: %d %s", w.Code, w.Body)
	}
}

// TestPromise11ACursorsLengthTellsNothingHidden reads one page of a row with a
// hidden key of various lengths, in orders of texts of one's own. Were they padded
// together, who orders by texts whose lengths he knows could shift the border until
// the cursor's length told how many characters the key has: how far the ERP's
// counter of documents is, or how long a hidden code.
func TestPromise11ACursorsLengthTellsNothingHidden(t *testing.T) {
	const profile = "profile: CURSORS\ntitle: {fr: Essai, en: Trial}\nerp: custom\ntables:\n  posts:\n    rows: owner = :customer\n    columns: {a: {}, b: {}, c: {}}\n"
	texts := []string{strings.Repeat("m", 7), strings.Repeat("m", 21), "it's <b>"}
	hidden := []string{"7", "12345678901234567890", strings.Repeat("&é\u2028", 20), strings.Repeat("k", 70), strings.Repeat("k", 900)}
	var first []int
	for _, key := range hidden {
		r := newRig(t, "CREATE TABLE posts (mark varchar(1000) NOT NULL PRIMARY KEY, owner varchar(17) NOT NULL, a varchar(80), b varchar(80), c varchar(80));"+
			"INSERT INTO posts VALUES ('"+key+"','ANNA','"+strings.Join([]string{texts[0], texts[1], strings.Replace(texts[2], "'", "''", 1)}, "','")+"'),('zz','ANNA','z','z','z');", profile)
		var lengths []int
		for _, order := range []string{"", "&order=a", "&order=b", "&order=c", "&order=a,b", "&order=a,c", "&order=b,c", "&order=a,b,c"} {
			list := "posts?select=a&limit=1" + order
			w := restOf(r, "ANNA", list)
			cursor := w.Header().Get("Vantelle-Cursor")
			lengths = append(lengths, len(cursor))
			if w = restOf(r, "ANNA", list, "Vantelle-Cursor", cursor); w.Body.String() != `[{"a":"z"}]` {
				t.Errorf("a key of %d bytes, %s: %d %s", len(key), order, w.Code, w.Body)
			}
		}
		if first == nil {
			first = lengths
		}
		if !slices.Equal(lengths, first) {
			t.Errorf("a key of %d bytes has cursors of %v, one of 1 byte of %v", len(key), lengths, first)
		}
	}
}

// changedDoor lets in whom openDoor does, changed.
type changedDoor struct{ change func(*identity.Caller) }

func (d changedDoor) Backend(_ context.Context, _, _, customer, _, _ string) (identity.Caller, error) {
	c := as(customer)
	d.change(&c)
	return c, nil
}

// restBy is restOf with another key for cursors, and another way in.
func restBy(r *rig, key *portal.CursorKey, door portal.Identifier, target string, headers ...string) *httptest.ResponseRecorder {
	request := httptest.NewRequest("GET", "/v1/dossiers/d/rows/"+target, nil)
	request.Header.Set("Authorization", "Bearer vk_x")
	request.Header.Set(identity.HeaderCustomer, "ANNA")
	request.Header.Set("X-Request-Id", "request-1")
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	portal.New(portal.Config{Gate: r.gate, Identify: door, Logger: zerolog.Nop(), Cursors: key}).ServeHTTP(w, request)
	return w
}

// spelled are statements as SQLite takes them.
func spelled(statements []string) []string {
	var out []string
	for _, s := range statements {
		out = append(out, say(catalog.SQLite, s))
	}
	return out
}
