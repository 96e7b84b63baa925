package sqlfunc

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/vantelle/vantelle/filter/sqltype"
	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/internal/fold"
)

// Texts are matched character by character, whatever the collation: REPLACE
// and its kin mean the same on every engine. On MariaDB and SQL Server that is
// said with a binary collation, over the encoding that holds every character.

// position spells where the argument needle stands in the argument hay.
func position(needle, hay string) spelling {
	n, h := "{"+needle+"}", "{"+hay+"}"
	return spelling{
		catalog.Postgres: "STRPOS(" + h + ", " + n + ")",
		catalog.SQLite:   "INSTR(" + h + ", " + n + ")",
		catalog.MariaDB:  "LOCATE(CONVERT(" + n + " USING utf8mb4), CONVERT(" + h + " USING utf8mb4) COLLATE utf8mb4_bin)",
		// CHARINDEX finds an empty text nowhere.
		// It looks for 4000 characters at most; what it does with more is not said.
		catalog.SQLServer: "CASE WHEN DATALENGTH(" + n + ") = 0 AND " + h + " IS NOT NULL THEN 1 WHEN LEN({" + needle + "!} + 'x') <= 4001 THEN " +
			"CAST(CHARINDEX(" + n + ", CAST(" + h + " AS nvarchar(max)) COLLATE Latin1_General_100_BIN2) AS int) END",
	}
}

// padded spells a text filled up to {1} characters with {2}, a blank where
// there is none.
func padded(left bool) (full, short spelling) {
	write := func(fill string) spelling {
		word, lite, ms := "RPAD", "SUBSTR({0}, 1, {1}) || %", "LEFT({0}, {1}) + %"
		if left {
			word, lite, ms = "LPAD", "% || SUBSTR({0}, 1, {1})", "% + LEFT({0}, {1})"
		}
		put := func(template, filling string) string {
			for i := range template {
				if template[i] == '%' {
					return "(" + template[:i] + filling + template[i+1:] + ")"
				}
			}
			return template
		}
		return spelling{
			"":             word + "({0}, {1}, " + fill + ")",
			catalog.SQLite: put(lite, "SUBSTR(REPLACE(HEX(ZEROBLOB({1})), '00', "+fill+"), 1, MAX({1} - LENGTH({0}), 0))"),
			catalog.SQLServer: put(ms, "LEFT(REPLICATE(CAST("+fill+" AS nvarchar(max)), {1}), "+
				"CASE WHEN LEN({0!} + 'x') - 1 < {1} THEN {1} - LEN({0!} + 'x') + 1 ELSE 0 END)"),
		}
	}
	return write("{2}"), write("' '")
}

func product(args []Arg) int  { return args[0].Chars * args[1].Count }
func sumChars(args []Arg) int { return sumOf(args, 0) }
func toCount(args []Arg) int  { return args[1].Count }
func cutChars(args []Arg) int { return min(args[0].Chars, args[1].Count) }

func sumOf(args []Arg, between int) int {
	n := 0
	for i, a := range args {
		if n += a.Chars; i > 0 {
			n += between
		}
	}
	return n
}

func joinedChars(args []Arg) int { return sumOf(args[1:], args[0].Chars) }

// replacedChars: each character found may become as many as the new text has,
// and one that is longer is found less often.
func replacedChars(args []Arg) int {
	return args[0].Chars * max(1, args[2].Chars)
}

// concatWS spells CONCAT_WS on SQL Server, where it came with 2017 only: each
// text has the separator before it, and the first of those is cut off.
func concatWS(e catalog.Engine, args []sqltype.Type) string {
	if e != catalog.SQLServer {
		return ""
	}
	template := ""
	for i := 1; i < len(args); i++ {
		template += ", {0!} + {" + strconv.Itoa(i) + "!}"
	}
	if len(args) == 2 {
		template += ", ''" // CONCAT takes two at least
	}
	return "COALESCE(STUFF(CONCAT(" + strings.TrimPrefix(template, ", ") + "), 1, LEN({0!} + 'x') - 1, ''), '')"
}

// folded spells FOLD: capitals that a LOWER may leave are taken first, then all
// becomes small, and each letter of fold.Letters loses its accent. What a
// database's LOWER leaves because of its locale, PostgreSQL's is told letter by
// letter. Neither MariaDB nor SQL Server before 2017 has a TRANSLATE, and that of
// SQL Server knows letters but by a collation.
func folded() spelling {
	replaced := func(text, prefix string, letters []fold.Letter) string {
		for _, l := range letters {
			text = "REPLACE(" + text + ", " + prefix + "'" + string(l.From) + "', " + prefix + "'" + l.To + "')"
		}
		return text
	}
	var from, to strings.Builder
	var longer []fold.Letter
	for _, l := range slices.Concat(fold.Letters(), fold.Capitals()) {
		small := fold.Text(l.To)
		if len([]rune(small)) > 1 {
			longer = append(longer, fold.Letter{From: l.From, To: small})
			continue
		}
		from.WriteRune(l.From)
		to.WriteString(small)
	}
	pg := "TRANSLATE(LOWER(" + replaced("{0}", "", fold.Stubborn()) + "), '" + from.String() + "', '" + to.String() + "')"
	my := "LOWER(" + replaced("CONVERT({0} USING utf8mb4) COLLATE utf8mb4_bin", "", fold.Stubborn()) + ")"
	// A binary collation may know no capitals beyond ASCII.
	ms := "(LOWER(" + replaced("CAST({0} AS nvarchar(max)) COLLATE Latin1_General_100_BIN2", "N", fold.Stubborn()) + " COLLATE Latin1_General_CI_AS) COLLATE Latin1_General_100_BIN2)"
	return spelling{
		catalog.Postgres:  replaced(pg, "", longer),
		catalog.SQLite:    "VANTELLE_FOLD({0})", // internal/erp gives it to every connection
		catalog.MariaDB:   replaced(my, "", fold.Letters()),
		catalog.SQLServer: "(" + replaced(ms, "N", fold.Letters()) + " COLLATE DATABASE_DEFAULT)",
	}
}

// foldedChars: a letter may become two.
func foldedChars(args []Arg) int { return 2 * args[0].Chars }

// foldWork: every letter is looked for among hundreds, or the text gone through
// for each of them. SQL Server, where what is dear is refused, is let do more.
func foldWork(e catalog.Engine, args []Arg) int {
	passes := map[catalog.Engine]int{catalog.Postgres: 128, catalog.MariaDB: 128, catalog.SQLServer: 12, catalog.SQLite: 4}
	return passes[e] * args[0].Chars
}

// soMany: as many characters are put together as are asked for.
func soMany(_ catalog.Engine, args []Arg) int { return args[1].Count }

// repeated: every copy is written.
func repeated(_ catalog.Engine, args []Arg) int { return product(args) }

// among: each character is looked for among those of the second argument.
func among(_ catalog.Engine, args []Arg) int { return args[0].Chars * args[1].Chars / 8 }

// keyName is what a name in a JSON object is made of here: nothing that a path
// could be made to mean otherwise by.
var keyName = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_@.-]{0,63}$`)

// IsKey tells whether a text can be a Key argument.
func IsKey(name string) bool { return keyName.MatchString(name) }

// jsonChars: a text in JSON is as long as the JSON at most.
func jsonChars(args []Arg) int { return args[0].Chars }

// jsonWork: MariaDB goes through a text of JSON slowly.
func jsonWork(e catalog.Engine, args []Arg) int {
	if e != catalog.MariaDB {
		return 0
	}
	return 8 * args[0].Chars
}

// jsonRaw is partial for JSON that PostgreSQL keeps as it came.
func jsonRaw(e catalog.Engine, args []Arg) bool {
	return e == catalog.Postgres && (len(args) == 0 || args[0].Type.Raw)
}

var lpad, lpadShort = padded(true)
var rpad, rpadShort = padded(false)

var textFuncs = []*Func{
	{Name: "UPPER", Synonyms: []string{"UCASE"}, Args: []ArgKind{Text}, Result: fixed(text),
		Doc: "text in capitals. What letters beyond ASCII become is the database's own rule; SQLite leaves them"},
	{Name: "LOWER", Synonyms: []string{"LCASE"}, Args: []ArgKind{Text}, Result: fixed(text),
		Doc: "text in small letters. What letters beyond ASCII become is the database's own rule; SQLite leaves them"},
	{Name: "FOLD", Args: []ArgKind{Text}, Result: fixed(text), Chars: foldedChars, partial: grows(foldedChars), work: foldWork, spell: folded(),
		Doc: "text in small letters and without accents, for searching: 'Œuvre à Łódź' is 'oeuvre a lodz'. That is said of the Latin letters of Europe; other letters only become small, as LOWER makes them", Example: "POSITION('cafe' IN FOLD(note))"},
	{Name: "TRIM", Synonyms: []string{"BTRIM"}, Args: []ArgKind{Text}, Result: fixed(text), spell: spelling{catalog.SQLServer: "LTRIM(RTRIM({0}))"},
		Doc: "text without blanks at either end"},
	{Name: "LTRIM", Args: []ArgKind{Text}, Result: fixed(text), Doc: "text without blanks at its start"},
	{Name: "RTRIM", Args: []ArgKind{Text}, Result: fixed(text), Doc: "text without blanks at its end"},
	{Name: "LENGTH", Synonyms: []string{"LEN", "CHAR_LENGTH", "CHARACTER_LENGTH"}, Args: []ArgKind{Text}, Result: fixed(int32T),
		spell: spelling{"": "CHAR_LENGTH({0})", catalog.SQLite: "LENGTH({0})", catalog.SQLServer: "(LEN({0!} + 'x') - 1)"},
		Doc:   "the number of characters, blanks at the end included. SQL Server counts a character beyond U+FFFF as two unless the column's collation says SC"},
	{Name: "SUBSTRING", Synonyms: []string{"SUBSTR", "MID"}, Args: []ArgKind{Text, Count, Count}, Optional: 1, Result: fixed(text), Counts: map[int]Range{0: {}, 1: {1, 10000}, 2: {0, 10000}},
		spell:   spelling{catalog.SQLite: "SUBSTR({*})"},
		shorter: spelling{catalog.SQLServer: "SUBSTRING({0}, {1}, 2147483647)"},
		Doc:     "part of a text, from a position that counts from 1, so many characters or all that follow"},
	{Name: "LEFT", Args: []ArgKind{Text, Count}, Result: fixed(text), Chars: cutChars,
		spell: spelling{catalog.SQLite: "SUBSTR({0}, 1, {1})"}, Doc: "the first characters"},
	{Name: "RIGHT", Args: []ArgKind{Text, Count}, Result: fixed(text), Chars: cutChars,
		spell: spelling{catalog.SQLite: "SUBSTR({0}, -{1}, {1})"}, Doc: "the last characters"},
	{Name: "CONCAT", Args: []ArgKind{Text, Text}, Variadic: true, Result: fixed(text), Chars: sumChars, Doc: "texts one after the other; a NULL counts as empty"},
	{Name: "CONCAT_WS", Args: []ArgKind{Written, Text, Text}, Variadic: true, Result: fixed(text), Chars: joinedChars,
		write: concatWS,
		Doc:   "texts one after the other with the first argument between them; a NULL is left out, with its separator", Example: "CONCAT_WS(', ', ref, note)"},
	{Name: "REPLACE", Args: []ArgKind{Text, Text, Text}, Result: fixed(text), Chars: replacedChars, partial: either(grows(replacedChars), searches(1, 0)), work: searched(1, 0),
		spell: spelling{catalog.SQLServer: "(CASE WHEN LEN({1!} + 'x') <= 4001 THEN REPLACE(CAST({0} AS nvarchar(max)) COLLATE Latin1_General_100_BIN2, {1}, {2}) END COLLATE DATABASE_DEFAULT)"},
		Doc:   "the first argument with each place of the second become the third; letters are told apart by case and accent, and an empty second argument changes nothing. On SQL Server it has 4000 characters at most, and the result is NULL for more", Example: "REPLACE(ref, '-', '/')"},
	{Name: "LOCATE", Synonyms: []string{"POSITION", "CHARINDEX"}, Args: []ArgKind{Text, Text}, Result: fixed(int32T), partial: searches(0, 1), work: searched(0, 1),
		spell: position("0", "1"),
		Doc:   "where the first argument stands in the second, counted from 1; 0 where it does not. Letters are told apart by case and accent; an empty text stands at 1. POSITION(a IN b) is the same. On SQL Server the first argument has 4000 characters at most, and the result is NULL for more", Example: "POSITION('-' IN ref)"},
	{Name: "INSTR", Synonyms: []string{"STRPOS"}, Args: []ArgKind{Text, Text}, Result: fixed(int32T), partial: searches(1, 0), work: searched(1, 0),
		spell: position("1", "0"), Doc: "LOCATE with its arguments the other way round: where the second stands in the first", Example: "INSTR(ref, '-')"},
	{Name: "REPEAT", Synonyms: []string{"REPLICATE"}, Args: []ArgKind{Text, Count}, Result: fixed(text), Chars: product, partial: grows(product), work: repeated, Counts: map[int]Range{1: {0, 1000}},
		spell: spelling{catalog.SQLite: "REPLACE(HEX(ZEROBLOB({1})), '00', {0})", catalog.SQLServer: "REPLICATE(CAST({0} AS nvarchar(max)), {1})"},
		Doc:   "a text so many times", Example: "REPEAT('-', 3)"},
	{Name: "LPAD", Args: []ArgKind{Text, Count, Written}, Optional: 1, Result: fixed(text), Chars: toCount, partial: grows(toCount), work: soMany, Counts: map[int]Range{1: {0, 1000}},
		spell: lpad, shorter: lpadShort,
		Doc: "a text of exactly so many characters: cut at its end, or filled at its start with the third argument, over and over; without one, with blanks", Example: "LPAD(ref, 10, '0')"},
	{Name: "RPAD", Args: []ArgKind{Text, Count, Written}, Optional: 1, Result: fixed(text), Chars: toCount, partial: grows(toCount), work: soMany, Counts: map[int]Range{1: {0, 1000}},
		spell: rpad, shorter: rpadShort,
		Doc: "a text of exactly so many characters: cut at its end, or filled there with the third argument, over and over; without one, with blanks", Example: "RPAD(ref, 10, '.')"},
	{Name: "REVERSE", Args: []ArgKind{Text}, Result: fixed(text), Refused: map[catalog.Engine]string{catalog.SQLite: ""},
		Doc: "the characters in the opposite order. SQL Server takes a character beyond U+FFFF for two unless the column's collation says SC"},
	{Name: "INITCAP", Args: []ArgKind{Text}, Result: fixed(text),
		Refused: map[catalog.Engine]string{catalog.SQLite: "", catalog.MariaDB: "", catalog.SQLServer: ""}, Doc: "each word with a capital first and small letters after it"},
	{Name: "TRANSLATE", Args: []ArgKind{Text, Written, Written}, Result: fixed(text), partial: searches(1, 0), work: among,
		Refused: map[catalog.Engine]string{catalog.SQLite: "use REPLACE for each character", catalog.MariaDB: "use REPLACE for each character"},
		Since:   map[catalog.Engine]Version{catalog.SQLServer: sqlServer2017},
		spell:   spelling{catalog.SQLServer: "(TRANSLATE(CAST({0} AS nvarchar(max)) COLLATE Latin1_General_100_BIN2, {1}, {2}) COLLATE DATABASE_DEFAULT)"},
		Doc:     "each character of the second argument become the one at its place in the third, which is as long", Example: "TRANSLATE(ref, '-_', '//')"},
	{Name: "UNICODE", Synonyms: []string{"ASCII", "ORD"}, Args: []ArgKind{Text}, Result: fixed(int32T),
		spell: spelling{
			catalog.Postgres:  "ASCII(NULLIF({0}, ''))",
			catalog.SQLServer: "NULLIF(UNICODE({0}), 0)",
			catalog.MariaDB:   "CAST(CONV(NULLIF(HEX(CONVERT(LEFT({0}, 1) USING utf32)), ''), 16, 10) AS SIGNED)",
		},
		Doc: "the Unicode number of the first character, NULL of an empty text. SQL Server gives half of a character beyond U+FFFF unless the column's collation says SC"},
	{Name: "JSON_TEXT", Args: []ArgKind{JSON, Key}, Result: fixed(text), Chars: jsonChars, partial: jsonRaw, work: jsonWork,
		Refused: map[catalog.Engine]string{catalog.SQLServer: ""},
		write: func(e catalog.Engine, args []sqltype.Type) string {
			if e == catalog.Postgres && len(args) > 0 && args[0].Raw {
				return "CASE WHEN json_typeof({0!} -> {1}) = 'string' THEN {0!} ->> {1} END"
			}
			return ""
		},
		spell: spelling{
			catalog.Postgres: "CASE WHEN jsonb_typeof({0!} -> {1}) = 'string' THEN {0!} ->> {1} END",
			catalog.SQLite:   "CASE WHEN JSON_VALID({0}) AND JSON_TYPE({0}, '$.\"' || {1} || '\"') = 'text' THEN JSON_EXTRACT({0}, '$.\"' || {1} || '\"') END",
			catalog.MariaDB:  "CASE WHEN JSON_VALID({0}) AND JSON_TYPE(JSON_EXTRACT({0}, CONCAT('$.\"', {1}, '\"'))) = 'STRING' THEN JSON_VALUE({0}, CONCAT('$.\"', {1}, '\"')) END",
		},
		Doc: "the text that a JSON object has under a name; NULL where it has none, where that is no text, and of what is no object. On PostgreSQL the first argument is a JSON column, elsewhere a text", Example: "JSON_TEXT('{\"fr_FR\": \"Écrou\"}', 'fr_FR')"},
	{Name: "STUFF", Synonyms: []string{"OVERLAY"}, Args: []ArgKind{Text, Count, Count, Text}, Result: fixed(text), Expands: true, Counts: map[int]Range{1: {1, 10000}, 2: {0, 10000}},
		Doc: "the first argument with so many characters from a position on become the fourth: LEFT(a, from - 1) || d || SUBSTRING(a, from + length)", Example: "STUFF(ref, 2, 1, '/')"},
	{Name: "STARTS_WITH", Synonyms: []string{"STARTSWITH"}, Args: []ArgKind{Text, Written}, Result: fixed(booleanT), Expands: true,
		Doc: "whether the first argument starts with the second: LEFT(a, LENGTH(b)) = b", Example: "STARTS_WITH(ref, 'A-')"},
	{Name: "ENDS_WITH", Synonyms: []string{"ENDSWITH"}, Args: []ArgKind{Text, Written}, Result: fixed(booleanT), Expands: true,
		Doc: "whether the first argument ends with the second: RIGHT(a, LENGTH(b)) = b", Example: "ENDS_WITH(ref, '-1')"},
	{Name: "SPACE", Args: []ArgKind{Count}, Result: fixed(text), Expands: true, Counts: map[int]Range{0: {0, 1000}}, Doc: "so many blanks"},
	{Name: "CHAR", Synonyms: []string{"CHR", "NCHAR"}, Args: []ArgKind{Count}, Result: fixed(text), Expands: true, Counts: map[int]Range{0: {1, 10000}},
		Doc: "the character of a Unicode number", Example: "CHAR(10)"},
}
